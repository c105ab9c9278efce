"""Files that hurt their parser: it is bounded, replaced, and alone in its trouble."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import pytest

from index.errors import ArticleError
from index.loading import find_files, isolation, load_articles, load_file
from index.types import Article
from tests.index.loaded import both, load, one, write
from tests.index.made import packed, pdf

GOOD = pdf([["Teks yang baik."]])
SLOW = "<html><body>" + "<p>Sebuah kalimat yang biasa saja di sini.</p>" * 90_000


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[subprocess.Popen[bytes]]:
    """Begin without a process, and record those that are started."""
    isolation._POOL.close()
    made: list[subprocess.Popen[bytes]] = []

    class Recorded(subprocess.Popen[bytes]):
        def __init__(self, *arguments: Any, **options: Any) -> None:
            super().__init__(*arguments, **options)
            made.append(self)

    monkeypatch.setattr(isolation.subprocess, "Popen", Recorded)
    return made


def test_one_process_serves_many_files(tmp_path: Path, started: list[Any]) -> None:
    """A folder of small files is not a folder of interpreters; errors do not end it."""
    for number in range(40):
        write(tmp_path / f"{number:02}.pdf", GOOD if number % 4 else b"%PDF-1.7 rusak")
    ids, errors = both(tmp_path)
    assert (len(ids), len(errors), len(started)) == (30, 10, 1)


def test_plain_files_need_no_process(tmp_path: Path, started: list[Any]) -> None:
    """Text and tables are read where they were."""
    write(tmp_path / "a.txt", "Teks.")
    write(tmp_path / "b.md", "Teks.")
    write(tmp_path / "c.csv", "text\nTeks.\n")
    write(tmp_path / "d.jsonl", '{"text": "Teks."}')
    assert len(both(tmp_path)[0]) == 4
    assert started == []


def test_a_file_that_takes_too_long_is_left_alone(
    tmp_path: Path, started: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """By its own clock of processor time; the next file gets a new process."""
    monkeypatch.setattr(isolation, "SECONDS", 1)
    write(tmp_path / "a.html", SLOW)
    write(tmp_path / "b.pdf", GOOD)
    ids, errors = both(tmp_path)
    assert ids == ["b.pdf"]
    assert ["it takes more than 1 s to read" in error for error in errors] == [True]
    assert len(started) == 2
    assert started[0].poll() is not None


def test_a_file_that_needs_too_much_memory_is_left_alone(
    tmp_path: Path, started: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process is not trusted after that, and the next file gets a new one."""
    monkeypatch.setattr(isolation, "MEGABYTES", 100)
    write(tmp_path / "a.html", SLOW)
    write(tmp_path / "b.pdf", GOOD)
    ids, errors = both(tmp_path)
    assert ids == ["b.pdf"]
    assert len(errors) == 1
    assert "a.html" in errors[0]


def test_a_file_does_not_suffer_from_those_before_it(tmp_path: Path, started: list[Any]) -> None:
    """Where they left too little memory, it is read in a new process; so is an archive."""
    page = f"<article><h1>Kabar</h1><p>{'Teks yang baik. ' * 20}</p>"
    paths = [
        write(tmp_path / "b.html", page),
        write(tmp_path / "c.zip", packed({"a.txt": "Teks a.", "b.html": page})),
    ]
    for number, path in enumerate(paths, start=1):
        isolation._POOL.close()
        assert one(write(tmp_path / "a.pdf", GOOD)).text == "Teks yang baik."
        last = started[-1].pid
        _, hard = resource.prlimit(last, resource.RLIMIT_AS)
        resource.prlimit(last, resource.RLIMIT_AS, (1_000_000, hard))
        ids, errors = both(path)
        assert (len(ids), errors, len(started)) == (number, [], 2 * number)


def test_a_parser_that_dies_is_reported(tmp_path: Path, started: list[Any]) -> None:
    """However it dies: here it is killed between two articles of a file."""
    write(tmp_path / "a.zip", packed({f"{n}.txt": f"Teks {n}." for n in range(3)}))
    errors: list[ArticleError] = []
    loading = load_file(next(find_files(tmp_path / "a.zip")), on_error=errors.append)
    assert next(loading).id == "a.zip/0.txt"
    started[0].kill()
    started[0].wait()
    rest = [article.id for article in loading]
    # What the process had sent already is loaded; nothing is loaded twice, and nothing is silent.
    assert len({*rest}) == len(rest)
    assert len(rest) + len(errors) >= 2
    assert all("parser failed" in str(error) for error in errors)
    assert one(write(tmp_path / "b.pdf", GOOD)).text == "Teks yang baik."


