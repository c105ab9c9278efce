"""Look for damage in every part of a store, and rebuild what is derived."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from index.errors import StoreError
from index.store import faiss_file
from index.store.reading import Snapshot
from index.store.rows import ARTICLE_COLUMNS, row_sum, slice_text, to_article
from index.store.writing import Writer

_SUMS = 1 << 128
_AGAIN = "index the articles again into a new folder"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong with an index: where, what and what to do, and whether it was put right."""

    part: str
    problem: str
    repaired: bool = False


def check_store(snapshot: Snapshot, writer: Writer, *, repair: bool) -> list[Finding]:
    """Check pages, rows, full text and the FAISS file; return what is wrong.

    Damaged articles cannot be repaired from within: they are named, and with ``repair`` the
    files they came from are forgotten, so that the next `kutip index` reads them again.
    """
    try:
        findings = [*_check_pages(snapshot)]
        if findings:  # nothing else can be relied on
            return findings
        findings = _check_rows(snapshot, writer, repair=repair)
    except StoreError as error:
        return [Finding("database", f"{error.__cause__}; {_AGAIN}")]
    if not writer.full_text_agrees():
        if repair:
            writer.rebuild_full_text()
        problem = "the full-text index does not fit the stored terms"
        findings.append(Finding("full text", problem, repaired=repair))
    if problem := _ann_problem(snapshot):
        if repair:
            faiss_file.update(writer, force=True)
        findings.append(Finding("vector index", problem, repaired=repair))
    return findings


def _check_pages(snapshot: Snapshot) -> Iterator[Finding]:
    for row in snapshot.rows("PRAGMA integrity_check(10)"):
        if row[0] != "ok":
            yield Finding("database", f"SQLite reports: {row[0]}; {_AGAIN}")
    for table, number, *_ in snapshot.rows("PRAGMA foreign_key_check"):
        yield Finding("database", f"row {number} of {table} belongs to no article; {_AGAIN}")


def _check_rows(snapshot: Snapshot, writer: Writer, *, repair: bool) -> list[Finding]:
    findings, damaged, total = [], [], 0
    for number, article_id, source, sums, problem in _articles(snapshot):
        total += sum(int.from_bytes(each) for each in sums if isinstance(each, bytes))
        if problem:
            damaged.append(article_id)
            where = f"{article_id} (article {number})"
            findings.append(Finding("article", f"{where}: {problem}; index {source} again"))
    recorded = int(snapshot.rows("SELECT value FROM meta WHERE key = 'set_sum'")[0][0], 16)
    lost = total % _SUMS != recorded
    if lost:
        problem = "rows are missing, or were not written by Kutip; index the articles again"
        findings.append(Finding("rows", problem, repaired=False))
    if repair and lost:
        writer.reset_set_sum(total % _SUMS)
    if repair and findings:
        paths = [
            path
            for (path,) in snapshot.rows("SELECT path FROM file ORDER BY path")
            if lost or not set(_listed(snapshot, path)).isdisjoint(damaged)
        ]
        writer.forget_files(paths)
    return findings


def _listed(snapshot: Snapshot, path: str) -> Sequence[str]:
    file = snapshot.file(path)
    return file.articles if file else ()


def _articles(snapshot: Snapshot) -> Iterator[tuple[int, str, str, list[bytes], str]]:
    """Yield number, id, source, stored sums and problem ("" when whole) of each article."""
    for (number,) in snapshot.rows("SELECT number FROM article ORDER BY number"):
        *columns, stored, text = snapshot.rows(
            f"SELECT {ARTICLE_COLUMNS}, sum, text FROM article WHERE number = ?", (number,)
        )[0]
        passages = snapshot.rows(
            "SELECT id, article, ord, start, stop, sentences, terms, content, vec_sum, sum, vec "
            "FROM passage WHERE article = ? ORDER BY ord",
            (number,),
        )
        sums = [stored, *(row[9] for row in passages)]
        yield number, columns[1], columns[3], sums, _problem(columns, stored, text, passages)


def _problem(
    columns: Sequence[Any], stored: bytes, text: str, passages: Sequence[Sequence[Any]]
) -> str:
    if row_sum(*columns) != stored:
        return "its row does not fit its sum"
    if to_article(columns, text).digest != columns[9]:
        return "its text is not the text that was indexed"
    if [row[0] for row in passages] != list(range(columns[10], columns[10] + columns[11])):
        return "passages are missing"
    for *row, total, vector in passages:
        if (
            row_sum(*row, slice_text(text, row[3], row[4])) != total
            or row_sum(row[0], vector) != row[8]
        ):
            return f"its passage {row[2]} does not fit its sum"
    return ""


def _ann_problem(snapshot: Snapshot) -> str:
    """Return what is wrong with the FAISS file, "" when it is whole or there is none."""
    row = snapshot.ann_file()
    if row is None:
        return ""
    try:
        base = faiss_file.load(row, snapshot.folder, snapshot.manifest.dimension)
    except (OSError, faiss_file.UnfitFileError) as error:
        return f"the file {row.name} cannot be used: {error}"
    for ids, vectors in snapshot.vector_rows():
        place = np.searchsorted(base.ids, ids)
        inside = place < len(base.ids)
        inside[inside] = base.ids[place[inside]] == ids[inside]
        if np.any(ids[~inside] <= row.last):
            return f"the file {row.name} lacks passages"
        if inside.any():
            kept = base.exact.reconstruct_batch(place[inside])
            if not np.array_equal(kept, vectors[inside].astype(np.float32)):
                return f"the file {row.name} holds other vectors than the database"
    return ""
