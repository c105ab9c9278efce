"""Repair a store from what is proven: its articles first, then all that follows from them.

Numbers and ids stay, so that a repaired index gives the results it gave before, ties included.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from index.errors import StoreError
from index.store import faiss_file
from index.store.checks import (
    AGAIN,
    FAMILIES,
    FULL_TEXT,
    SUMS,
    Damage,
    Finding,
    ann_problem,
    file_problems,
    missing,
    page_problems,
    reported,
    walk,
)
from index.store.mending import Mender
from index.store.newest import lost_commits
from index.store.rows import IndexedArticle
from index.store.salvaging import salvage
from index.types import Article

Rederive = Callable[[Article], IndexedArticle | None]


def repair_store(writer: Mender, rederive: Rederive | None = None) -> list[Finding]:
    """Check everything, put right what can be, and return what was found.

    Articles whose own rows are damaged cannot be repaired from within: they are named, and the
    files they came from are forgotten, so that the next `kutip index` reads them again.

    :param rederive: makes an article ready to be stored again; None where that is impossible.
    """
    lost = lost_commits(writer.stored)
    findings = [Finding("database", lost)] if lost else []
    findings += _repair_pages(writer)
    if not all(finding.repaired for finding in findings if finding.problem != lost):
        return findings
    findings += _repair_rows(writer, rederive)
    if problems := list(file_problems(writer.stored)):
        writer.mend_files()
        findings += [Finding("files", problem, repaired=True) for problem in problems]
    findings += _repair_full_text(writer)
    if not writer.families_agree():
        writer.rebuild_families()
        findings.append(Finding("duplicates", FAMILIES, repaired=True))
    if problem := ann_problem(writer.stored):
        faiss_file.update(writer, force=True)
        findings.append(Finding("vector index", problem, repaired=True))
    faiss_file.clean(writer)
    if lost:
        writer.go_on()
    return findings


def _repair_pages(writer: Mender) -> Iterator[Finding]:
    try:
        problems = page_problems(writer.stored)
    except StoreError as error:
        problems = [Finding("database", reported(error.__cause__ or error))]
    if not problems:
        return
    try:
        salvage(writer)
        left = page_problems(writer.stored)
    except StoreError as error:
        left = [Finding("database", f"{reported(error.__cause__ or error)}; {AGAIN}")]
    if left:
        yield from left
        return
    for finding in problems:
        yield Finding(finding.part, finding.problem.partition("; run")[0], repaired=True)


def _repair_rows(writer: Mender, rederive: Rederive | None) -> list[Finding]:
    before = walk(writer.stored)
    if not (before.damages or before.lost):
        return []
    known = {id_ for (id_,) in writer.stored.rows("SELECT article FROM origin")}
    findings, damaged = [], []
    for damage in before.damages:
        repaired = _restore(writer, damage, rederive) or _discard(writer, damage, known)
        findings.append(damage.finding(repaired=repaired))
        if not repaired:
            damaged.append(damage.article_id)
    after = walk(writer.stored)
    if before.lost and after.lost:
        findings.append(missing())
        paths = [path for (path,) in writer.stored.rows("SELECT path FROM file")]
    else:
        paths = [path for id_ in damaged for path in writer.stored.origins(id_)]
    if after.lost:
        writer.reset_set_sum(after.total % SUMS)
    if paths:
        writer.forget_files(paths)
    return findings


def _restore(writer: Mender, damage: Damage, rederive: Rederive | None) -> bool:
    """Make the passages of a proven article again."""
    article = writer.stored.article(damage.article_id) if damage.readable else None
    indexed = rederive(article) if article and rederive else None
    if indexed is None:
        return False
    kept = damage.count == len(indexed.passages)
    writer.restore(damage.number, damage.first if kept else None, indexed)
    return True


def _discard(writer: Mender, damage: Damage, known: set[str]) -> bool:
    """Drop a row under an id that never was, once every article that was is here again."""
    if damage.readable or damage.article_id in known:
        return False
    if any(writer.stored.intact(id_) is None for id_ in sorted(known)):
        return False
    writer.discard(damage.number)
    return True


def _repair_full_text(writer: Mender) -> Iterator[Finding]:
    if writer.full_text_agrees():
        return
    try:
        writer.rebuild_full_text()
    except StoreError:  # its own tables are damaged: make them new
        salvage(writer)
    yield Finding("full text", FULL_TEXT, repaired=writer.full_text_agrees())
