"""Links, pipes, locks and depths of a file system: nothing outside is read, nothing hangs."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from index import ArticleIndex
from index.errors import ArticleError
from index.loading import ArticleFile, files, find_files, load_articles, load_file
from index.source_files import look
from index.types import Article
from tests.index.conftest import HashEmbedder
from tests.index.loaded import assert_one_sentence, load


def folder_with(
    tmp_path: Path, make: Callable[[Path, Path], object]
) -> tuple[list[str], list[str]]:
    """Return ids and errors of a folder with one good article and what ``make`` adds."""
    root, outside = tmp_path / "root", tmp_path / "outside"
    (root / "sub").mkdir(parents=True)
    outside.mkdir()
    (root / "good.txt").write_text("Baik.", encoding="utf-8")
    (outside / "secret.txt").write_text("Rahasia.", encoding="utf-8")
    make(root, outside)
    errors: list[ArticleError] = []
    ids = [article.id for article in load_articles(root, on_error=errors.append)]
    for error in errors:
        assert_one_sentence(error)
    return ids, [str(error) for error in errors]


LINKS: dict[str, tuple[Callable[[Path, Path], object], str]] = {
    "G19 file": (lambda r, o: (r / "x.txt").symlink_to(o / "secret.txt"), "leads out of"),
    "G19 folder": (lambda r, o: (r / "x").symlink_to(o), "leads out of"),
    "G20 file": (lambda r, o: (r / "x.txt").symlink_to(r / "good.txt"), ""),
    "G20 folder": (lambda r, o: (r / "x").symlink_to(r / "sub"), ""),
    "G21": (lambda r, o: (r / "x.txt").symlink_to(r / "x.txt"), "is a link"),
    "G21 folder": (lambda r, o: (r / "x").symlink_to(r / "x"), "is a link"),
    "G22": (lambda r, o: (r / "x").symlink_to(r.parent), "leads out of"),
    "G22 inside": (lambda r, o: (r / "sub" / "x").symlink_to(r), ""),
    "dangling": (lambda r, o: (r / "x.txt").symlink_to(r / "gone.txt"), "is not there"),
    "dangling lock": (lambda r, o: (r / "lock").symlink_to("pid:1"), ""),
    "other format": (lambda r, o: (r / "x.bin").symlink_to(o / "secret.txt"), ""),
    "G24": (lambda r, o: os.mkfifo(r / "x.txt"), "is not a regular file"),
    "G24 unnamed": (lambda r, o: os.mkfifo(r / "pipe"), ""),
}


@pytest.mark.parametrize("case", LINKS)
def test_links_and_pipes_in_a_folder_are_refused_or_passed_over(tmp_path: Path, case: str) -> None:
    """Nothing outside is read, nothing is read twice, nothing hangs, the rest is loaded."""
    make, problem = LINKS[case]
    ids, errors = folder_with(tmp_path, make)
    assert ids == ["good.txt"]
    assert len(errors) == bool(problem)
    assert all(problem in error for error in errors)


def test_hard_links_are_two_articles(tmp_path: Path) -> None:
    """G23: one text under two names; the index finds the copy."""
    ids, errors = folder_with(tmp_path, lambda r, o: os.link(r / "good.txt", r / "x.txt"))
    assert (ids, errors) == (["good.txt", "x.txt"], [])


def test_pipes_sockets_and_devices_named_alone_are_refused_at_once(tmp_path: Path) -> None:
    """G24, G25: read by a second thread, so that a hang fails the test instead of stalling it."""
    os.mkfifo(tmp_path / "pipe.txt")
    (tmp_path / "zero.txt").symlink_to("/dev/zero")
    results: list[Article | str] = []

    def load_all() -> None:
        results.extend(load(tmp_path / name) for name in ("pipe.txt", "socket.txt", "zero.txt"))

    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "socket.txt"))
        thread = threading.Thread(target=load_all, daemon=True)
        thread.start()
        thread.join(timeout=30)
    assert ["is not a regular file" in str(result) for result in results] == [True] * 3


def test_a_pipe_named_alone_is_refused_by_an_index_too(
    tmp_path: Path, embedder: HashEmbedder
) -> None:
    """As one that took the place of a file that was found: its bytes are hashed, not waited for."""
    pipe = tmp_path / "pipe.txt"
    os.mkfifo(pipe)
    results: list[str] = []

    def index_it() -> None:
        with ArticleIndex.open(tmp_path / "index", create=True, model=embedder) as index:
            results.extend(failure.message for failure in index.add(pipe).failed)
        try:
            look(ArticleFile(pipe, "pipe.txt"), None)
        except ArticleError as error:
            results.append(str(error))

    thread = threading.Thread(target=index_it, daemon=True)
    thread.start()
    thread.join(timeout=30)
    problem = f"{pipe} is not a regular file; give a file or a folder of files."
    assert results == [problem, problem]


def test_an_empty_path_is_called_so() -> None:
    """It has no name that a message could begin with."""
    errors: list[ArticleError] = []
    assert list(load_articles("", on_error=errors.append)) == []
    assert [str(error) for error in errors] == ["An empty path is not there; check the path."]


def test_an_unreadable_file_or_folder_is_reported_and_the_rest_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """G26: simulated, because the superuser may read everything."""
    opening, scanning = os.open, os.scandir

    def guarded_open(path: str | Path, *arguments: int) -> int:
        if str(path).endswith("locked.txt"):
            raise PermissionError(13, "Permission denied")
        return opening(path, *arguments)

    def guarded_scandir(path: str) -> object:
        if str(path).endswith("sub"):
            raise PermissionError(13, "Permission denied")
        return scanning(path)

    def make(root: Path, outside: Path) -> None:
        (root / "locked.txt").write_text("Tertutup.", encoding="utf-8")
        monkeypatch.setattr(os, "open", guarded_open)
        monkeypatch.setattr(os, "scandir", guarded_scandir)

    ids, errors = folder_with(tmp_path, make)
    assert ids == ["good.txt"]
    assert [error.rsplit("/", 1)[1] for error in errors] == [
        "locked.txt may not be read; check its permissions.",
        "sub may not be read; check its permissions.",
    ]


def test_a_file_that_goes_or_is_swapped_after_it_was_found(tmp_path: Path) -> None:
    """G28, G29: gone is reported, and a link in its place is not followed."""
    path, secret = tmp_path / "a.txt", tmp_path / "secret"
    path.write_text("Teks.", encoding="utf-8")
    secret.write_text("Rahasia.", encoding="utf-8")
    (found,) = find_files(path)
    path.unlink()
    with pytest.raises(ArticleError, match=r"a\.txt is not there; check the path"):
        list(load_file(found))
    path.symlink_to(secret)
    with pytest.raises(ArticleError, match=r"a\.txt is a link in place of a file"):
        list(load_file(found))


@pytest.fixture
def deep_folder(tmp_path: Path) -> Iterator[Path]:
    """Give a folder 1,100 levels deep; taken down again here, since pytest cannot."""
    here = os.getcwd()
    os.chdir(tmp_path)
    for _ in range(1100):
        os.mkdir("deep")
        os.chdir("deep")
    os.chdir(here)
    yield tmp_path
    os.chdir(tmp_path)
    for _ in range(1100):
        os.chdir("deep")
    for _ in range(1100):
        os.chdir("..")
        os.rmdir("deep")
    os.chdir(here)


def test_a_path_that_is_too_deep_is_reported(deep_folder: Path) -> None:
    """G31: no recursion error, and the rest is loaded."""
    (deep_folder / "a.txt").write_text("Teks.", encoding="utf-8")
    errors: list[ArticleError] = []
    assert [a.id for a in load_articles(deep_folder, on_error=errors.append)] == ["a.txt"]
    assert ["has a path that is too long" in str(error) for error in errors] == [True]


def test_large_files_are_refused_unread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """C16, C17: by their size; a file of rows may have any."""
    for name in ("a.txt", "a.md", "a.html"):
        with (tmp_path / name).open("wb") as opened:
            opened.truncate(2_000_000_000)
        assert "is larger than 50 MB" in str(load(tmp_path / name))
    monkeypatch.setattr(files, "FILE_LIMIT", 10)
    (tmp_path / "a.jsonl").write_text('{"text": "Lebih dari sepuluh."}', encoding="utf-8")
    assert isinstance(load(tmp_path / "a.jsonl"), Article)
