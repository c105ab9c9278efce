"""Read the top passages: spans, compared across passages, judged, and given a fitting form."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from index import (
    BUNDLED_NAME,
    Embedder,
    Hit,
    Passage,
    Sentence,
    Span,
    TokenScorer,
    load_embedder,
    load_token_scorer,
    title_in_front,
)
from qa.logistic import best_first, dot, verdicts
from qa.reader.decoding import Candidate, best_spans, distinct
from qa.reader.forms import Form, answer_form, shaped
from qa.reader.judging import (
    Calibration,
    answer_key,
    calibration,
    ranking_features,
    same_answer,
    trust_features,
)
from qa.reader.windows import Window, cut_windows, question_ids
from qa.sentence_features import sentence_cosines
from qa.types import Claim, Draft

WEIGHTS = Path(__file__).with_name("reader.safetensors")
MOST_CLAIMS, MOST_PROOFS = 3, 3
SECOND_LOOKS = 2  # sentences that are looked at once more: no gain from three to five
# A rival answer is told of when it is at least half as likely as the best.
_RIVAL = 0.5


@dataclass(frozen=True, slots=True)
class Reading:
    """What was found in the hits: candidates with their answers, features and log odds.

    ``keys`` are the answers for comparing, ``order`` lists the places of
    the candidates from best to worst.
    """

    candidates: tuple[Candidate, ...]
    texts: tuple[str, ...]
    keys: tuple[str, ...]
    ranking: tuple[tuple[float, ...], ...]
    logits: tuple[float, ...]
    order: tuple[int, ...]


class ExtractiveReader:
    """Finds the answer's exact characters in passages of any language, or that there is none."""

    name = "extractive"

    def __init__(self, scorer: TokenScorer, embedder: Embedder, fitted: Calibration) -> None:
        self._scorer, self._embedder, self._fitted = scorer, embedder, fitted

    @property
    def threshold(self) -> float:
        """The probability below which an answer is refused."""
        return self._fitted.threshold

    def read(self, question: str, hits: Sequence[Hit]) -> Draft:
        """Propose answers from the hits, best first, with calibrated probabilities."""
        reading = self.examine(question, hits)
        if not reading.candidates:
            return Draft(reader=self.name, verdicts=(0.0,) * len(hits))
        [near] = self.nearness(question, hits, [reading.candidates[reading.order[0]]])
        features = trust_features(
            reading.order, reading.keys, reading.ranking, reading.logits, near
        )
        articles = len({hit.article.id for hit in hits})
        probability = self._fitted.probability(features, articles)
        found = [(candidate.hit, candidate.sentence) for candidate in reading.candidates]
        probable, sentences = verdicts(reading.order, reading.logits, found, len(hits))
        claims = _claims(question, reading, hits, probability)
        return Draft(claims, reader=self.name, verdicts=probable, sentences=sentences)

    def nearness(
        self, question: str, hits: Sequence[Hit], candidates: Sequence[Candidate]
    ) -> list[float]:
        """Return the greater cosine of each candidate's sentence, see :func:`sentence_cosines`.

        It tells whether to trust a reading; ranking by it too gained nothing (docs/log.md).
        """
        found = [(candidate.hit, candidate.sentence) for candidate in candidates]
        return [max(pair) for pair in sentence_cosines(self._embedder, question, hits, found)]

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return the number of tokens of each text."""
        return [len(ids) for ids, _ in self._scorer.tokens(texts)]

    def examine(self, question: str, hits: Sequence[Hit]) -> Reading:
        """Return every candidate answer of the hits, ranked; the first are looked at once more.

        Their sentences are read alone, for a span that answers only thanks to what stands around
        it answers less often, and their spans are chosen with care.
        """
        first = self._ranked(distinct(self._candidates(question, hits)), hits)
        likely = first.order[:SECOND_LOOKS]
        alone = self._alone(question, hits, first.candidates, likely)
        again = list(first.candidates)
        for place in likely:
            again[place] = again[place].looked_at(hits[again[place].hit], alone.get(place))
        return self._ranked(again, hits)

    def _ranked(self, candidates: Sequence[Candidate], hits: Sequence[Hit]) -> Reading:
        texts = tuple(hits[c.hit].passage.slice(c.span) for c in candidates)
        keys = tuple(answer_key(text) for text in texts)
        ranking = tuple(ranking_features(candidates, keys, hits))
        logits = tuple(dot(self._fitted.ranking, features) for features in ranking)
        return Reading(tuple(candidates), texts, keys, ranking, logits, tuple(best_first(logits)))

    def _alone(
        self,
        question: str,
        hits: Sequence[Hit],
        candidates: Sequence[Candidate],
        places: Sequence[int],
    ) -> dict[int, Candidate]:
        """Return of each place its candidate when its sentence is all that is read of the text.

        None of those whose passage is this one sentence.
        """
        places = [
            place for place in places if len(hits[candidates[place].hit].passage.sentences) > 1
        ]
        chosen = [candidates[place] for place in places]
        sentences = [_only(one.sentence, hits[one.hit]) for one in chosen]
        alone: dict[int, Candidate] = {}
        for found in self._candidates(question, sentences):
            place = places[found.hit]
            if place not in alone or found.evidence > alone[place].evidence:
                alone[place] = found
        return alone

    def _candidates(self, question: str, hits: Sequence[Hit]) -> list[Candidate]:
        titles = [title_in_front(hit.article.title, hit.passage) for hit in hits]
        fronts = [f"{title}\n" if title else "" for title in titles]
        texts = [front + hit.passage.text for front, hit in zip(fronts, hits, strict=True)]
        (asked, _), *tokens = self._scorer.tokens([question, *texts])
        head = question_ids(asked)
        windows: list[tuple[int, Window]] = [
            (place, window)
            for place, text in enumerate(tokens)
            for window in cut_windows(head, text)
        ]
        scores = self._scorer.score([window.ids for _, window in windows])
        return [
            candidate
            for (place, window), row in zip(windows, scores, strict=True)
            for candidate in best_spans(window, row, hits[place], place, len(fronts[place]))
        ]


def _only(sentence: Sentence, hit: Hit) -> Hit:
    """Return a hit whose passage is one sentence of its own."""
    text = hit.passage.slice(sentence)
    only = Passage(sentence.article_id, sentence.start, sentence.end, (sentence,), text)
    return replace(hit, passage=only)


def _claims(
    question: str, reading: Reading, hits: Sequence[Hit], probability: float
) -> tuple[Claim, ...]:
    """Turn the best candidates into claims: each answer once, with its proofs in other articles."""
    form = answer_form(question)
    best = reading.logits[reading.order[0]]
    keys = reading.keys
    groups: list[list[int]] = []
    for place in reading.order:
        share = math.exp(reading.logits[place] - best)
        known = next((g for g in groups if same_answer(keys[g[0]], keys[place])), None)
        if known is not None:
            known.append(place)
        elif share >= _RIVAL and len(groups) < MOST_CLAIMS:
            groups.append([place])
    return tuple(
        _claim(group, reading, hits, form, probability * math.exp(reading.logits[group[0]] - best))
        for group in groups
    )


def _claim(
    group: Sequence[int], reading: Reading, hits: Sequence[Hit], form: Form, probability: float
) -> Claim:
    spans: list[Span] = []
    articles: set[str] = set()
    for place in group:
        candidate = reading.candidates[place]
        # The second proof must be another article, and its own reading must not say "no answer".
        if candidate.span.article_id in articles or (spans and candidate.margin < 0):
            continue
        if len(spans) == MOST_PROOFS:
            break
        articles.add(candidate.span.article_id)
        text = hits[candidate.hit].passage.slice(candidate.sentence)
        spans.append(shaped(candidate.span, candidate.sentence, text, form))
    first = reading.candidates[group[0]]
    return Claim(hits[first.hit].passage.slice(spans[0]), tuple(spans), probability)


@cache
def _shipped_scorer() -> TokenScorer:
    return load_token_scorer(WEIGHTS)


@cache
def _bundled_embedder() -> Embedder:
    return load_embedder(BUNDLED_NAME)


def load_extractive_reader(embedder: Embedder | None = None) -> ExtractiveReader:
    """Return the reader shipped with the package, compiled on its first use.

    :param embedder: the index's. The reader was calibrated with the bundled encoder's vectors, so
        it has no use for another model's; of the bundled one there need be no second copy.
    :raises ModelError: its weights are damaged, or the bundled encoder is missing.
    """
    bundled = _bundled_embedder()
    if embedder is None or embedder.identity != bundled.identity:
        embedder = bundled
    return ExtractiveReader(_shipped_scorer(), embedder, calibration())
