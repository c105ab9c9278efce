"""The folder of a store: who may open, read and write it, and what a writer cannot disturb."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from index.errors import StoreError
from index.store import Manifest, Store, folder, open_store, schema
from index.store.rows import FORMAT
from tests.index.stores import MANIFEST, ROOT, put, ready


def test_a_snapshot_stays_while_a_writer_commits(store: Store) -> None:
    """Rows and full text of one generation, until the snapshot ends."""
    put(store, ready("a", "lama satu"))
    with store.snapshot() as before:
        put(store, ready("a", "baru dua"))
        assert before.generation == 1
        assert before.article("a") == ready("a", "lama satu").article
        assert [i for i, _ in before.lexical(["lama", "baru"], 9)] == [1]
        with store.snapshot() as after:
            assert after.generation == 2
            assert [i for i, _ in after.lexical(["lama", "baru"], 9)] == [2]
    with pytest.raises(ValueError, match="after its end"):
        before.article("a")


def test_readers_never_see_two_versions(store: Store) -> None:
    """Four threads read while a writer replaces all: one version at a time, never back."""
    put(store, *[ready(f"a{i}", f"versi 0 dari {i}") for i in range(5)])
    done, wrong = threading.Event(), []

    def read() -> None:
        newest = 0
        while not done.is_set():
            with store.snapshot() as snapshot:
                ids = [i for i, _ in snapshot.lexical(["versi"], 99)]
                texts = [p.passage.text for p in snapshot.passages(ids).values()]
                versions = {int(text.split()[1]) for text in texts}
            if len(texts) != 5 or len(versions) != 1 or min(versions) < newest:
                wrong.append(texts)
            newest = max(versions, default=newest)

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    try:
        with store.writer() as writer:
            for version in range(1, 25):
                writer.put([ready(f"a{i}", f"versi {version} dari {i}") for i in range(5)])
    finally:
        done.set()
        for thread in threads:
            thread.join()
    assert wrong == []


def test_one_writer_at_a_time(store: Store) -> None:
    """The second is told who writes; reading and opening go on; the lock ends with the writer."""
    other = open_store(store.path)
    with store.writer() as writer:
        writer.put([ready("a", "x")])
        with pytest.raises(StoreError, match=f"process {os.getpid()} since 20"), other.writer():
            pytest.fail("two writers")
        with open_store(store.path, readonly=True).snapshot() as snapshot:
            assert snapshot.generation == 1
        script = (
            "import sys; from index.store import open_store\n"
            "with open_store(sys.argv[1]).writer(): pass"
        )
        second = subprocess.run(
            [sys.executable, "-c", script, str(store.path)],
            capture_output=True,
            text=True,
            cwd=ROOT,
            check=False,
        )
        assert second.returncode == 1
        assert f"is being written by process {os.getpid()}" in second.stderr
    with other.writer() as writer:
        assert writer.put([ready("b", "y")]) == 2
    with (
        pytest.raises(StoreError, match="reading only"),
        open_store(store.path, readonly=True).writer(),
    ):
        pytest.fail("a reader wrote")


def test_a_child_process_reads_with_connections_of_its_own(store: Store) -> None:
    """After a fork the parent's connections are not touched, and its writer cannot be used."""
    put(store, ready("a", "x"))
    script = """
import os, sys
from index.errors import StoreError
from index.store import open_store
store = open_store(sys.argv[1])
with store.snapshot() as snapshot: pass
with store.writer() as writer:
    child = os.fork()
    if not child:
        assert store._idle == []
        with store.snapshot() as snapshot: assert snapshot.article("a").text == "x"
        try: writer.remove(["a"])
        except StoreError as error: os._exit(0 if "forked" in str(error) else 3)
        os._exit(4)
    assert os.waitpid(child, 0)[1] == 0
    assert len(store._idle) == 1
    assert writer.remove(["a"]) == 1
"""
    subprocess.run([sys.executable, "-c", script, str(store.path)], cwd=ROOT, check=True)
    assert store.generation == 2


def test_the_folder_is_private_and_says_what_it_is(tmp_path: Path) -> None:
    """Names and modes of the files, and the manifest, as they are documented."""
    path = tmp_path / "deep #1?%41" / "index"
    store = open_store(path, create=MANIFEST)
    put(store, ready("a", "x"))
    assert path.stat().st_mode & 0o777 == 0o700
    assert {p.stat().st_mode & 0o777 for p in path.iterdir() if p.is_file()} == {0o600}
    names = {p.name for p in path.iterdir()} - {"store.db-wal", "store.db-shm"}
    assert names == {"store.db", "writer.lock", "newest", "ann", "tmp"}
    (faiss,) = (path / "ann").iterdir()
    assert faiss.name.startswith("000000000001-")
    assert faiss.stat().st_mode & 0o777 == 0o600
    again = open_store(path, create=Manifest("other", "other", 9, "", ""))
    assert again.manifest == store.manifest
    assert (again.manifest.model_identity, again.manifest.dimension) == ("e5-small/mean/query:", 8)
    assert (again.manifest.languages, len(again.manifest.store_id)) == (("id",), 32)


