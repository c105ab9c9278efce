"""Readers by name, and the one that needs no training: it picks the best evidence sentences.

``load_reader`` is the only place where a reader's name is resolved.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from index import Embedder, Hit, ReaderError, Sentence, analyse, detect_language, query_terms
from qa.types import Claim, Draft, Reader

if TYPE_CHECKING:
    from numpy.typing import NDArray

MAX_QUOTES = 3
_CALIBRATION = Path(__file__).with_name("sentences.json")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A citable sentence of a hit, with what speaks for it.

    ``features``: cosine with the question, share of the question's terms it holds, the same for
    its passage, whether it holds the kind of thing asked for, 1 / rank of its passage.
    """

    sentence: Sentence
    text: str
    hit: int
    features: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Calibration:
    """Weights fitted by ``benchmarks/calibrate_sentences.py``: see there for data and figures."""

    rank_weights: tuple[float, ...]
    rank_bias: float
    answer_weights: tuple[float, ...]
    answer_bias: float
    threshold: float


@cache
def calibration() -> Calibration:
    """Return the fitted weights shipped with the package."""
    data = json.loads(_CALIBRATION.read_text(encoding="utf-8"))
    return Calibration(
        rank_weights=tuple(data["rank_weights"]),
        rank_bias=data["rank_bias"],
        answer_weights=tuple(data["answer_weights"]),
        answer_bias=data["answer_bias"],
        threshold=data["threshold"],
    )


class SentenceReader:
    """Answers with the sentences that fit the question best: embeddings and shared words."""

    name = "sentences"

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder

    @property
    def threshold(self) -> float:
        """The probability below which an answer is refused."""
        return calibration().threshold

    def read(self, question: str, hits: Sequence[Hit]) -> Draft:
        """Propose the best sentences of the hits, best first, with calibrated probabilities."""
        candidates = self.candidates(question, hits)
        if not candidates:
            return Draft(reader=self.name, verdicts=(0.0,) * len(hits))
        fitted = calibration()
        logits = [_dot(fitted.rank_weights, c.features) + fitted.rank_bias for c in candidates]
        order = sorted(range(len(candidates)), key=lambda place: (-logits[place], place))
        best = candidates[order[0]]
        certainty = sigmoid(
            _dot(fitted.answer_weights, answer_features(candidates, logits, order))
            + fitted.answer_bias
        )
        # The others are shares of the best: their odds against it.
        top = sigmoid(logits[order[0]])
        claims = [
            Claim(
                candidates[i].text, (candidates[i].sentence,), certainty * sigmoid(logits[i]) / top
            )
            for i in order[: 4 * MAX_QUOTES]
        ]
        verdicts = [0.0] * len(hits)
        for place, candidate in enumerate(candidates):
            verdicts[candidate.hit] = max(verdicts[candidate.hit], sigmoid(logits[place]))
        chosen = [claims[0]]
        for claim in claims[1:]:
            if len(chosen) < MAX_QUOTES and claim.probability >= 0.5 * certainty:
                chosen.append(claim)
        assert best.sentence == chosen[0].spans[0]
        return Draft(tuple(chosen), reader=self.name, verdicts=tuple(verdicts))

    def candidates(self, question: str, hits: Sequence[Hit]) -> list[Candidate]:
        """Return the citable sentences of the hits, each once, with their features."""
        found: dict[tuple[str, int], tuple[Sentence, str, int]] = {}
        for place, hit in enumerate(hits):
            for sentence in hit.passage.sentences:
                key = (sentence.article_id, sentence.start)
                if sentence.citable and key not in found:
                    found[key] = (sentence, hit.passage.slice(sentence), place)
        if not found:
            return []
        rows = list(found.values())
        cosines = self._cosines(question, [text for _, text, _ in rows])
        languages = list(dict.fromkeys(hit.article.language for hit in hits))
        asked = query_terms(question, detect_language(question, languages), languages)
        kind = asked_kind(question)
        passage_shares = [_share(asked, hit.passage.text, hit.article.language) for hit in hits]
        return [
            Candidate(
                sentence,
                text,
                place,
                (
                    float(cosine),
                    _share(asked, text, hits[place].article.language),
                    passage_shares[place],
                    has_kind(kind, text, question),
                    1.0 / (place + 1),
                ),
            )
            for (sentence, text, place), cosine in zip(rows, cosines, strict=True)
        ]

    def _cosines(self, question: str, texts: list[str]) -> NDArray[np.float32]:
        vector = self._embedder.embed([question], kind="query")[0]
        cosines: NDArray[np.float32] = self._embedder.embed(texts, kind="passage") @ vector
        return cosines


def answer_features(
    candidates: Sequence[Candidate], logits: Sequence[float], order: Sequence[int]
) -> tuple[float, ...]:
    """Return what tells how far the best sentence can be trusted.

    Its logit, its cosine, its share of the question's terms and its passage's, and its lead over
    the best sentence of another article.
    """
    first = order[0]
    best = candidates[first]
    rival = next(
        (i for i in order if candidates[i].sentence.article_id != best.sentence.article_id), None
    )
    lead = logits[first] - logits[rival] if rival is not None else 2.0
    return (logits[first], best.features[0], best.features[1], best.features[2], min(lead, 4.0))


_NUMBER_QUESTION = frozenset(
    "when kapan berapa bila year tahun tanggal date many much old age jumlah usia umur long".split()
)
_NAME_QUESTION = frozenset("who whom whose siapa siapakah where mana dimana which".split())


def asked_kind(question: str) -> str:
    """Return "number", "name" or "" by the question's words, in English and Indonesian."""
    words = [word.strip("?.,!“”\"'()") for word in question.lower().split()]
    if any(word in _NUMBER_QUESTION or word == "berapakah" for word in words):
        return "number"
    return "name" if any(word in _NAME_QUESTION for word in words) else ""


def has_kind(kind: str, text: str, question: str) -> float:
    """Say whether a sentence holds a number, or a name that the question does not have."""
    if kind == "number":
        return float(any(letter.isdigit() for letter in text))
    if kind == "name":
        asked = question.lower()
        names = (w.strip("“”\"'.,()") for w in text.split()[1:] if w[:1].isupper())
        return float(any(name and name.lower() not in asked for name in names))
    return 0.5


def _share(asked: Sequence[str], text: str, language: str) -> float:
    if not asked:
        return 0.0
    held = set(analyse(text, language))
    return sum(term in held for term in asked) / len(asked)


def _dot(weights: Sequence[float], values: Sequence[float]) -> float:
    return sum(w * v for w, v in zip(weights, values, strict=True))


def sigmoid(logit: float) -> float:
    """Return 1 / (1 + e^-logit), without overflow."""
    return 1 / (1 + math.exp(-max(min(logit, 60.0), -60.0)))


def load_reader(name: str = "extractive", *, embedder: Embedder | None = None) -> Reader:
    """Return the reader of a name.

    :param name: ``"extractive"`` (the default reader), ``"sentences"``, or a chat model as
        ``"provider:model"``.
    :param embedder: the index's, so that a model is not opened twice.
    :raises ReaderError: there is no such reader, or what it needs is missing.
    """
    if name in ("extractive", "sentences"):
        from index import load_embedder

        return SentenceReader(embedder or load_embedder())
    if ":" in name:
        from qa.chat_models import chat_model_reader

        return chat_model_reader(name)
    raise ReaderError(
        f"There is no reader {name!r}; use extractive, sentences or provider:model, "
        "such as openai:gpt-5-mini."
    )
