"""Prove the rows of an article: what each sum and digest says of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from index.store.records import Records
from index.store.rows import row_sum, slice_text, to_article

PASSAGE_COLUMNS = "id, article, ord, start, stop, sentences, terms, content, vec_sum"


def article_problem(columns: Sequence[Any], total: object, text: Any) -> str:
    """Return what is wrong with the row of an article, "" where it is as it was written."""
    if row_sum(*columns) != total:
        return "its row does not fit its sum"
    if not isinstance(text, str) or to_article(columns, text).digest != columns[9]:
        return "its text is not the text that was indexed"
    return ""


def passages_problem(columns: Sequence[Any], text: str, rows: Sequence[Sequence[Any]]) -> str:
    """Return what is wrong with the ``passage_rows`` of a proven article, "" where nothing is."""
    if [row[0] for row in rows] != list(range(columns[10], columns[10] + columns[11])):
        return "passages are missing"
    for place, (*row, total, vector) in enumerate(rows):
        if not proven(row, total, vector, text) or row[2] != place:
            return f"its passage {place} does not fit its sum"
    return ""


def proven(row: Sequence[Any], total: object, vector: bytes, text: str) -> bool:
    """Say whether columns and vector of a passage are what was written."""
    part = slice_text(text, row[3], row[4])
    return row_sum(*row, part) == total and row_sum(row[0], vector) == row[8]


def passage_rows(records: Records, number: int) -> list[tuple[Any, ...]]:
    """Return columns, sum and vector of each passage of an article, in order."""
    return records.rows(
        f"SELECT {PASSAGE_COLUMNS}, sum, vec FROM passage WHERE article = ? ORDER BY ord", (number,)
    )
