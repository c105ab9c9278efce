"""Kills, flipped bits and erasure: what was committed survives, what is damaged is never shown."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from index.errors import StoreError
from index.store import SourceFile, Store, faiss_file, open_store
from index.store.checks import reported
from index.vectors import VectorView
from tests.index.stores import NAMES, ROOT, damage, ready, three_articles

WRITTEN = {f"{name} {part}" for name in NAMES for part in ("awal", "akhir")}


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Return a store of three articles, written and closed."""
    return three_articles(tmp_path / "index")


WRITER = """
import sys
from index.store import open_store
from tests.index.stores import MANIFEST, ready
store = open_store(sys.argv[1], create=MANIFEST)
version = int(sys.argv[2])
while True:
    with store.writer() as writer:
        for _ in range(3):
            version += 1
            name = f"a{version % 4}"
            batch = [ready(name, f"versi {version}", f"nama {name}"), ready(f"n{version}", "x y")]
            writer.put(batch)
            print(f"{name} {version}", flush=True)
            if version % 5 == 0:
                writer.remove([f"n{version}"])
"""


def test_nothing_committed_is_lost_when_the_writer_is_killed(tmp_path: Path) -> None:
    """SIGKILL at ten places; the acknowledgements outside the store are the oracle."""
    path, chance = tmp_path / "index", random.Random(2)
    newest: dict[str, int] = {}
    for _ in range(10):
        last = max(newest.values(), default=0)
        child = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path), str(last)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert child.stdout
        lines = [child.stdout.readline() for _ in range(chance.randint(1, 12))]
        os.kill(child.pid, signal.SIGKILL)
        lines += child.stdout.readlines()
        child.stdout.close()
        assert child.wait() == -signal.SIGKILL
        for line in lines:
            if line.endswith("\n"):
                newest[line.split()[0]] = int(line.split()[1])
        with open_store(path, readonly=True) as store, store.snapshot() as snapshot:
            for name, version in newest.items():
                article = snapshot.article(name)
                assert article is not None
                found = int(article.text.split()[1])
                assert found in (version, version + 4)  # the batch in flight may have made it
                newest[name] = found
            ids = snapshot.passage_ids().tolist()
            assert list(snapshot.passages(ids)) == ids
            assert len(VectorView.load(snapshot)) == len(ids)
        assert open_store(path).check() == []


