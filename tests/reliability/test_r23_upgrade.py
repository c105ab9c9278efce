"""R23: an index written by an older Kutip is read as it is, and brought up to date by a writer.

``format-1.db.gz`` was written by the first version. CI: 5 kills while it is brought up to date.
Long: 100 (``--run-long``).
"""

from __future__ import annotations

import gzip
import random
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from index.store import open_store, rescue
from index.store.rows import FORMAT
from tests.reliability.nursery import Nursery

ARTICLES = ["a0.txt", "a1.txt", "a2.txt", "r1", "r2", "nilai"]
OLD = gzip.decompress(Path(__file__).with_name("format-1.db.gz").read_bytes())


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    """Return a nursery."""
    with Nursery() as opened:
        yield opened


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """Return an index of the first version."""
    return put_old(tmp_path / "index")


def put_old(path: Path) -> Path:
    """Write the index of the first version anew."""
    for name in ("ann", "tmp"):
        (path / name).mkdir(parents=True, exist_ok=True)
    for name in ("store.db-wal", "store.db-shm"):
        (path / name).unlink(missing_ok=True)
    (path / "store.db").write_bytes(OLD)
    return path


def version_of(path: Path) -> int:
    """Return the format a database says it has."""
    connection = sqlite3.connect(f"file:{path / 'store.db'}?mode=ro", uri=True)
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    connection.close()
    return version


def test_r23_a_reader_changes_nothing(old: Path) -> None:
    """Articles, words and vectors of the old index are found, and its bytes stay."""
    with open_store(old, readonly=True) as store, store.snapshot() as snapshot:
        assert snapshot.article_ids() == ARTICLES
        assert [id_ for id_, _ in snapshot.lexical(["nilai"], 9)] == [11]
        assert sum(len(ids) for ids, _ in snapshot.vector_rows()) == 9
        assert snapshot.stats().files == 4
    assert (old / "store.db").read_bytes() == OLD


def test_r23_a_writer_brings_it_up_to_date(old: Path) -> None:
    """Where each article came from is known afterwards, and nothing else has changed."""
    with open_store(old) as store:
        with store.snapshot() as snapshot:
            before = [snapshot.article(id_) for id_ in ARTICLES]
        assert store.manifest.format == 1
        with store.writer() as writer:
            assert [writer.stored.intact(id_) for id_ in ARTICLES] == before
            assert writer.stored.origins("a0.txt") == ("/berita/a0.txt",)
            assert writer.stored.origins("r2") == ("/berita/rows.jsonl",)
            assert writer.stored.origins("nilai") == ("",)
            file = writer.stored.file("/berita/rows.jsonl")
            assert file is not None
            assert (file.size, file.sha256, file.articles) == (20, "1" * 64, ("r1", "r2"))
        assert store.manifest.format == FORMAT
        assert version_of(old) == FORMAT
        assert store.check() == []


def test_r23_an_old_database_made_anew_is_of_this_format(old: Path) -> None:
    """A rescue writes the tables of today, and says so; what files held is read again."""
    rescue(old)
    with open_store(old) as store:
        assert store.manifest.format == FORMAT
        store.check(repair=True)
        assert store.check() == []
        with store.writer() as writer:
            assert writer.stored.article_ids() == ARTICLES
            assert all(writer.stored.intact(id_) for id_ in ARTICLES)


@pytest.mark.parametrize("kills", [5, pytest.param(100, marks=pytest.mark.long)])
def test_r23_kills_while_it_is_brought_up_to_date(
    tmp_path: Path, nursery: Nursery, kills: int
) -> None:
    """It is of the old format or of the new one, whole in either case, and the next run ends it."""
    chance, versions = random.Random(23), set()
    for number in range(kills):
        path = put_old(tmp_path / f"index-{number}")
        nursery.ask("begin_writing", kill=chance.uniform(0, 0.15), path=str(path))
        versions.add(version_of(path))
        with open_store(path, readonly=True) as store, store.snapshot() as snapshot:
            assert snapshot.article_ids() == ARTICLES
        assert nursery.value("begin_writing", path=str(path)) == FORMAT
        with open_store(path) as store:
            assert store.check() == []
    assert versions <= {1, FORMAT}
