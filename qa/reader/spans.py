"""Which characters of a sentence answer: the span that agrees best with all that could.

The likeliest span alone is a poor choice where the model wavers between near-identical ones
("695" and "695 orang" and "695 orang tewas"): the one with the highest expected F1 under the model
is chosen instead (minimum Bayes risk, Kumar and Byrne 2004, "Minimum Bayes-Risk Decoding for
Statistical Machine Translation"; F1 over words, as SQuAD counts it).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LONGEST_ANSWER = 48  # tokens
LIKELIEST = 40  # spans that are compared
ALONE_WEIGHT = 0.3  # of what the sentence says when it is read alone

Floats = NDArray[np.float32]
Bounds = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, eq=False)
class TokenScores:
    """Start and end scores (n, 2) of a sentence's tokens; ``bounds`` are their characters.

    A token that a mixture's other reading does not have scores -inf.
    """

    bounds: Bounds
    scores: Floats

    def sums(self) -> Floats:
        """Return the scores (n, n) of all spans, by first and last token; -inf for none."""
        sums = self.scores[:, 0, None] + self.scores[None, :, 1]
        apart = np.arange(len(sums))[None, :] - np.arange(len(sums))[:, None]
        sums[(apart < 0) | (apart >= LONGEST_ANSWER)] = -np.inf
        return sums

    def mixed(self, other: TokenScores, weight: float = ALONE_WEIGHT) -> TokenScores:
        """Return a weighted mean of two readings of one sentence, both as log probabilities."""
        places = {bounds: place for place, bounds in enumerate(other.bounds)}
        found = [places.get(bounds, -1) for bounds in self.bounds]
        if max(found) < 0:
            return self
        logs = np.vstack([_normalised(other.scores), np.full((1, 2), -np.inf, np.float32)])
        mean = (1 - weight) * _normalised(self.scores) + weight * logs[found]
        return TokenScores(self.bounds, mean.astype(np.float32))


def _normalised(scores: Floats) -> Floats:
    """Return log probabilities of each column."""
    whole: Floats = scores - np.logaddexp.reduce(scores, axis=0)
    return whole


def best_agreeing(tokens: TokenScores) -> tuple[int, int]:
    """Return the first and last character of the span with the highest expected word F1.

    Of equal ones the likeliest; of equally likely ones the first.
    """
    sums = tokens.sums()
    likeliest = np.argsort(-sums, axis=None, kind="stable")[:LIKELIEST]
    first, last = np.divmod(likeliest, len(sums))
    possible = np.isfinite(sums[first, last])
    possible[0] = True
    first, last = first[possible], last[possible]
    logs = sums[first, last].astype(np.float64)
    chances = np.exp(logs - logs[0]) if np.isfinite(logs[0]) else np.ones(len(logs))
    words = _word_numbers(tokens.bounds)
    begin, end = words[first], words[last]
    lengths = end - begin + 1
    shared = np.minimum.outer(end, end) - np.maximum.outer(begin, begin) + 1
    f1 = 2 * np.maximum(shared, 0) / np.add.outer(lengths, lengths)
    # Rounded, so that the order in which numbers are added up decides nothing.
    best = int(np.argmax(np.round(f1 @ chances / chances.sum(), 9)))
    return tokens.bounds[int(first[best])][0], tokens.bounds[int(last[best])][1]


def _word_numbers(bounds: Bounds) -> NDArray[np.int64]:
    """Return of each token the number of its word: a word ends where characters are left out."""
    edges = np.array(bounds)
    return np.concatenate([[0], np.cumsum(edges[1:, 0] > edges[:-1, 1])]).astype(np.int64)
