"""R2: what must be on the disk before something else is, so that losing power loses nothing.

A kill leaves the page cache in place and cannot show this; the order of system calls does. CI: one
run. Long: 50 runs of other operations (``--run-long``). Skipped where there is no strace.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tests.reliability.nursery import Nursery
from tests.reliability.tracing import Call, needs_strace, read_calls, traced

CALLS = ("openat", "pwrite64", "write", "fsync", "fdatasync", "rename", "unlink", "ftruncate")
_DESCRIPTOR = re.compile(r"\d+<([^>]*)>")


def path_of(call: Call) -> str:
    """Return the file a call is about: the target of a rename, else its first path."""
    if call.name == "rename":
        return re.findall(r'"([^"]*)"', call.arguments)[1]
    if call.name in ("openat", "unlink"):
        return re.findall(r'"([^"]*)"', call.arguments)[0]
    match = _DESCRIPTOR.match(call.arguments)
    return match[1] if match else ""


class Watcher:
    """Follows the calls of a writer and yields each breach of the rules of the test below."""

    def __init__(self, index: str, acks: str) -> None:
        self.log, self.database = f"{index}/store.db-wal", f"{index}/store.db"
        self.tells, self.ann = (acks, f"{index}/newest"), f"{index}/ann/"
        self.unsynced: set[str] = set()
        self.folder_synced = self.committed = True
        self.opened_by_sqlite = False

    def see(self, call: Call) -> Iterator[str]:
        """Yield what is wrong with the next call."""
        path = path_of(call)
        if call.name in ("pwrite64", "write"):
            yield from self._written(path)
        elif call.name in ("fsync", "fdatasync"):
            self._synced(path)
        elif call.name == "openat":
            yield from self._opened(path, call.arguments)
        elif path.startswith(self.ann):
            yield from self._ann_changed(call, path)
        elif call.name == "ftruncate" and path == self.log and self.database in self.unsynced:
            yield "the log was cut before the database was synced"

    def _written(self, path: str) -> Iterator[str]:
        self.unsynced.add(path)
        if path in self.tells and self.log in self.unsynced:
            yield "a commit was told before its log was synced"
        if path == self.log and not self.folder_synced:
            yield "rows were written before the name of the FAISS file was synced"
        if path.startswith(self.ann):
            yield f"{path} was written under its final name"

    def _synced(self, path: str) -> None:
        self.unsynced.discard(path)
        if path == self.ann.rstrip("/"):
            self.folder_synced = True
        if path == self.log and self.folder_synced:
            self.committed = True

    def _opened(self, path: str, flags: str) -> Iterator[str]:
        if path == self.database:  # SQLite alone opens its files so
            self.opened_by_sqlite = self.opened_by_sqlite or "O_NOFOLLOW" in flags
            if self.opened_by_sqlite and "O_NOFOLLOW" not in flags:
                yield f"{path} was opened past SQLite, which drops its locks"
        if path.startswith(self.ann) and "O_RDONLY" not in flags:
            yield f"{path} was opened for writing under its final name"

    def _ann_changed(self, call: Call, path: str) -> Iterator[str]:
        if call.name == "rename":
            source = re.findall(r'"([^"]*)"', call.arguments)[0]
            if source in self.unsynced:
                yield f"{path} was renamed before it was synced"
            self.folder_synced = self.committed = False
        elif call.name == "unlink" and not self.committed:
            yield f"{path} was removed while a row named it"


def violations(calls: Sequence[Call], index: str, acks: str) -> list[str]:
    """Return each breach of the rules."""
    watcher = Watcher(index, acks)
    return [problem for call in calls for problem in watcher.see(call)]


def run(nursery: Nursery, folder: Path, seed: int, operations: int) -> list[Call]:
    """Do operations under strace and return the calls."""
    log = folder / "log"
    code, sentence = traced(
        nursery, log, "write_some", calls=CALLS, path=str(folder / "index"), seed=seed, first=0,
        end=operations, acks=str(folder / "acks"),
    )  # fmt: skip
    assert (code, sentence) == (0, "")
    return list(read_calls(log))


@pytest.mark.parametrize("runs", [1, pytest.param(50, marks=pytest.mark.long)])
def test_r02_what_must_come_first_does(tmp_path: Path, runs: int) -> None:
    """No breach of eight rules.

    1. The log is synced before a commit is told, and before ``newest`` names it. 2. The FAISS file
    is synced before its rename, 3. and its folder after, before rows are written that name it.
    4. An older one is removed only after that commit. 5. None is ever written under its final
    name. 6. Only SQLite opens the database. 7. The database is synced before its log is cut.
    8. All this was seen to happen, in one run or another: some only remove what is not there.
    """
    needs_strace()
    seen: set[tuple[str, str]] = set()
    for seed in range(2360, 2360 + runs):
        folder = tmp_path / str(seed)
        folder.mkdir()
        with Nursery() as nursery:
            calls = run(nursery, folder, seed, 4)
        assert violations(calls, str(folder / "index"), str(folder / "acks")) == []
        seen |= {(call.name, path_of(call).rpartition("/")[2][-6:]) for call in calls}
    assert {("fdatasync", "db-wal"), ("ftruncate", "db-wal"), ("write", "newest")} <= seen
    assert {("rename", ".faiss"), ("fsync", ".faiss"), ("fsync", "ann")} <= seen


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (["pwrite64 I/store.db-wal", "write A"], "told before"),
        (["pwrite64 I/store.db-wal", "write I/newest"], "told before"),
        (["write I/tmp/x.faiss", "rename I/tmp/x.faiss I/ann/x.faiss"], "before it was synced"),
        (["rename I/tmp/x I/ann/x", "pwrite64 I/store.db-wal"], "name of the FAISS file"),
        (["rename I/tmp/x I/ann/x", "fsync I/ann", "unlink I/ann/w"], "while a row named it"),
        (["write I/ann/x"], "final name"),
        (["openat I/store.db O_NOFOLLOW", "openat I/store.db O_RDONLY"], "past SQLite"),
        (["pwrite64 I/store.db", "ftruncate I/store.db-wal"], "cut before"),
    ],
)
def test_r02_each_breach_is_seen(lines: list[str], words: str) -> None:
    """The rules find what they are there for."""
    calls = []
    for line in lines:
        name, *paths = line.split()
        paths = [path.replace("I/", "/i/").replace("A", "/acks") for path in paths]
        quoted = name in ("openat", "unlink", "rename")
        arguments = ", ".join(f'"{path}"' if quoted else f"3<{path}>" for path in paths)
        calls.append(Call(name, arguments, "0"))
    [found] = violations(calls, "/i", "/acks")
    assert words in found


def test_r02_calls_that_strace_splits_are_read(tmp_path: Path) -> None:
    """While another thread makes a call, strace writes one in two lines."""
    (tmp_path / "log").write_text(
        '7 fsync(3</i/tmp/x> <unfinished ...>\n8 write(4</o>, "a", 1) = 1\n'
        '7 <... fsync resumed>) = 0\n7 rename("/i/tmp/x", "/i/ann/x") = 0\n'
    )
    calls = list(read_calls(tmp_path / "log"))
    assert [(call.name, path_of(call)) for call in calls] == [
        ("fsync", "/i/tmp/x"), ("rename", "/i/ann/x"),
    ]  # fmt: skip
