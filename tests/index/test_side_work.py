"""Searching where pools of threads fail: in forked processes, after the main thread, at closing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from index import Article, ArticleIndex
from index.models.runtime import CompiledEncoder
from index.side_work import beside
from tests.index.conftest import HashEmbedder

ARTICLE = Article("a", "", "The harbour closed its market in April.", language="en")
AFTER_MAIN = """
import threading
from index import ArticleIndex
from tests.index.conftest import HashEmbedder

def ask():
    threading.main_thread().join()
    print([hit.article.id for hit in index.search("harbour market")])

index = ArticleIndex.open({folder!r}, model=HashEmbedder())
threading.Thread(target=ask).start()
"""


@pytest.fixture
def index(tmp_path: Path) -> ArticleIndex:
    """Return an index of one article that was searched already."""
    opened = ArticleIndex.open(tmp_path / "index", create=True, model=HashEmbedder())
    opened.add(ARTICLE)
    assert found(opened) == ["a"]
    return opened


def found(index: ArticleIndex) -> list[str]:
    """Return the ids of the articles found for a query."""
    return [hit.article.id for hit in index.search("harbour market")]


def status_of_child(passes: Callable[[], bool]) -> int:
    """Return the status of a forked process: 0 where ``passes`` says so within ten seconds."""
    child = os.fork()
    if child == 0:
        signal.alarm(10)
        os._exit(0 if passes() else 3)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_one_thread_of_a_forked_process_searches(index: ArticleIndex) -> None:
    """The parent's threads are missing in the child."""
    assert status_of_child(lambda: found(index) == ["a"]) == 0


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_forked_process_runs_several_rows(tmp_path: Path) -> None:
    """The threads that run texts side by side are begun anew, too."""
    encoder = CompiledEncoder(tmp_path, max_tokens=8)
    encoder._sessions["graph"] = lambda ids: [ids.astype(np.float32) * 2]
    rows = [np.array([number, 1]) for number in range(5)]
    expected = [[2.0 * number, 2.0] for number in range(5)]

    def run() -> bool:
        return [row.tolist() for (row,) in encoder.run(rows, "graph")] == expected

    assert run()
    assert status_of_child(run) == 0


def test_a_thread_searches_after_the_main_thread_has_ended(
    index: ArticleIndex, tmp_path: Path
) -> None:
    """As a server's worker does while the process ends."""
    index.close()
    script = AFTER_MAIN.format(folder=str(tmp_path / "index"))
    ran = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False
    )
    assert (ran.stdout, ran.returncode) == ("['a']\n", 0), ran.stderr


def test_closing_lets_a_search_end(index: ArticleIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    """What began before is answered."""
    begun, closed = threading.Event(), threading.Event()
    embed = index.embed_query

    def slow(query: str) -> np.ndarray:
        begun.set()
        assert closed.wait(10)
        return embed(query)

    monkeypatch.setattr(index, "embed_query", slow)
    result = beside(lambda: found(index))
    assert begun.wait(10)
    index.close()
    closed.set()
    assert result() == ["a"]


def test_what_was_raised_beside_is_raised_where_it_is_waited_for() -> None:
    """And a result is the same however often it is asked for."""

    def fail() -> int:
        raise OSError("no model")

    with pytest.raises(OSError, match="no model"):
        beside(fail)()
    seven = beside(lambda: 7)
    assert (seven(), seven()) == (7, 7)