def test_removal_leaves_no_bytes_behind(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither text, terms nor vector of a removed article is in any file of the folder."""
    monkeypatch.setattr(faiss_file, "SMALL", 0)  # two of 58 vectors would not be worth a new file
    secret = ready("rahasia-id", "Isinya RAHASIA7 sekali", "dan zzkunci9 lagi")
    needles = [b"rahasia7", b"RAHASIA7", b"zzkunci9", b"rahasia-id"]
    needles += [passage.vector.astype("<f2").tobytes() for passage in secret.passages]
    with store.writer() as writer:
        files = [SourceFile("rahasia-id.txt", 1, 1, "", ("rahasia-id",))]
        writer.put([secret, *(ready(f"b{i}", f"kata{i} lain") for i in range(50))], files=files)

    def present() -> list[bytes]:
        content = b"".join(p.read_bytes() for p in store.path.rglob("*") if p.is_file())
        return [needle for needle in needles if needle in content]

    assert present() == needles
    with store.writer() as writer:
        assert writer.remove(["rahasia-id"]) == 1
    assert present() == []
    assert store.check() == []


def test_every_flipped_row_is_left_out_and_found(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    """Text, offsets, terms, title and vector: never shown, always named by check."""
    changes = (
        ("UPDATE article SET text = 'dwa' || substr(text, 4) WHERE id = 'dua'", "text is not"),
        ("UPDATE article SET text = CAST(x'ff' AS TEXT) WHERE id = 'dua'", "text is not"),
        ("UPDATE article SET title = 'x' WHERE id = 'dua'", "its row does not fit"),
        ("UPDATE article SET digest = 'x' WHERE id = 'dua'", "its row does not fit"),
        ("UPDATE passage SET stop = stop - 1 WHERE id = 3", "its passage 0 does not fit"),
        ("UPDATE passage SET sentences = x'000000000100000001' WHERE id = 3", "passage 0"),
        ("UPDATE passage SET vec = zeroblob(16) WHERE id = 3", "its passage 0 does not fit"),
        ("DELETE FROM passage WHERE id = 3", "passages are missing"),
    )
    original = (store.path / "store.db").read_bytes()
    for statement, words in changes:
        damage(store, statement)
        with open_store(store.path) as damaged:
            problems = [f for f in damaged.check() if f.part == "article"]
            assert [words in f.problem and "dua" in f.problem for f in problems] == [True]
            with damaged.snapshot() as snapshot:
                texts = [p.passage.text for p in snapshot.passages(range(1, 7)).values()]
                assert {"satu awal", "tiga akhir"} <= set(texts) <= WRITTEN
                if "vec =" in statement:
                    assert [ids.tolist() for ids, _ in snapshot.vector_rows()] == [[1, 2, 4, 5, 6]]
                else:
                    assert "dua awal" not in texts
                assert snapshot.intact("satu") == ready("satu", "satu awal", "satu akhir").article
                assert snapshot.intact("dua") is None
                if "article" in statement:
                    with pytest.raises(StoreError, match="dua is damaged"):
                        snapshot.article("dua")
        (store.path / "store.db").write_bytes(original)
    assert "damaged" in caplog.text


def test_a_damaged_article_heals_when_it_is_read_again(store: Store) -> None:
    """Repair names it and forgets its file; putting it again leaves nothing to find."""
    damage(store, "UPDATE passage SET terms = 'salah' WHERE id = 3")
    findings = store.check(repair=True)
    assert [(f.part, f.repaired) for f in findings] == [("article", False), ("full text", True)]
    with store.writer() as writer:
        assert writer.stored.file("dua.txt") is None
        assert writer.stored.file("satu.txt") is not None
        assert writer.stored.intact("dua") is None
        writer.put([ready("dua", "dua awal", "dua akhir")])
        assert [i for i, _ in writer.stored.lexical(["dua"], 9)] == [7, 8]
    assert store.check() == []


def test_a_damaged_article_can_be_replaced_without_repair(store: Store) -> None:
    """Its old terms are unknown, so the full text is built anew in the same commit."""
    damage(store, "UPDATE passage SET terms = 'salah' WHERE id = 3")
    with store.writer() as writer:
        writer.put([ready("dua", "dua baru")])
    assert store.check() == []
    with store.snapshot() as snapshot:
        assert [i for i, _ in snapshot.lexical(["awal", "dua", "salah"], 9)] == [7, 1, 5]


def test_lost_rows_are_noticed(store: Store) -> None:
    """A whole article that vanished leaves the sum of all rows behind; repair reads all again."""
    damage(
        store,
        "DELETE FROM passage WHERE article = 2",
        "DELETE FROM article WHERE number = 2",
    )
    found = ["rows", "files", "full text", "duplicates"]
    assert [f.part for f in store.check()] == found
    assert [f.part for f in store.check(repair=True)] == found
    with store.snapshot() as snapshot:
        assert snapshot.stats().files == 0
    assert store.check() == []


def test_the_full_text_is_compared_with_the_terms(store: Store) -> None:
    """An entry that is missing is found, by a reader too, and built again."""
    damage(store, "INSERT INTO fts(fts, rowid, terms) VALUES('delete', 3, 'dua awal')")
    with store.snapshot() as snapshot:
        assert [i for i, _ in snapshot.lexical(["dua"], 9)] == [4]
    reader = open_store(store.path, readonly=True)
    assert [(f.part, f.repaired) for f in reader.check()] == [("full text", False)]
    with pytest.raises(StoreError, match="reading only"):
        reader.check(repair=True)
    assert [(f.part, f.repaired) for f in store.check(repair=True)] == [("full text", True)]
    with store.snapshot() as snapshot:
        assert [i for i, _ in snapshot.lexical(["dua"], 9)] == [3, 4]
    assert store.check() == reader.check() == []


def test_checking_waits_for_no_writer(store: Store) -> None:
    """Who writes is named; a reader's check needs no lock."""
    with store.writer():
        with pytest.raises(StoreError, match=f"written by process {os.getpid()}"):
            open_store(store.path).check()
        assert open_store(store.path, readonly=True).check() == []


def test_a_torn_database_gives_a_sentence(store: Store) -> None:
    """Overwritten pages end in a StoreError or a finding, never in a crash or in wrong text."""
    path = store.path / "store.db"
    whole = path.read_bytes()
    noticed = 0
    for page in range(len(whole) // 4096):
        path.write_bytes(whole[: page * 4096] + bytes(4096) + whole[(page + 1) * 4096 :])
        try:
            with open_store(store.path, readonly=True) as torn:
                with torn.snapshot() as snapshot:
                    found = snapshot.passages([i for i, _ in snapshot.lexical(["awal"], 9)])
                    assert {p.passage.text for p in found.values()} <= WRITTEN
                noticed += bool(torn.check())
        except StoreError as error:
            noticed += str(error).startswith(("the index", str(store.path)))
    assert noticed > len(whole) // 4096 // 2
    path.write_bytes(whole)
    assert store.check() == []


def test_what_sqlite_says_in_several_lines_is_told_in_one() -> None:
    """Found by R4's long size: ten of 600 changes of the database were reported in two lines."""
    said = "*** in database main ***\nTree 5 page 9: btreeInitPage() returns error code 11"
    assert reported(said) == (
        "SQLite reports: *** in database main *** Tree 5 page 9: "
        "btreeInitPage() returns error code 11"
    )
