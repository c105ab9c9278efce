"""R5, R6, R25 and R26: readers, writers, forks and exports at the same time.

CI: a few of each. Long: 8 readers × 1,000 questions against 2,000 articles added and removed,
200 rounds of writers, 50 exports (``--run-long``).
"""

from __future__ import annotations

import json
import os
import statistics
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.reliability.library import article_of
from tests.reliability.nursery import Nursery

HOUR = 3600.0


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    """Return a nursery."""
    with Nursery() as opened:
        yield opened


class History:
    """What an index held at each generation, told by the commits of its writer."""

    def __init__(self, commits: list[list[Any]]) -> None:
        self.states: dict[int, dict[str, int]] = {}
        self.texts: dict[tuple[str, int], str] = {}
        state: dict[str, int] = {}
        for generation, added, version, removed in commits:
            gone = {*added, *removed}
            state = {name: v for name, v in state.items() if name not in gone}
            state |= dict.fromkeys(added, version)
            self.states[generation] = state

    def text(self, name: str, version: int) -> str:
        """Return the text of a version."""
        key = name, version
        if key not in self.texts:
            self.texts[key] = article_of(name, version).text
        return self.texts[key]

    def check(self, line: dict[str, Any]) -> None:
        """Check that an answer is exact for the generation it says it came from."""
        state = self.states[line["generation"]]
        for name, digest, start, end, text in line["hits"]:
            article = article_of(name, state[name])
            assert (article.digest, article.text[start:end]) == (digest, text)
        for name, digest, start, end, text, sentence_start, sentence_end, sentence in line["cited"]:
            article = article_of(name, state[name])
            assert (article.digest, article.text[start:end]) == (digest, text)
            assert article.text[sentence_start:sentence_end] == sentence


def judge(folder: Path, commits: list[list[Any]]) -> tuple[int, int, float]:
    """Check every answer; return answers, citations and the 95th percentile in milliseconds."""
    history = History(commits)
    answered = cited = 0
    spent = []
    for file in sorted(folder.glob("reader-*")):
        newest = 0
        for text in file.read_text("utf-8").splitlines():
            line = json.loads(text)
            history.check(line)
            assert line["generation"] >= newest, "a reader went back in time"
            newest = line["generation"]
            answered, cited = answered + 1, cited + len(line["cited"])
            spent.append(line["spent"])
    return answered, cited, 1000 * statistics.quantiles(spent, n=20)[-1]


@pytest.mark.parametrize(
    ("readers", "questions", "articles"),
    [(3, 30, 60), pytest.param(8, 1000, 2000, marks=pytest.mark.long)],
)
def test_r05_answers_are_exact_for_their_generation(
    tmp_path: Path, nursery: Nursery, readers: int, questions: int, articles: int
) -> None:
    """Processes ask while another adds, replaces, removes and erases articles.

    Every hit and citation is a slice of the version that its generation held, and no reader sees
    an older generation after a newer one.
    """
    commits = nursery.value(
        "read_while_writing", limit=HOUR, path=str(tmp_path / "index"), readers=readers,
        questions=questions, articles=articles,
    )  # fmt: skip
    answered, cited, slow = judge(tmp_path, commits)
    assert answered == readers * questions
    assert cited > answered
    print(f"\n{answered} answers, {cited} citations, {len(commits)} commits, p95 {slow:.0f} ms")  # noqa: T201


@pytest.mark.parametrize(
    ("processes", "threads", "questions"),
    [(2, 3, 10), pytest.param(4, 16, 250, marks=pytest.mark.long)],
)
def test_r25_forks_and_threads(
    tmp_path: Path, nursery: Nursery, processes: int, threads: int, questions: int
) -> None:
    """Processes forked with the index open and used, each asking in threads, while one writes."""
    commits = nursery.value(
        "read_while_writing", limit=HOUR, path=str(tmp_path / "index"), readers=processes,
        questions=questions, articles=40, threads=threads,
    )  # fmt: skip
    history = History(commits)
    answered = 0
    for file in tmp_path.glob("reader-*"):
        for text in file.read_text("utf-8").splitlines():
            history.check(json.loads(text))
            answered += 1
    assert answered == processes * threads * questions


@pytest.mark.parametrize("rounds", [5, pytest.param(200, marks=pytest.mark.long)])
def test_r06_writers_take_turns(tmp_path: Path, nursery: Nursery, rounds: int) -> None:
    """Three processes write at once: one at a time gets in, the others are told, none is lost."""
    won = nursery.value(
        "write_against_each_other", limit=HOUR, path=str(tmp_path / "index"), writers=3,
        rounds=rounds,
    )  # fmt: skip
    assert won == [rounds] * 3


@pytest.mark.parametrize("times", [3, pytest.param(200, marks=pytest.mark.long)])
def test_r06_a_killed_writer_leaves_its_lock(tmp_path: Path, nursery: Nursery, times: int) -> None:
    """While it lives the others are refused by name; once it is killed the next one gets in."""
    path, held = str(tmp_path / "index"), tmp_path / "held"
    os.mkfifo(held)
    with Nursery() as second:
        for number in range(times):
            holder = second.begin("hold_the_lock", path=path)
            assert held.read_text("ascii") == "now"  # waits until the lock is taken
            assert "is being written by process" in nursery.value("add_one", path=path, name="b1")
            second.kill(holder)
            assert nursery.value("add_one", path=path, name=f"c{number}") == ""


@pytest.mark.parametrize("exports", [3, pytest.param(50, marks=pytest.mark.long)])
def test_r26_an_export_is_of_one_moment(tmp_path: Path, nursery: Nursery, exports: int) -> None:
    """Exports taken while all articles are replaced again and again hold one version each.

    Each is restored into a new index, which is equal and sound.
    """
    found = nursery.value(
        "export_while_writing", limit=HOUR, path=str(tmp_path / "index"), exports=exports
    )
    assert len(found["taken"]) == exports
    for count, versions, same in found["taken"]:
        assert (count, len(versions), same) == (40, 1, True)
