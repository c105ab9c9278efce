"""Filters and orders as SQL over the article table, and the passages of the articles that pass."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from index.types import Filters

Order = Literal["added", "published", "title"]
ORDERS: Mapping[str, str] = {
    "added": "number",
    "published": "published IS NULL, published DESC, number",
    "title": "title, number",
}


def where(filters: Filters | None) -> tuple[str, tuple[Any, ...]]:
    """Return the WHERE clause of a filter, "" where all pass, and its values."""
    if not filters:
        return "", ()
    conditions: list[str] = []
    values: list[Any] = []
    dates = (("published >= ?", filters.published_from), ("published <= ?", filters.published_to))
    for condition, day in dates:  # NULL compares to nothing: undated articles fail
        if day is not None:
            conditions.append(condition)
            values.append(day.isoformat())
    fields = (
        ("language", filters.languages),
        ("source", filters.sources),
        ("id", filters.article_ids),
    )
    for column, wanted in fields:
        if wanted:  # one value, however many: SQLite limits the number of parameters
            conditions.append(f"{column} IN (SELECT value FROM json_each(?))")
            values.append(json.dumps(wanted))
    return f"WHERE {' AND '.join(conditions)}", tuple(values)


def expand_runs(rows: Sequence[tuple[int, int]], last: int) -> NDArray[np.int64]:
    """Return the ids of runs (first, count), ascending; none is above ``last``, none twice.

    The rows come from an SQL index, which no sum proves: TypeError, ValueError or OverflowError
    where damage shows.
    """
    if not rows:
        return np.empty(0, np.int64)
    runs = np.array(rows, dtype=np.int64)
    runs = runs[runs[:, 1] != 0]
    first, count = runs[np.argsort(runs[:, 0])].T
    if np.any(count < 0) or np.any(first < 1) or np.any(first + count - 1 > last):
        raise ValueError("passages that cannot be")
    before = np.cumsum(count) - count
    if count.sum() > last:
        raise ValueError("more passages than there are")
    return np.repeat(first - before, count) + np.arange(count.sum(), dtype=np.int64)
