"""Dates of passages, and how many articles there are by language, source and month."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from typing import Any

from index.store.filters import where
from index.store.reading import Snapshot
from index.types import Facets, Filters

MOST_SOURCES = 50


def passage_days(snapshot: Snapshot, ids: Sequence[int]) -> dict[int, date]:
    """Return the day each passage's article was published, where it is known."""
    rows = snapshot.rows(
        "SELECT passage.id, published FROM passage JOIN article ON article.number = article "
        "WHERE published IS NOT NULL AND passage.id IN (SELECT value FROM json_each(?))",
        (json.dumps(list(ids)),),
    )
    return {int(id_): day for id_, text in rows if (day := _day(text)) is not None}


def newest_day(snapshot: Snapshot, filters: Filters | None) -> date | None:
    """Return when the newest article that passes was published; None where none is dated."""
    clause, values = where(filters)
    text = snapshot.rows(f"SELECT max(published) FROM article {clause}", values)[0][0]
    return _day(text) if text is not None else None


def count_facets(
    snapshot: Snapshot, filters: Filters | None, ids: Sequence[str] | None = None
) -> Facets:
    """Count the articles that pass; with ``ids``, those of them that are listed.

    The index ``article_filter`` covers the columns, so no article is read to count them all.
    """
    clause, values = where(filters)
    if ids is not None:
        listed = "id IN (SELECT value FROM json_each(?))"
        clause = f"{clause} AND {listed}" if clause else f"WHERE {listed}"
        values = (*values, json.dumps(list(ids)))

    def counts(column: str, order: str) -> tuple[tuple[str, int], ...]:
        counted = f"SELECT {column} AS value, count(*) AS n FROM article {clause}"
        sql = f"{counted} GROUP BY value {order}"
        return tuple((str(value), int(n)) for value, n in snapshot.rows(sql, values))

    most_first = "ORDER BY n DESC, value"
    months = counts("coalesce(substr(published, 1, 7), '')", "ORDER BY value DESC")
    return Facets(
        articles=sum(n for _, n in months),
        languages=counts("language", most_first),
        sources=counts("source", f"{most_first} LIMIT {MOST_SOURCES}"),
        months=months,
    )


def _day(text: Any) -> date | None:
    """Read a day of a row that no sum has proved here; a damaged one is none."""
    try:
        return date.fromisoformat(text[:10])
    except (TypeError, ValueError):
        return None
