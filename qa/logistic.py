"""What both trained readers do with log odds: rank candidates, and tell each hit its best one."""

from __future__ import annotations

import math
from collections.abc import Sequence

from index import Span


def dot(weights: Sequence[float], values: Sequence[float]) -> float:
    """Return the weighted sum."""
    return sum(w * v for w, v in zip(weights, values, strict=True))


def sigmoid(logit: float) -> float:
    """Return 1 / (1 + e^-logit), without overflow."""
    return 1 / (1 + math.exp(-max(min(logit, 60.0), -60.0)))


def best_first(logits: Sequence[float]) -> list[int]:
    """Return the places of the candidates from best to worst; equal ones keep their order."""
    return sorted(range(len(logits)), key=lambda place: (-logits[place], place))


def verdicts(
    order: Sequence[int], logits: Sequence[float], found: Sequence[tuple[int, Span]], hits: int
) -> tuple[tuple[float, ...], tuple[Span | None, ...]]:
    """Return of each hit how probably it holds the answer, and which sentence of it does.

    :param order: the candidates' places, from :func:`best_first`.
    :param found: of each candidate the place of its hit, and its sentence.
    :param hits: how many there are; one without a candidate gets 0 and None.
    """
    probable = [0.0] * hits
    sentences: list[Span | None] = [None] * hits
    for place in reversed(order):  # so that each hit keeps its best
        hit, sentence = found[place]
        probable[hit], sentences[hit] = sigmoid(logits[place]), sentence
    return tuple(probable), tuple(sentences)
