"""The FAISS file: whatever happens to it, the results are those of the rows."""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np
import pytest

from index.store import Store
from index.vectors import VectorView
from tests.index.stores import damage, ready, three_articles, unit


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Return a store of three articles, written and closed."""
    return three_articles(tmp_path / "index")


def test_a_damaged_faiss_file_is_built_anew_never_read(
    store: Store, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Flipped, cut, longer, gone, a folder, another store's: the same results from the rows."""
    import faiss

    (file,) = (store.path / "ann").iterdir()
    whole = file.read_bytes()
    query = unit("tiga awal")[np.newaxis]
    with store.snapshot() as snapshot:
        expected = VectorView.load(snapshot).search(query, 9)
        other = faiss.IndexFlatL2(8)
        foreign = bytes(faiss.serialize_index(other))
        flipped = [bytearray(whole) for _ in range(4)]
        for copy, place in zip(flipped, (0, 40, len(whole) // 2, len(whole) - 1), strict=True):
            copy[place] ^= 1
        monkeypatch.setattr(faiss, "read_index", lambda *_: pytest.fail("bad bytes were parsed"))
        for content in (*map(bytes, flipped), whole[:-1], whole[:7], whole + b"\0", b"", foreign):
            file.write_bytes(content)
            caplog.clear()
            view = VectorView.load(snapshot)
            assert [record.levelno for record in caplog.records] == [logging.WARNING]
            assert [x.tolist() for x in view.search(query, 9)[0]] == [
                x.tolist() for x in expected[0]
            ]
        file.unlink()
        assert len(VectorView.load(snapshot)) == 6
        file.mkdir()
        assert len(VectorView.load(snapshot)) == 6
        file.rmdir()
    monkeypatch.undo()
    assert [(f.part, f.repaired) for f in store.check(repair=True)] == [("vector index", True)]
    assert file.read_bytes() == whole
    assert store.check() == []


def test_a_faiss_file_that_fits_its_row_but_not_the_rows_is_found(store: Store) -> None:
    """The check compares every vector with the database, not only the checksum."""
    damage(store, "UPDATE ann_file SET count = 5")
    assert [f.part for f in store.check()] == ["vector index"]
    assert [f.repaired for f in store.check(repair=True)] == [True]
    assert store.check() == []


def test_a_faiss_file_that_cannot_be_written_costs_no_article(
    store: Store, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk there is a warning; the next writer that succeeds puts the file in place."""

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", full)
        with store.writer() as writer:
            writer.put([ready("empat", "empat awal")])
    assert "No space left" in caplog.text
    assert list((store.path / "ann").iterdir()) == []
    with store.snapshot() as snapshot:
        assert VectorView.load(snapshot).search(unit("empat awal")[None], 1)[0][0].tolist() == [7]
    with store.writer():
        assert list((store.path / "tmp").iterdir()) == []
    assert len(list((store.path / "ann").iterdir())) == 1
    assert store.check() == []