def test_an_archive_goes_on_behind_the_file_that_ended_its_parser(
    tmp_path: Path, started: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The others are loaded, each once."""
    monkeypatch.setattr(isolation, "SECONDS", 1)
    entries = {"a.txt": "Teks a.", "b.html": SLOW, "c.txt": "Teks c.", "d.pdf": GOOD}
    # Stored: packed, so much of the same would be taken for a bomb.
    ids, errors = both(write(tmp_path / "a.zip", packed(entries, stored=["b.html"])))
    assert ids == ["a.zip/a.txt", "a.zip/c.txt", "a.zip/d.pdf"]
    assert ["a.zip/b.html: it takes more than 1 s" in error for error in errors] == [True]


def test_an_archive_goes_on_behind_the_file_that_needed_too_much_memory(
    tmp_path: Path, started: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a new process."""
    monkeypatch.setattr(isolation, "MEGABYTES", 100)
    entries = {"a.txt": "Teks a.", "b.html": SLOW, "c.txt": "Teks c."}
    ids, errors = both(write(tmp_path / "a.zip", packed(entries, stored=["b.html"])))
    assert ids == ["a.zip/a.txt", "a.zip/c.txt"]
    assert ["a.zip/b.html" in error for error in errors] == [True]


def test_a_loading_that_is_not_finished_leaves_no_process(
    tmp_path: Path, started: list[Any]
) -> None:
    """Its process has more to say, and nobody to listen."""
    write(tmp_path / "a.zip", packed({f"{n}.txt": f"Teks {n}." for n in range(50)}))
    loading = load_file(next(find_files(tmp_path / "a.zip")))
    next(loading)
    loading.close()
    assert started[0].poll() is not None
    assert isinstance(load(write(tmp_path / "b.pdf", GOOD)), Article)


def test_two_files_may_be_loaded_at_once(tmp_path: Path, started: list[Any]) -> None:
    """Neither waits for the other."""
    paths = [
        write(tmp_path / f"{name}.zip", packed({"1.txt": "Satu.", "2.txt": "Dua."}))
        for name in "ab"
    ]
    together = zip(*(load_articles(path) for path in paths), strict=True)
    assert [(a.text, b.text) for a, b in together] == [("Satu.", "Satu."), ("Dua.", "Dua.")]
    assert len(started) == 2


def test_no_secret_reaches_the_process(
    tmp_path: Path, started: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Keys are in the environment of who asks a chat model, and no business of a parser."""
    monkeypatch.setenv("OPENAI_API_KEY", "sk-CANARY")
    one(write(tmp_path / "a.pdf", GOOD))
    environment = psutil.Process(started[0].pid).environ()
    assert "PATH" in environment
    assert "sk-CANARY" not in "".join(environment.values())


FORBIDDEN = (
    "import socket; socket.create_connection(('127.0.0.1', 9))",
    "import socket; socket.getaddrinfo('koran.example', 80)",
    "import subprocess; subprocess.run(['true'])",
    "import os; os.system('true')",
    "import os; os.remove('x')",
)


@pytest.mark.parametrize("code", FORBIDDEN)
def test_a_parser_may_not_speak_or_start_anything(code: str) -> None:
    """Whatever talks it into that."""
    hook = "import sys; from index.loading import child; sys.addaudithook(child._refuse); "
    ran = subprocess.run(
        [sys.executable, "-c", hook + code], capture_output=True, text=True, check=False,
        cwd=Path(__file__).parents[2],
    )  # fmt: skip
    assert "PermissionError: the process that parses files may not" in ran.stderr


def test_the_process_ends_with_its_parent(tmp_path: Path) -> None:
    """Also where the parent is killed and cannot say good-bye."""
    write(tmp_path / "a.pdf", GOOD)
    code = (
        "import os, signal; from index import load_articles; from index.loading import isolation;"
        f"list(load_articles({str(tmp_path / 'a.pdf')!r}));"
        "print(isolation._POOL._idle[0]._process.pid, flush=True);"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False,
        cwd=Path(__file__).parents[2],
    )  # fmt: skip
    pid = int(ran.stdout)
    with suppress(psutil.NoSuchProcess):
        psutil.Process(pid).wait(timeout=30)
    assert not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_forked_process_starts_its_own(tmp_path: Path, started: list[Any]) -> None:
    """And leaves the pipes of its parent alone."""
    path = write(tmp_path / "a.pdf", GOOD)
    one(path)
    forked = os.fork()
    if forked == 0:
        try:
            found = one(path).text == "Teks yang baik."
            isolation._POOL.close()
        except BaseException:
            os._exit(2)
        os._exit(0 if found else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(forked, 0)[1]) == 0
    assert one(path).text == "Teks yang baik."
    assert len(started) == 1
