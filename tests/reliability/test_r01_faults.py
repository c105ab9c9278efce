"""R1 and R3: a kill or an error at each call by which something becomes durable.

The calls are found by strace, and strace makes the n-th of them fail or kill. CI: a few places.
Long: all of them, some 40, and each write (``--run-long``). Skipped where there is no strace.
"""

from __future__ import annotations

import signal
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.reliability.library import State, operation, states_of
from tests.reliability.nursery import Nursery
from tests.reliability.tracing import needs_strace, read_calls, traced

# Articles put, a folder read, articles erased, the folder read again with files gone.
SEED, OPERATIONS = 2360, 4
BOUNDARIES = ("fsync", "fdatasync", "rename", "unlink", "ftruncate")
ERRORS = ("fsync", "fdatasync", "rename", "ftruncate")


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    """Return a nursery."""
    needs_strace()
    with Nursery() as opened:
        yield opened


@cache
def counted(nursery: Nursery) -> Counter[str]:
    """Return how often an undisturbed run makes each call."""
    with TemporaryDirectory() as folder:
        log = Path(folder, "log")
        code, sentence = traced(
            nursery, log, "write_some", calls=(*BOUNDARIES, "pwrite64"), path=f"{folder}/index",
            seed=SEED, first=0, end=OPERATIONS, acks=f"{folder}/acks",
        )  # fmt: skip
        assert (code, sentence) == (0, "")
        return Counter(call.name for call in read_calls(log))


def places(nursery: Nursery, calls: Sequence[str], few: int | None) -> list[tuple[str, int]]:
    """Return call and number of each place, or a ``few`` of them, spread evenly."""
    every = [(call, n) for call in calls for n in range(1, counted(nursery)[call] + 1)]
    step = max(1, len(every) // few) if few else 1
    return every[step // 2 :: step]


def disturbed(
    folder: Path, nursery: Nursery, inject: str, call: str
) -> tuple[int, str | None, State]:
    """Run the operations with a fault; check what is left, go on, and check the end.

    Return exit code and sentence of the disturbed run, and what it left.
    """
    path, acks = str(folder / "index"), folder / "acks"
    arguments = {"path": path, "seed": SEED, "end": OPERATIONS, "acks": str(acks)}
    code, sentence = traced(
        nursery, folder / "log", "write_some", calls=(call,), inject=inject, first=0, **arguments
    )
    done = acks.read_bytes().count(b"\n") if acks.exists() else 0
    state: State = {}
    for number in range(done):
        state = states_of(state, operation(SEED, number))[-1]
    found: State = {}
    if (folder / "index" / "newest").exists():
        examined = nursery.value("examine", path=path)
        assert examined["findings"] == [], (inject, examined["findings"])
        found = examined["held"]
        possible = [state]
        if done < OPERATIONS:
            possible += states_of(state, operation(SEED, done))
        assert list(found.items()) in [list(one.items()) for one in possible], inject
    else:
        assert done == 0, inject
    # The same commands again finish what was interrupted.
    assert nursery.value("write_some", first=done, **arguments) == ""
    assert nursery.value("examine", path=path)["held"] == final(), inject
    return code, sentence, found


@cache
def final() -> State:
    """Return what the operations leave in the end."""
    state: State = {}
    for number in range(OPERATIONS):
        state = states_of(state, operation(SEED, number))[-1]
    return state


@pytest.mark.parametrize("few", [5, pytest.param(None, marks=pytest.mark.long)])
def test_r01_a_kill_at_every_boundary(tmp_path: Path, nursery: Nursery, few: int | None) -> None:
    """SIGKILL before the n-th sync, rename, removal or cut: nothing acknowledged is lost."""
    for call, number in places(nursery, BOUNDARIES, few):
        folder = tmp_path / f"{call}-{number}"
        folder.mkdir()
        inject = f"{call}:signal=SIGKILL:when={number}"
        assert disturbed(folder, nursery, inject, call)[0] == -signal.SIGKILL, inject


@pytest.mark.parametrize("few", [4, pytest.param(None, marks=pytest.mark.long)])
def test_r03_an_error_at_every_boundary(tmp_path: Path, nursery: Nursery, few: int | None) -> None:
    """EIO from the n-th sync, rename or cut: one sentence or a warning, and nothing is lost."""
    for call, number in places(nursery, ERRORS, few):
        folder = tmp_path / f"{call}-{number}"
        folder.mkdir()
        inject = f"{call}:error=EIO:when={number}"
        code, sentence, _ = disturbed(folder, nursery, inject, call)
        assert code == 0, inject
        assert sentence is not None
        assert "\n" not in sentence
        # Without a sentence the fault cost no more than a file that is derived.
        assert sentence == "" or str(folder / "index") in sentence, (inject, sentence)


@pytest.mark.parametrize("few", [3, pytest.param(40, marks=pytest.mark.long)])
def test_r03_a_disk_that_is_full_from_some_write_on(
    tmp_path: Path, nursery: Nursery, few: int
) -> None:
    """ENOSPC from the n-th write on: one sentence, and the same command finishes with room."""
    for call, number in places(nursery, ("pwrite64",), few):
        folder = tmp_path / f"{call}-{number}"
        folder.mkdir()
        inject = f"{call}:error=ENOSPC:when={number}+"
        code, sentence, _ = disturbed(folder, nursery, inject, call)
        assert code == 0, inject
        assert sentence is not None
        assert "is full: free some space" in sentence, (inject, sentence)
