"""The reader that needs no training: it picks the best evidence sentences of the passages.

Each sentence gets a few features, and logistic weights fitted on development questions turn them
into probabilities; there is one set of weights within a language and one across two.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from index import (
    Embedder,
    Hit,
    Sentence,
    Span,
    analyse,
    detect_language,
    query_terms,
    same_words,
)
from qa.logistic import best_first, dot, sigmoid, verdicts
from qa.types import Claim, Draft

# Quotes are added until the reader thinks the answer is probably among them.
MAX_QUOTES = 6
QUOTE_MASS = 0.6
_CALIBRATION = Path(__file__).with_name("sentences.json")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A citable sentence of a hit, with what speaks for it.

    ``features``: cosine with the question, alone and together with the sentence before it (which
    names whom a "he" means); the share of the question's terms it holds; whether it holds the
    kind of thing asked for; 1 / rank of its article. ``across``: question and article differ in
    language.
    """

    sentence: Sentence
    text: str
    hit: int
    across: bool
    features: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Weights:
    """Logistic weights within one language, or across two: of sentences, and of the answer."""

    rank: tuple[float, ...]
    rank_bias: float
    answer: tuple[float, ...]
    answer_bias: float

    def logit(self, candidate: Candidate) -> float:
        """Return the log odds that a sentence is the evidence."""
        return dot(self.rank, candidate.features) + self.rank_bias

    def certainty(self, features: Sequence[float]) -> float:
        """Return the probability that the best sentence is the evidence."""
        return sigmoid(dot(self.answer, features) + self.answer_bias)


@dataclass(frozen=True, slots=True)
class Calibration:
    """What ``benchmarks/calibrate_sentences.py`` fitted: see there for data and figures."""

    same: Weights
    across: Weights
    threshold: float

    def of(self, candidate: Candidate) -> Weights:
        """Return the weights that apply to a sentence."""
        return self.across if candidate.across else self.same

    def rank(self, candidates: Sequence[Candidate]) -> tuple[list[float], list[int]]:
        """Return each candidate's log odds, and the candidates' places from best to worst."""
        logits = [self.of(candidate).logit(candidate) for candidate in candidates]
        return logits, best_first(logits)


@cache
def calibration() -> Calibration:
    """Return the fitted weights shipped with the package."""
    data = json.loads(_CALIBRATION.read_text(encoding="utf-8"))
    same, across = (
        Weights(
            rank=tuple(data[name]["rank"]),
            rank_bias=data[name]["rank_bias"],
            answer=tuple(data[name]["answer"]),
            answer_bias=data[name]["answer_bias"],
        )
        for name in ("same", "across")
    )
    return Calibration(same, across, data["threshold"])


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
        logits, order = fitted.rank(candidates)
        weights = fitted.of(candidates[order[0]])
        certainty = weights.certainty(answer_features(candidates, logits, order))
        found = [(candidate.hit, candidate.sentence) for candidate in candidates]
        probable, sentences = verdicts(order, logits, found, len(hits))
        best = logits[order[0]]
        claims = tuple(
            Claim(
                candidates[place].text,
                (candidates[place].sentence,),
                certainty * math.exp(logits[place] - best),
            )
            for place in order[: _quotes(logits, order)]
        )
        return Draft(claims, reader=self.name, verdicts=probable, sentences=sentences)

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
        language = detect_language(question, languages)
        asked = query_terms(question, language, languages)
        kind = asked_kind(question)
        articles = list(dict.fromkeys(hit.article.id for hit in hits))
        return [
            Candidate(
                sentence,
                text,
                place,
                not same_words(hits[place].article.language, language),
                (
                    cosines[number],
                    cosines[number + len(rows)],
                    _share(asked, text, hits[place].article.language),
                    has_kind(kind, text, question),
                    1.0 / (articles.index(sentence.article_id) + 1),
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

    Its logit, its greater cosine, and its lead over the best sentence of another article.
    """
    first = order[0]
    best = candidates[first]
    rival = next(
        (i for i in order if candidates[i].sentence.article_id != best.sentence.article_id), None
    )
    lead = logits[first] - logits[rival] if rival is not None else 2.0
    return (logits[first], max(best.features[:2]), min(lead, 4.0))


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
