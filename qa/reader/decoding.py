"""Token scores to spans: the best answers of a passage, each inside one citable sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from index import Hit, Sentence, Span
from qa.reader.spans import Floats, TokenScores, best_agreeing
from qa.reader.windows import Window

_PAIRS = {"(": ")", "[": "]", "{": "}", "“": "”", "‘": "’", "«": "»", '"': '"'}
_CLOSING = {close: start for start, close in _PAIRS.items()}


@dataclass(frozen=True, slots=True)
class Candidate:
    """The likeliest span of a sentence, and how much speaks for it.

    ``margin``: start and end scores of the likeliest span minus those of "no answer" (position 0),
    as BERT does for SQuAD 2 (Devlin et al. 2019, arXiv:1810.04805); above 0 it is likelier than
    that the text does not answer. ``evidence``: the same with all spans of the sentence summed up
    (log-sum-exp): that the answer is somewhere in it. ``alone``: the same when the sentence is read
    without those around it; as far as it is not, its evidence. ``hit`` is the hit's place,
    ``tokens`` the scores of the sentence's tokens.
    """

    span: Span
    sentence: Sentence
    hit: int
    margin: float
    evidence: float
    alone: float
    tokens: TokenScores | None = field(default=None, compare=False, repr=False)

    def looked_at(self, hit: Hit, alone: Candidate | None = None) -> Candidate:
        """Return the candidate with its span chosen carefully, see :mod:`qa.reader.spans`.

        :param alone: what its sentence says when it is read without those around it.
        """
        if self.tokens is None:
            return self
        tokens = self.tokens
        if alone is not None and alone.tokens is not None:
            tokens = tokens.mixed(alone.tokens)
        span = _tidied(Span(self.span.article_id, *best_agreeing(tokens)), hit)
        return replace(self, span=span, alone=alone.evidence if alone else self.alone)


def best_spans(window: Window, scores: Floats, hit: Hit, place: int, shift: int) -> list[Candidate]:
    """Return the likeliest span of each citable sentence in a window, in the order of the text.

    :param scores: (n, 2) start and end scores of the window's tokens.
    :param shift: what the window's text has in front of the passage, in characters.
    """
    passage = hit.passage
    bounds = [(a + passage.start - shift, b + passage.start - shift) for a, b in window.offsets]
    owners = _sentences_of(bounds, passage.sentences)
    null = float(scores[0].sum())
    found = []
    for number in np.unique(owners[owners >= 0]).tolist():
        tokens = np.flatnonzero(owners == number)
        read = TokenScores(tuple(bounds[token] for token in tokens), scores[window.first + tokens])
        sums = read.sums()
        first, last = divmod(int(sums.argmax()), len(tokens))
        span = Span(passage.article_id, bounds[tokens[first]][0], bounds[tokens[last]][1])
        evidence = float(np.logaddexp.reduce(sums, axis=None)) - null
        found.append(
            Candidate(
                _tidied(span, hit), passage.sentences[number], place, tokens=read,
                margin=float(sums[first, last]) - null, evidence=evidence, alone=evidence,
            )
        )  # fmt: skip
    return found


def _tidied(span: Span, hit: Hit) -> Span:
    """Leave out what stands unpaired or loose at a span's ends: a bracket, a quote, a comma."""
    text = hit.passage.slice(span)
    start, end = 0, len(text)
    while start < end - 1 and (
        text[start] in ",;:–—"
        or (text[start] in _PAIRS and _PAIRS[text[start]] not in text[start + 1 : end])
    ):
        start += 1 + len(text[start + 1 : end]) - len(text[start + 1 : end].lstrip())
    while end - 1 > start and (
        text[end - 1] in ",;:–—-/"
        or (text[end - 1] in _CLOSING and _CLOSING[text[end - 1]] not in text[start : end - 1])
    ):
        end -= 1
        end = start + len(text[start:end].rstrip())
    return Span(span.article_id, span.start + start, span.start + end)


def _sentences_of(
    bounds: Sequence[tuple[int, int]], sentences: Sequence[Sentence]
) -> NDArray[np.int64]:
    """Return of each token the number of the citable sentence that holds it, or -1."""
    owners = np.full(len(bounds), -1)
    number = 0
    for place, (start, end) in enumerate(bounds):
        while number < len(sentences) and sentences[number].end <= start:
            number += 1
        if number == len(sentences):
            break
        sentence = sentences[number]
        if sentence.citable and sentence.start <= start < end <= sentence.end:
            owners[place] = number
    return owners


def distinct(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Return each sentence once, as it was read best: neighbouring passages share a sentence."""
    best: dict[Sentence, Candidate] = {}
    for candidate in candidates:
        known = best.get(candidate.sentence)
        if known is None or candidate.evidence > known.evidence:
            best[candidate.sentence] = candidate
    return list(best.values())
