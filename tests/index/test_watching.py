"""Following a folder: what its changes do to the index, without waiting for any of them."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from index import AddReport, ArticleError, ArticleIndex, FolderWatch, watch_folders
from tests.index.conftest import HashEmbedder
from tests.index.stores import ROOT

Watched = tuple[ArticleIndex, FolderWatch, Path]


@pytest.fixture
def watched(tmp_path: Path, embedder: HashEmbedder) -> Watched:
    """Return an index, a watch and its folder, which holds one article."""
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "a.txt").write_text("The harbour opened a market.", "utf-8")
    index = ArticleIndex.open(tmp_path / "index", create=True, model=embedder)
    return index, FolderWatch(index, [folder]), folder


def ids(index: ArticleIndex) -> list[str]:
    """Return the ids of the articles, sorted."""
    return sorted(info.id for info in index.articles())


def test_changes_reach_the_index(watched: Watched) -> None:
    """The first call takes in what is there; then files come, change, move and go."""
    index, watch, folder = watched
    first = watch.handle()
    assert first is not None
    assert (first.added, ids(index)) == (1, ["a.txt"])
    assert watch.handle() is None
    (folder / "b.txt").write_text("A school got a library.", "utf-8")
    (folder / "a.txt").write_text("The harbour closed its market.", "utf-8")
    report = watch.handle([str(folder / "b.txt"), str(folder / "a.txt")])
    assert report is not None
    assert (report.added, report.updated) == (1, 1)
    assert index.article("a.txt").text == "The harbour closed its market."
    (folder / "b.txt").rename(folder / "c.txt")
    (folder / "a.txt").unlink()
    report = watch.handle([str(folder / name) for name in ("a.txt", "b.txt", "c.txt")])
    assert report is not None
    assert (report.added, report.removed, ids(index)) == (1, 2, ["c.txt"])


def test_folders_come_and_go_as_a_whole(watched: Watched, tmp_path: Path) -> None:
    """Only the folder itself may be named by the system, also when it is gone."""
    index, watch, folder = watched
    watch.handle()
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "d.txt").write_text("Rain fell on Bogor.", "utf-8")
    (tmp_path / "new").rename(folder / "sub")
    assert watch.handle([str(folder / "sub")]) is not None
    assert ids(index) == ["a.txt", "sub/d.txt"]
    (folder / "sub").rename(tmp_path / "away")
    assert watch.handle([str(folder / "sub")]) is not None
    assert ids(index) == ["a.txt"]
    (folder / "a.txt").unlink()
    report = watch.handle([str(folder / "a.txt")])
    assert report is not None
    assert (report.removed, report.failed) == (1, ())


def test_what_says_nothing_is_passed_over(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Other formats, hidden files, other folders, and the index itself where it lies inside."""
    index, watch, folder = watched
    watch.handle()
    monkeypatch.setattr(index, "add", pytest.fail)
    (folder / "photo.heic").write_bytes(b"x")
    (folder / ".git").mkdir()
    changed = ("photo.heic", ".git", ".git/x.txt", ".a.txt.swp", "../elsewhere.txt")
    assert watch.handle([str(folder / name) for name in changed]) is None
    inside = FolderWatch(index, [index.path.parent])
    inside._waiting.clear()
    assert inside.handle([str(index.path / "store.db-wal"), str(index.path / "x.txt")]) is None


def test_a_busy_index_is_waited_for(
    watched: Watched, embedder: HashEmbedder, caplog: pytest.LogCaptureFixture
) -> None:
    """While another writes, changes wait; the next call, for whatever reason, brings them in."""
    index, watch, folder = watched
    watch.handle()
    (folder / "b.txt").write_text("A school got a library.", "utf-8")
    with ArticleIndex.open(index.path, model=embedder)._store.writer():
        for changed in ([str(folder / "b.txt")], [], []):  # told of once, however long it takes
            assert watch.handle(changed) is None
        assert [record.getMessage().count("is being written by") for record in caplog.records] == [
            1
        ]
    report = watch.handle()
    assert report is not None
    assert report.added == 1


