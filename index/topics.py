"""A collection seen from above: articles on a plane, in groups that are named by their own terms.

Only what the index holds already is used: the mean of an article's passage vectors, and its words.
Vectors are centred per language first, or the strongest difference between two articles would be
the language they are written in. Everything is deterministic: no random start, ties by position.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from index.analysis import analyse
from index.types import Article, ArticleInfo

Rows = NDArray[np.float32]

_SMALLEST = 12  # articles that make a map worth drawing
_TOPICS = 10
_OWN_MEAN = 4  # articles of a language that have a mean of their own
_READ = 24  # articles of a topic that are read for its name
_CHARACTERS = 1_500  # of each
_TERMS = 3
_ROUNDS = 40
_WORD = re.compile(r"[^\W\d_][\w'’-]{2,}")


@dataclass(frozen=True, slots=True)
class Topic:
    """A group of articles: their positions in the list that was mapped, nearest first."""

    terms: tuple[str, ...]
    members: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ArticleMap:
    """Articles, a point (x, y) in 0..1 for each, and the topics, largest first."""

    articles: tuple[ArticleInfo, ...]
    points: tuple[tuple[float, float], ...]
    topics: tuple[Topic, ...]


def map_articles(
    articles: Sequence[ArticleInfo], vectors: Rows, read: Callable[[str], Article]
) -> ArticleMap:
    """Return the map of ``articles``, whose ``vectors`` (n, d) are the means of their passages.

    ``read`` gives the text of an article by its id; a few of each topic are read.
    """
    if len(articles) < _SMALLEST:
        return ArticleMap(tuple(articles), (), ())
    rows = _centred(vectors, [article.language for article in articles])
    count = min(_TOPICS, max(2, round(math.sqrt(len(articles) / 2))))
    labels, centres = _group(rows, count)
    groups = []
    for label in range(len(centres)):
        members = np.flatnonzero(labels == label)
        nearest = members[np.argsort(-(rows[members] @ centres[label]), kind="stable")]
        groups.append(tuple(int(member) for member in nearest))
    groups = sorted((group for group in groups if group), key=lambda group: (-len(group), group))
    names = _named(groups, articles, read)
    topics = tuple(Topic(terms, group) for terms, group in zip(names, groups, strict=True))
    return ArticleMap(tuple(articles), _plane(rows, labels, centres), topics)


def _centred(vectors: Rows, languages: Sequence[str]) -> Rows:
    rows = vectors.astype(np.float32, copy=True)
    for language in dict.fromkeys(languages):
        own = np.array([one == language for one in languages])
        # A language of a few articles has no mean of its own worth taking away.
        rows[own] -= rows[own].mean(axis=0) if own.sum() >= _OWN_MEAN else vectors.mean(axis=0)
    norms = np.linalg.norm(rows, axis=1, keepdims=True)
    centred: Rows = rows / np.maximum(norms, 1e-9)
    return centred


def _group(rows: Rows, count: int) -> tuple[NDArray[np.intp], Rows]:
    """Return a label per row (n,) and the centres (k, d): k-means on the sphere."""
    mean = rows.mean(axis=0)
    chosen = [int(np.argmax(rows @ mean))]
    nearest = rows @ rows[chosen[0]]
    for _ in range(count - 1):  # the farthest from all chosen so far
        chosen.append(int(np.argmin(nearest)))
        nearest = np.maximum(nearest, rows @ rows[chosen[-1]])
    centres = rows[chosen]
    labels = np.full(len(rows), -1)
    for _ in range(_ROUNDS):
        found = np.argmax(rows @ centres.T, axis=1)
        if np.array_equal(found, labels):
            break
        labels = found
        sums = np.stack([rows[labels == label].sum(axis=0) for label in range(count)])
        norms = np.linalg.norm(sums, axis=1, keepdims=True)
        centres = np.where(norms > 1e-9, sums / np.maximum(norms, 1e-9), centres)
    return labels, centres


def _plane(rows: Rows, labels: NDArray[np.intp], centres: Rows) -> tuple[tuple[float, float], ...]:
    """Project onto the two directions in which topics differ most; articles when there are two."""
    spread = centres[labels] if len(centres) > 2 else rows
    spread = spread - spread.mean(axis=0)
    _, axes = np.linalg.eigh(spread.T.astype(np.float64) @ spread)
    axes = axes[:, -1:-3:-1]
    strongest = np.argmax(np.abs(axes), axis=0)
    axes = axes * np.sign(axes[strongest, np.arange(2)])  # a sign of our choice, not of LAPACK's
    points = rows @ axes
    low, high = np.quantile(points, 0.01, axis=0), np.quantile(points, 0.99, axis=0)
    scaled = np.clip((points - low) / np.maximum(high - low, 1e-9), 0, 1)
    return tuple((round(float(x), 4), round(float(y), 4)) for x, y in scaled)


def _named(
    groups: Sequence[Sequence[int]],
    articles: Sequence[ArticleInfo],
    read: Callable[[str], Article],
) -> list[tuple[str, ...]]:
    """Name each group by the terms that set it apart (class-based TF-IDF), as they are written."""
    counts: list[Counter[str]] = []
    written: dict[str, Counter[str]] = defaultdict(Counter)
    for group in groups:
        terms: Counter[str] = Counter()
        for position in group[:_READ]:
            article = read(articles[position].id)
            seen = _terms(f"{article.title}\n{article.text[:_CHARACTERS]}", article.language)
            for term, word in seen:
                written[term][word] += 1
            terms.update({term for term, _ in seen})  # one article does not name a topic alone
        counts.append(terms)
    total: Counter[str] = Counter()
    for terms in counts:
        total.update(terms)
    average = sum(total.values()) / len(groups)
    names = []
    for group, terms in zip(groups, counts, strict=True):
        least = 2 if len(group) > 3 else 1
        weights = {
            term: n * math.log(1 + average / total[term]) * (n / total[term])
            for term, n in terms.items()
            if n >= least
        }
        best = sorted(weights, key=lambda term: (-weights[term], term))[:_TERMS]
        names.append(tuple(_common(written[term]) for term in best))
    return names


def _common(words: Counter[str]) -> str:
    return min(words, key=lambda word: (-words[word], word))


def _terms(text: str, language: str) -> list[tuple[str, str]]:
    """Return the terms of a text and how they are written, names with their capitals."""
    found = []
    for match in _WORD.finditer(text):
        term = _term(match[0].lower(), language)
        if term:
            found.append((term, match[0] if not match[0].isupper() else match[0].title()))
    return found


@lru_cache(maxsize=50_000)
def _term(word: str, language: str) -> str:
    terms = analyse(word, language)
    return terms[0] if len(terms) == 1 else ""
