"""R11 and R20: what a process uses does not grow with time, nor with the articles it indexes.

CI: 40 rounds; 250 and 1,000 articles. Long: 2,000 rounds; up to 100,000 articles (``--run-long``).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.reliability.nursery import Nursery

HOUR = 3600.0
VECTOR = 2 * 384  # bytes of a stored vector


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    """Return a nursery."""
    with Nursery() as opened:
        yield opened


@pytest.mark.parametrize("rounds", [40, pytest.param(2000, marks=pytest.mark.long)])
def test_r11_long_use_leaves_nothing_behind(tmp_path: Path, nursery: Nursery, rounds: int) -> None:
    """A writer and a reader in one process, round after round: memory, files and log stay."""
    used = nursery.value("live_long", limit=HOUR, path=str(tmp_path / "index"), rounds=rounds)
    print(f"\n{used[0]}\n{used[-1]}")  # noqa: T201
    warm, end = used[len(used) // 3], used[-1]
    assert end["memory"] <= 1.05 * warm["memory"] + (4 << 20)
    assert abs(end["files"] - warm["files"]) <= 5
    for each in used:
        assert each["log"] <= 64 << 20
        assert (each["ann"], each["tmp"]) in ((1, 0), (0, 0))
    assert end["database"] <= 2 * warm["database"]


@pytest.mark.parametrize(
    "sizes", [(250, 1000), pytest.param((2_000, 20_000, 100_000), marks=pytest.mark.long)]
)
def test_r20_memory_does_not_grow_with_the_articles(
    tmp_path: Path, nursery: Nursery, sizes: tuple[int, ...]
) -> None:
    """Indexing holds a batch; only the vectors grow: at most four times their bytes at the peak.

    They are held as read, as FAISS's codes, and once more while its file is loaded.
    """
    found = [
        nursery.value("index_many", limit=HOUR, path=str(tmp_path / str(size)), count=size)
        for size in sizes
    ]
    print(f"\n{found}")  # noqa: T201
    grown = found[-1]["peak"] - found[0]["peak"]
    assert grown <= 4 * VECTOR * found[-1]["passages"] + (24 << 20)
    assert found[-1]["peak"] < 1_000_000_000