def test_a_file_still_being_written_comes_with_its_next_change(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its first half is not taken; the write that disturbed the reading is itself a change."""
    index, watch, folder = watched
    watch.handle()
    path = folder / "b.txt"
    path.write_text("The first half of", "utf-8")
    from index.source_files import load_file as real

    def growing(file: object, **options: object) -> object:
        yield from real(file, **options)  # type: ignore[arg-type]
        path.write_text("The first half of a report, and the second.", "utf-8")

    with monkeypatch.context() as patch:
        patch.setattr("index.source_files.load_file", growing)
        report = watch.handle([str(path)])
    assert report is not None
    assert (report.added, len(report.failed), ids(index)) == (0, 1, ["a.txt"])
    report = watch.handle([str(path)])
    assert report is not None
    assert (report.added, report.failed) == (1, ())


def test_only_folders_are_watched(watched: Watched) -> None:
    """A file, and nothing at all, in one sentence."""
    index, _, folder = watched
    for wrong in (folder / "a.txt", folder / "nowhere"):
        with pytest.raises(ArticleError, match="is not a folder; only folders can be watched"):
            FolderWatch(index, [wrong])


SCRIPT = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background has it ignored
from index import ArticleIndex, FolderWatch, watch_folders
from tests.index.conftest import HashEmbedder
with ArticleIndex.open(sys.argv[1], create=True, model=HashEmbedder()) as index:
    for report in watch_folders(FolderWatch(index, [sys.argv[2]])):
        print(report.added, report.updated, report.removed, flush=True)
"""


def test_a_folder_that_comes_back_is_followed_again(watched: Watched, tmp_path: Path) -> None:
    """Unpacked anew or mounted again: nothing tells of the changes in a folder of the same name."""
    index, watch, folder = watched
    stop, reports = threading.Event(), queue.Queue[AddReport]()

    def follow() -> None:
        for report in watch_folders(watch, stop=stop):
            reports.put(report)

    thread = threading.Thread(target=follow)
    thread.start()
    try:
        assert reports.get(timeout=30).added == 1
        folder.rename(tmp_path / "away")
        assert "is not there" in reports.get(timeout=30).failed[0].message
        folder.mkdir()
        with pytest.raises(queue.Empty):
            reports.get(timeout=5)
        assert ids(index) == ["a.txt"]
        (folder / "b.txt").write_text("A school got a library.", "utf-8")
        report = reports.get(timeout=30)
        assert (report.added, report.removed, ids(index)) == (1, 1, ["b.txt"])
        (folder / "c.txt").write_text("A ship sailed home.", "utf-8")
        assert reports.get(timeout=30).added == 1
    finally:
        stop.set()
        thread.join(timeout=30)
    assert not thread.is_alive()


def test_the_system_tells_of_changes(tmp_path: Path) -> None:
    """A real process is told of files that come and go; Ctrl+C ends it, and nothing is lost."""
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "a.txt").write_text("The harbour opened a market.", "utf-8")
    child = subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(tmp_path / "index"), str(folder)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    assert child.stdout
    guard = threading.Timer(120, child.kill)  # a line that never comes must not be waited for
    guard.start()
    try:
        assert child.stdout.readline() == "1 0 0\n"
        (folder / "b.txt").write_text("A school got a library.", "utf-8")
        assert child.stdout.readline() == "1 0 0\n"
        (folder / "a.txt").unlink()
        assert child.stdout.readline() == "0 0 1\n"
    finally:
        child.send_signal(signal.SIGINT)
        _, told = child.communicate()
        guard.cancel()
    assert "KeyboardInterrupt" in told
    with ArticleIndex.open(tmp_path / "index", model=HashEmbedder()) as index:
        assert ids(index) == ["b.txt"]
        assert index.check() == []
