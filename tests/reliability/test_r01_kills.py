"""R1: whatever moment a writer is killed at, what it acknowledged is there, whole and found.

CI: 20 kills. Long: 1,000 (``pytest tests/reliability/test_r01_kills.py --run-long``).
"""

from __future__ import annotations

import random
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.reliability.library import State, operation, states_of
from tests.reliability.nursery import Nursery

LIFE = 25  # kills of one index, before another is begun


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    """Return a nursery."""
    with Nursery() as opened:
        yield opened


@dataclass
class Life:
    """An index through its kills, and what it must hold: known without asking it."""

    folder: Path
    seed: int
    state: State = field(default_factory=dict)
    number: int = 0
    generation: int = 0
    slowest: float = 0.0

    def acknowledged(self) -> int:
        """Return how many operations the writer said were done since it was started."""
        path = self.folder / "acks"
        lines = path.read_bytes().splitlines(keepends=True) if path.exists() else []
        path.unlink(missing_ok=True)
        return sum(line.endswith(b"\n") for line in lines)

    def kill_and_examine(self, nursery: Nursery, delay: float) -> None:
        """Start a writer, kill it, and compare what is left with what must be."""
        path = str(self.folder / "index")
        answer = nursery.ask(
            "keep_writing", kill=delay, path=path, seed=self.seed, first=self.number,
            acks=str(self.folder / "acks"),
        )  # fmt: skip
        assert answer["status"] == -signal.SIGKILL, answer
        for _ in range(self.acknowledged()):
            self.state = states_of(self.state, operation(self.seed, self.number))[-1]
            self.number += 1
        begun = states_of(self.state, operation(self.seed, self.number))
        if not (self.folder / "index" / "newest").exists():
            assert not self.state, "an acknowledged index is gone"
            return
        found = nursery.value("examine", path=path)
        assert found["findings"] == []
        assert (found["left"], found["files"]) in (([], 0), ([], 1))
        assert found["generation"] >= self.generation
        held = list(found["held"].items())
        possible = [list(state.items()) for state in (self.state, *begun)]
        assert held in possible, f"seed {self.seed}, operation {self.number}, {delay:.3f} s"
        if held == possible[-1]:
            self.number += 1
        self.state, self.generation = dict(held), found["generation"]
        self.slowest = max(self.slowest, found["seconds"])


def longest(nursery: Nursery, folder: Path) -> float:
    """Return the seconds that two operations take now, on this machine: the latest kill."""
    seconds = []
    for number in range(2):
        path = folder / str(number)
        path.mkdir(parents=True)
        began = time.perf_counter()
        stopped = nursery.value(
            "write_some", path=str(path / "index"), seed=2360, first=0, end=2,
            acks=str(path / "acks"),
        )  # fmt: skip
        assert stopped == ""
        seconds.append(time.perf_counter() - began)
    return min(seconds)


@pytest.mark.parametrize("kills", [20, pytest.param(1000, marks=pytest.mark.long)])
def test_r01_nothing_acknowledged_is_lost(tmp_path: Path, nursery: Nursery, kills: int) -> None:
    """Adds, replacements, removals, folders and repairs, killed at random moments.

    After each kill a fresh process opens the index without help, in less than two seconds: it
    holds the articles acknowledged, in order, or those of the next commits of the operation that
    was under way, every passage found; a check finds nothing. In the end it answers as an index
    that was never disturbed.
    """
    slowest, operations = 0.0, 0
    for seed in range(-(-kills // LIFE)):
        life = Life(tmp_path / str(seed), seed)
        life.folder.mkdir()
        chance, latest = random.Random(seed), longest(nursery, tmp_path / f"timed-{seed}")
        for _ in range(min(LIFE, kills - seed * LIFE)):
            before = life.number
            life.kill_and_examine(nursery, chance.uniform(0, latest))
            if life.number == before:  # beside other work everything takes longer than just now
                latest *= 1.2
        path = str(life.folder / "index")
        asked = nursery.value("ask", path=path)
        assert asked == nursery.value("copy", path=path, into=str(life.folder / "undisturbed"))
        slowest, operations = max(slowest, life.slowest), operations + life.number
    assert slowest < 2.0
    print(f"{kills} kills, {operations} operations, slowest open {slowest:.3f} s")  # noqa: T201
    assert operations > kills // 4, "the kills came too early to mean anything"
