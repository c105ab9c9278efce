"""Readers by name, and the one that needs no training: it picks the best evidence sentences.

``load_reader`` is the only place where a reader's name is resolved.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from pathlib import Path

from index import (
    Embedder,
    Hit,
    ReaderError,
    Sentence,
    Span,
    analyse,
    detect_language,
    query_terms,
)
from qa.types import Claim, Draft, Reader

# Quotes are added until the reader thinks the answer is probably among them.
MAX_QUOTES = 6
QUOTE_MASS = 0.6
_UNRELATED, _SAME = 0.82, 0.88
_CALIBRATION = Path(__file__).with_name("sentences.json")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A citable sentence of a hit, with what speaks for it.

    ``features``: cosine with the question, alone and together with the sentence before it (which
    names whom a "he" means); the share of the question's terms it holds; the share of the
    question's names the two hold, in any spelling close enough; whether it holds the kind of
    thing asked for; 1 / rank of its passage.
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
        features = answer_features(candidates, logits, order)
        certainty = sigmoid(_dot(fitted.answer_weights, features) + fitted.answer_bias)
        verdicts = [0.0] * len(hits)
        for place, candidate in enumerate(candidates):
            verdicts[candidate.hit] = max(verdicts[candidate.hit], sigmoid(logits[place]))
        best = logits[order[0]]
        claims = tuple(
            Claim(
                candidates[place].text,
                (candidates[place].sentence,),
                certainty * math.exp(logits[place] - best),
            )
            for place in order[: _quotes(logits, order)]
        )
        return Draft(claims, reader=self.name, verdicts=tuple(verdicts))

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
        windows = [_window(hits[place], sentence) for sentence, _, place in rows]
        cosines = self._cosines(question, [text for _, text, _ in rows] + windows)
        languages = list(dict.fromkeys(hit.article.language for hit in hits))
        asked = query_terms(question, detect_language(question, languages), languages)
        kind, names = asked_kind(question), names_in(question)
        return [
            Candidate(
                sentence,
                text,
                place,
                (
                    cosines[number],
                    cosines[number + len(rows)],
                    _share(asked, text, hits[place].article.language),
                    names_shared(names, windows[number]),
                    has_kind(kind, text, question),
                    1.0 / (place + 1),
                ),
            )
            for number, (sentence, text, place) in enumerate(rows)
        ]

    def _cosines(self, question: str, texts: list[str]) -> list[float]:
        vector = self._embedder.embed([question], kind="query")[0]
        distinct = list(dict.fromkeys(texts))
        cosines = self._embedder.embed(distinct, kind="passage") @ vector
        found = dict(zip(distinct, cosines.tolist(), strict=True))
        return [found[text] for text in texts]


def _window(hit: Hit, sentence: Sentence) -> str:
    """Return the sentence with the one before it, as far as the passage goes."""
    before = [one for one in hit.passage.sentences if one.end <= sentence.start]
    start = before[-1].start if before else sentence.start
    return hit.passage.slice(Span(sentence.article_id, start, sentence.end))


def _quotes(logits: Sequence[float], order: Sequence[int]) -> int:
    """Return how many of the best sentences to quote."""
    best = logits[order[0]]
    weights = [math.exp(logits[place] - best) for place in order]
    enough, mass = QUOTE_MASS * sum(weights), 0.0
    for count, weight in enumerate(weights[:MAX_QUOTES], start=1):
        mass += weight
        if mass >= enough:
            return count
    return min(MAX_QUOTES, len(weights))


def answer_features(
    candidates: Sequence[Candidate], logits: Sequence[float], order: Sequence[int]
) -> tuple[float, ...]:
    """Return what tells how far the best sentence can be trusted.

    Its logit, its greater cosine, its shares of the question's terms and names, and its lead
    over the best sentence of another article.
    """
    first = order[0]
    best = candidates[first]
    rival = next(
        (i for i in order if candidates[i].sentence.article_id != best.sentence.article_id), None
    )
    lead = logits[first] - logits[rival] if rival is not None else 2.0
    alone, window, share, names, _, _ = best.features
    return (logits[first], max(alone, window), share, names, min(lead, 4.0))


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


_ALIKE = 0.8


def names_in(question: str) -> list[str]:
    """Return the capitalised words of a question, without its first word, in small letters."""
    words = re.findall(r"[^\W\d_][\w'’-]*", question)
    return [word.casefold() for word in words[1:] if word[:1].isupper()]


def names_shared(names: Sequence[str], text: str) -> float:
    """Return the share of names that a text holds, spelt alike: Russia and Rusia are one."""
    if not names:
        return 0.5
    held = [word.casefold() for word in re.findall(r"[^\W\d_][\w'’-]*", text) if word[0].isupper()]
    return sum(bool(get_close_matches(name, held, 1, _ALIKE)) for name in names) / len(names)


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


def embedding_support(embedder: Embedder) -> Callable[[str, list[str]], float]:
    """Return a judge of how far sentences prove a claim, in 0..1, across languages too.

    A first form: E5's cosines lie near 0.82 for texts of one topic and near 0.88 for texts that
    say the same, so this tells a claim about something else, not a claim turned around.
    """

    def support(claim: str, sentences: list[str]) -> float:
        rows = embedder.embed([claim, " ".join(sentences)], kind="passage")
        return min(max((float(rows[0] @ rows[1]) - _UNRELATED) / (_SAME - _UNRELATED), 0.0), 1.0)

    return support


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
        from index import load_embedder
        from qa.chat_models import chat_model_reader

        return chat_model_reader(name, support=embedding_support(embedder or load_embedder()))
    raise ReaderError(
        f"There is no reader {name!r}; use extractive, sentences or provider:model, "
        "such as openai:gpt-5-mini."
    )
