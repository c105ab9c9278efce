"""R3: disks that are full, read-only or out of files: one sentence, and nothing committed is lost.

CI: a few sizes. Long: 40 sizes and 20 limits (``--run-long``). See ``test_r01_faults.py`` for
errors at single calls.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.reliability.library import State, operation, states_of
from tests.reliability.nursery import Nursery

SEED, OPERATIONS = 2360, 4


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    """Return a nursery."""
    with Nursery() as opened:
        yield opened


def after(number: int) -> State:
    """Return what the first operations leave."""
    state: State = {}
    for done in range(number):
        state = states_of(state, operation(SEED, done))[-1]
    return state


def possible(done: int) -> list[State]:
    """Return what may be stored when so many operations were acknowledged."""
    state = after(done)
    return [state, *(states_of(state, operation(SEED, done)) if done < OPERATIONS else [])]


def is_one_sentence(text: str) -> bool:
    """Say whether a message is one line that says what failed and what to do."""
    return "\n" not in text and ":" in text and len(text) < 400


@pytest.mark.parametrize("step", [160, pytest.param(16, marks=pytest.mark.long)])
def test_r03_a_full_disk(tmp_path: Path, nursery: Nursery, step: int) -> None:
    """Sizes from 32 KB up: a sentence while it is full, all of it once there is room."""
    full = 0
    for kilobytes in range(32, 32 + 40 * 16, step):
        folder = tmp_path / str(kilobytes)
        folder.mkdir()
        found = nursery.value(
            "on_a_small_disk", folder=str(folder), kilobytes=kilobytes, seed=SEED, end=OPERATIONS
        )
        if found is None:
            pytest.skip("needs leave to mount a tmpfs")
        full += bool(found["sentence"])
        if found["sentence"]:
            assert is_one_sentence(found["sentence"])
            assert "free some space" in found["sentence"] or "No space" in found["sentence"]
        assert found["held"] in possible(found["done"]), kilobytes
        assert found["findings"] == []
        # Readers are not disturbed; where SQLite cannot make the files they share, they say so.
        asked = found["while_full"]
        assert not asked or len(asked) == 10 or is_one_sentence(asked[0]), asked
        assert (found["again"], found["final"]) == ("", after(OPERATIONS)), kilobytes
    assert full


def test_r03_a_read_only_disk(tmp_path: Path, nursery: Nursery) -> None:
    """It can be asked and checked; writing and creating say in one sentence why not."""
    found = nursery.value("on_a_read_only_disk", folder=str(tmp_path), seed=SEED, end=OPERATIONS)
    if found is None:
        pytest.skip("needs leave to mount a tmpfs")
    assert found["sentence"] == ""
    assert found["after"] == found["before"]
    assert found["findings"] == []
    assert "cannot be written" in found["refused"]
    assert "Read-only" in found["fresh"]
    assert is_one_sentence(found["refused"])
    assert is_one_sentence(found["fresh"])


@pytest.mark.parametrize(
    ("task", "unit", "limits"),
    [
        ("with_small_files", "kilobytes", (24, 200)),
        ("with_few_files", "files", (8, 12)),
        pytest.param("with_small_files", "kilobytes", range(8, 328, 8), marks=pytest.mark.long),
        pytest.param("with_few_files", "files", range(4, 64, 3), marks=pytest.mark.long),
    ],
)
def test_r03_limits_of_the_system(
    tmp_path: Path, nursery: Nursery, task: str, unit: str, limits: list[int]
) -> None:
    """Files that may not grow, and too few of them: one sentence, and it goes on without."""
    stopped = 0
    for limit in limits:
        path, acks = tmp_path / f"index-{limit}", tmp_path / f"acks-{limit}"
        arguments = {"path": str(path), "seed": SEED, "end": OPERATIONS, "acks": str(acks)}
        sentence = nursery.value(task, **{unit: limit}, **arguments)
        stopped += bool(sentence)
        assert sentence == "" or is_one_sentence(sentence)
        done = acks.read_bytes().count(b"\n") if acks.exists() else 0
        if (path / "newest").exists():
            found = nursery.value("examine", path=str(path))
            assert found["findings"] == []
            assert found["held"] in possible(done), limit
        assert nursery.value("write_some", first=done, **arguments) == "", limit
        assert nursery.value("examine", path=str(path))["held"] == after(OPERATIONS), limit
    assert stopped
