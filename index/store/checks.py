"""Look for damage in every part of a store."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from index.errors import StoreError
from index.store import faiss_file
from index.store.mending import Mender
from index.store.newest import lost_commits
from index.store.proving import article_problem, passage_rows, passages_problem
from index.store.reading import Snapshot
from index.store.rows import ARTICLE_COLUMNS

AGAIN = "index the articles again into a new folder"
SUMS = 1 << 128  # set_sum counts modulo this


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong with an index: where, what and what to do, and whether it was put right."""

    part: str
    problem: str
    repaired: bool = False


@dataclass(frozen=True, slots=True)
class Damage:
    """An article with rows that are not what was written.

    ``readable`` says that its own row is proven, so that the others can be made from it again.
    """

    number: int
    first: int
    count: int
    article_id: str
    source: str
    problem: str
    readable: bool

    def finding(self, *, repaired: bool = False) -> Finding:
        """Return what the user is told of it."""
        name = f"{self.article_id} (article {self.number})"
        advice = "" if repaired else f"; index {self.source} again"
        return Finding("article", f"{name}: {self.problem}{advice}", repaired)


@dataclass(slots=True)
class Rows:
    """What a walk over all articles found; ``total`` adds up their sums."""

    total: int = 0
    recorded: int = 0
    damages: list[Damage] = field(default_factory=list)

    @property
    def lost(self) -> bool:
        """Whether rows are missing or others were added."""
        return self.total % SUMS != self.recorded


def check_store(snapshot: Snapshot, writer: Mender) -> list[Finding]:
    """Check pages, rows, files, full text and the FAISS file; return what is wrong."""
    try:
        findings = page_problems(snapshot)
        if findings:  # nothing else can be relied on
            return findings
        if lost := lost_commits(snapshot):
            findings.append(Finding("database", lost))
        rows = walk(snapshot)
        findings += [damage.finding() for damage in rows.damages]
        if rows.lost:
            findings.append(missing())
        findings += [Finding("files", problem) for problem in file_problems(snapshot)]
        if not writer.full_text_agrees():
            findings.append(Finding("full text", FULL_TEXT))
        if not writer.families_agree():
            findings.append(Finding("duplicates", FAMILIES))
    except StoreError as error:
        return [Finding("database", f"{error.__cause__ or error}; run `kutip check --repair`")]
    if problem := ann_problem(snapshot):
        findings.append(Finding("vector index", problem))
    return findings


FULL_TEXT = "the full-text index does not fit the stored terms"
FAMILIES = "what is known of near-duplicates does not fit the articles"


def missing() -> Finding:
    """Return the finding for rows that no sum accounts for."""
    return Finding(
        "rows", "rows are missing, or were not written by Kutip; index the articles again"
    )


def reported(words: object) -> str:
    """Return what SQLite says as a part of one line; of some damage it tells in several."""
    return "SQLite reports: " + " ".join(str(words).split())


def page_problems(snapshot: Snapshot) -> list[Finding]:
    """Let SQLite check its pages, indexes and references."""
    problems = [
        reported(row[0]) for row in snapshot.rows("PRAGMA integrity_check(10)") if row[0] != "ok"
    ]
    for table, number, *_ in snapshot.rows("PRAGMA foreign_key_check"):
        problems.append(f"row {number} of {table} belongs to no article")
    return [Finding("database", f"{each}; run `kutip check --repair`") for each in problems]


def walk(snapshot: Snapshot) -> Rows:
    """Prove every row of every article."""
    recorded = snapshot.rows("SELECT value FROM meta WHERE key = 'set_sum'")
    found = Rows(recorded=_hexadecimal(recorded))
    for (number,) in snapshot.rows("SELECT number FROM article ORDER BY number"):
        columns, total, text, passages = article_rows(snapshot, number)
        sums = [total, *(row[9] for row in passages)]
        found.total += sum(int.from_bytes(each) for each in sums if isinstance(each, bytes))
        own = article_problem(columns, total, text)
        if problem := own or passages_problem(columns, text, passages):
            first, count = (each if isinstance(each, int) else 0 for each in columns[10:12])
            found.damages.append(
                Damage(number, first, count, str(columns[1]), str(columns[3]), problem, not own)
            )
    return found


def article_rows(
    snapshot: Snapshot, number: int
) -> tuple[tuple[Any, ...], Any, Any, list[tuple[Any, ...]]]:
    """Return columns, sum and text of an article, and the rows of its passages."""
    [(*columns, total, text)] = snapshot.rows(
        f"SELECT {ARTICLE_COLUMNS}, sum, text FROM article WHERE number = ?", (number,)
    )
    return tuple(columns), total, text, passage_rows(snapshot, number)


def _hexadecimal(rows: Sequence[tuple[Any, ...]]) -> int:
    try:
        return int(rows[0][0], 16)
    except (IndexError, TypeError, ValueError):
        return -1


def file_problems(snapshot: Snapshot) -> Iterator[str]:
    """Yield what is wrong with what is remembered of files, and where articles came from."""
    for (path,) in snapshot.rows("SELECT path FROM file ORDER BY path"):
        if snapshot.file(path) is None:
            yield f"what is remembered of {path} is damaged; index it again"
    for (article_id,) in snapshot.rows(
        "SELECT DISTINCT article FROM origin WHERE article NOT IN (SELECT id FROM article)"
    ):
        yield f"a file is said to hold {article_id}, which is not here; index it again"
    for (article_id,) in snapshot.rows(
        "SELECT id FROM article WHERE id NOT IN (SELECT article FROM origin)"
    ):
        yield f"where {article_id} came from is not known; index it again"


def ann_problem(snapshot: Snapshot) -> str:
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
