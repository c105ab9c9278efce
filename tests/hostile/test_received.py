"""J: an index received from somebody else is refused in words, or gives what it gave before."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from index import Article, ArticleIndex, KutipError
from index.embedding import Embedder

QUERY = "warung dibuka"
PICKLE = b"cposix\nsystem\n(S'touch kutip-canary'\ntR."


def _sql(*statements: str) -> Callable[[Path], None]:
    def run(folder: Path) -> None:
        connection = sqlite3.connect(folder / "store.db")
        # Whoever wants to change what may not be changed takes the guards away meanwhile.
        guards = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        rules = dict(guards.fetchall())
        for name in rules:
            connection.execute(f"DROP TRIGGER {name}")
        for statement in [*statements, *rules.values()]:
            connection.execute(statement)
        connection.commit()
        connection.close()

    return run


def _pickle(folder: Path) -> None:
    for name in ("index.pkl", "ann/x.pkl", "store.pickle"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(PICKLE)


def _fill_faiss(content: bytes) -> Callable[[Path], None]:
    def fill(folder: Path) -> None:
        for path in (folder / "ann").glob("*"):
            path.write_bytes(content)

    return fill


def _moved(folder: Path) -> None:
    real = folder.with_name("real")
    folder.rename(real)
    folder.symlink_to(real)


CASES: dict[str, tuple[Callable[[Path], object], str]] = {
    "J01": (_pickle, "same"),
    "J02": (
        _sql("CREATE TRIGGER evil AFTER DELETE ON article BEGIN SELECT 1; END"),
        "any",
    ),
    "J03": (_sql("PRAGMA application_id = 7"), "refused"),
    "J04": (_sql("PRAGMA user_version = 999"), "refused"),
    "J05": (_sql("UPDATE meta SET value = 'other' WHERE key = 'model_identity'"), "refused"),
    "J06": (_sql("UPDATE meta SET value = '7' WHERE key = 'dimension'"), "any"),
    "J07": (_fill_faiss(b"IxFI" + bytes(500)), "same"),
    "J08": (_fill_faiss(b"IwPQ" + bytes(range(256)) * 4), "same"),
    "J09": (_sql("UPDATE ann_file SET name = '../../../etc/passwd'"), "any"),
    "J10": (_sql("UPDATE article SET url = 'javascript:alert(1)'"), "any"),
    "J11": (_sql("UPDATE passage SET stop = stop + 99999"), "any"),
    "J12": (lambda folder: (folder / "store.db-wal").write_bytes(os.urandom(9000)), "any"),
    "J13": (lambda folder: folder.chmod(0o500), "same"),
    "J14": (_moved, "same"),
    "J15": (lambda folder: folder.chmod(0o777), "same"),
    "J16": (lambda folder: (folder / "store.db").write_bytes(b""), "refused"),
}


def found(folder: Path, embedder: Embedder) -> list[tuple[str, int, int]]:
    """Return where passages are found; every one of them a slice of its article."""
    with ArticleIndex.open(folder, model=embedder, readonly=True) as index:
        hits = index.search(QUERY, 5)
        for hit in hits:
            text = index.article(hit.passage.article_id).text
            assert text[hit.passage.start : hit.passage.end] == hit.passage.text
        return [(hit.passage.article_id, hit.passage.start, hit.passage.end) for hit in hits]


def found_or_refused(folder: Path, embedder: Embedder) -> list[tuple[str, int, int]] | str:
    """Return what is found in an index, or why it is not opened."""
    try:
        return found(folder, embedder)
    except KutipError as error:
        return str(error)


@pytest.mark.parametrize("case", CASES)
def test_a_received_index_is_refused_or_right(
    tmp_path: Path, embedder: Embedder, monkeypatch: pytest.MonkeyPatch, case: str
) -> None:
    """Nothing in its folder is run, and no damage becomes a wrong quote."""
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "index"
    with ArticleIndex.open(folder, create=True, model=embedder) as index:
        index.add([Article(str(n), "", f"Warung {n} dibuka pada hari Senin.") for n in range(3)])
    expected = found(folder, embedder)
    change, outcome = CASES[case]
    change(folder)
    now = found_or_refused(folder, embedder)
    if isinstance(now, str):
        assert outcome != "same", now
        assert "\n" not in now
    else:
        assert outcome != "refused"
        assert set(now) <= set(expected)
        assert outcome != "same" or now == expected
    assert not (tmp_path / "kutip-canary").exists()
    if case == "J16":
        assert (folder / "store.db").stat().st_size == 0  # nothing was created over it
    folder.chmod(0o700)
    shutil.rmtree(tmp_path / "real", ignore_errors=True)


def test_the_cases_are_those_of_the_plan() -> None:
    """Sixteen."""
    assert {*CASES} == {f"J{number:02}" for number in range(1, 17)}