def test_what_is_no_store_is_refused_in_words(tmp_path: Path) -> None:
    """No folder, an empty one, a file, someone else's folder or database, a newer version."""
    with pytest.raises(StoreError, match=r"no index in .* make one with `kutip index"):
        open_store(tmp_path / "none")
    with pytest.raises(StoreError, match="no index in"):
        open_store(tmp_path, readonly=True, create=MANIFEST)
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(StoreError, match=r"not empty \(notes.txt is in it\)"):
        open_store(tmp_path, create=MANIFEST)
    assert [entry.name for entry in tmp_path.iterdir()] == ["notes.txt"]
    with pytest.raises(StoreError, match="is a file"):
        open_store(tmp_path / "notes.txt", create=MANIFEST)
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "store.db").write_bytes(b"not a database" * 100)
    with pytest.raises(StoreError, match="no Kutip index"):
        open_store(tmp_path / "x", create=MANIFEST)
    for pragma, words in (
        ("application_id=7", "not a Kutip index"),
        (f"user_version={FORMAT + 1}", "newer"),
    ):
        path = tmp_path / pragma
        open_store(path, create=MANIFEST).close()
        connection = sqlite3.connect(path / "store.db")
        connection.execute(f"PRAGMA {pragma}")
        connection.commit()
        connection.close()
        with pytest.raises(StoreError, match=words):
            open_store(path)


def test_creation_that_was_interrupted_is_taken_up(tmp_path: Path) -> None:
    """An empty database, with or without the switch to WAL, counts as none."""
    for name, prepare in (("empty", ""), ("wal", "PRAGMA journal_mode=WAL")):
        path = tmp_path / name
        path.mkdir()
        connection = sqlite3.connect(path / "store.db")
        connection.execute(prepare)
        connection.close()
        (path / "store.db").touch()
        with pytest.raises(StoreError, match="no index in"):
            open_store(path)
        with open_store(path, create=MANIFEST) as store:
            assert put(store, ready("a", "x")) == 1
            assert path.stat().st_mode & 0o777 == 0o700


def test_a_full_disk_loses_nothing_committed(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """The batch is rolled back with a sentence; the next that fits goes in."""
    connect = schema.connect_writer

    def small(path: Path) -> sqlite3.Connection:
        connection = connect(path)
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count={pages + 12}")
        return connection

    put(store, ready("a", "x"))
    monkeypatch.setattr(folder, "connect_writer", small)
    with store.writer() as writer:
        with pytest.raises(StoreError, match="is full: free some space"):
            writer.put([ready("b", "panjang " * 20_000)])
        assert [info.id for info in writer.stored.articles()] == ["a"]
        assert writer.stored.generation == 1
        assert writer.put([ready("c", "z")]) == 2
    assert store.check() == []


def test_after_a_disk_error_the_writer_stops(store: Store) -> None:
    """What a failed write left behind is unknown, so only opening again goes on."""
    put(store, ready("a", "x"))
    script = """
import resource, sys
from index.errors import StoreError
from index.store import IndexedArticle, open_store
from index.types import Article
store = open_store(sys.argv[1])
with store.writer() as writer:
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 16, hard))
    for words in ("disk of the index", "cannot be written any more", "because its disk"):
        try: writer.put([IndexedArticle(Article("b", "t", "x" * 200_000))])
        except StoreError as error: assert words in str(error), error
        else: sys.exit(4)
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
"""
    subprocess.run([sys.executable, "-c", script, str(store.path)], cwd=ROOT, check=True)
    assert put(store, ready("c", "y")) == 2
    assert store.check() == []


def test_a_folder_nobody_can_write_is_read_as_it_is(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without -shm and -wal, as on a read-only disk, readers take the database for finished."""
    put(store, ready("a", "x"))
    store.close()
    assert not (store.path / "store.db-wal").exists()
    (store.path / "store.db-shm").symlink_to("nowhere")  # SQLite cannot make its file here
    with pytest.raises(StoreError, match="cannot be opened"):
        open_store(store.path)
    monkeypatch.setattr("os.access", lambda path, mode: False)
    with open_store(store.path, readonly=True).snapshot() as snapshot:
        assert snapshot.article("a") == ready("a", "x").article


def test_a_closed_store_says_so(store: Store) -> None:
    """Closing twice is harmless, using it afterwards is not silent."""
    with store.snapshot() as snapshot:
        store.close()
        assert snapshot.generation == 0
    store.close()
    with pytest.raises(StoreError, match="was closed"):
        _ = store.generation
    with pytest.raises(StoreError, match="was closed"), store.writer():
        pass
