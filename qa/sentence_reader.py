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

from index import Embedder, Hit, Sentence
from qa.logistic import best_first, dot, sigmoid, verdicts
from qa.sentence_features import sentence_features
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
        articles = list(dict.fromkeys(hit.article.id for hit in hits))
        features = sentence_features(
            self._embedder, question, hits, [(place, sentence) for sentence, _, place in rows]
        )
        return [
            Candidate(
                sentence,
                text,
                place,
                one.across,
                (
                    one.cosine,
                    one.cosine_before,
                    one.share,
                    one.kind,
                    1.0 / (articles.index(sentence.article_id) + 1),
                ),
            )
            for (sentence, text, place), one in zip(rows, features, strict=True)
        ]


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
