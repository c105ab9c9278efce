"""R4: files that are flipped, cut, zeroed, swapped or gone: never a wrong quote, never a crash.

CI: 6 places of each file. Long: 600 (``--run-long``). Each is tried in a process of its own.
"""

from __future__ import annotations

import json
import os
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.reliability.damaging import copied, mutations
from tests.reliability.nursery import Nursery

LONG = 120.0  # seconds: what does not end within them hangs
FILES = ("store.db", "store.db-wal", "store.db-shm", "ann", "newest")


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    """Return a nursery."""
    with Nursery() as opened:
        yield opened


@pytest.fixture(scope="module")
def hot(tmp_path_factory: pytest.TempPathFactory, nursery: Nursery) -> Path:
    """Return an index as a kill leaves it, with its last commits in the log."""
    path = tmp_path_factory.mktemp("hot") / "index"
    nursery.ask("make", path=str(path))
    assert (path / "store.db-wal").stat().st_size > 20_000
    note_expected(path, nursery)
    return path


@pytest.fixture(scope="module")
def cold(tmp_path_factory: pytest.TempPathFactory, hot: Path, nursery: Nursery) -> Path:
    """Return the same index after its writer ended as it should."""
    path = copied(hot, tmp_path_factory.mktemp("cold") / "copy")
    assert nursery.value("examine", path=str(path))["findings"] == []
    (path.parent / "expected.json").unlink()
    note_expected(path, nursery)
    return path


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory, nursery: Nursery) -> Path:
    """Return an index of other articles, also with its last commits in the log."""
    path = tmp_path_factory.mktemp("other") / "index"
    nursery.ask("make", path=str(path), version=7)
    return path


def note_expected(path: Path, nursery: Nursery) -> None:
    """Write down what the questions find, asking a copy: opening an index takes up its log."""
    copy = copied(path, path.parent.with_name(f"{path.parent.name}-asked"))
    asked = nursery.value("ask", path=str(copy))
    assert sum(map(len, asked)) == 100
    (path.parent / "expected.json").write_text(json.dumps(asked), "utf-8")


def file_of(path: Path, name: str) -> Path:
    """Return a file of an index by its short name."""
    return next((path / "ann").iterdir()) if name == "ann" else path / name


def judged(answer: dict[str, Any], expected: Any) -> tuple[str, str]:
    """Return how damage ended, and how its repair did; AssertionError where that is not allowed."""
    assert answer["status"] == 0, "a crash"
    found = answer["value"]
    assert not str(found["before"]).startswith("WRONG"), found["before"]
    if found["before"] == expected and not found["findings"] and not found["warnings"]:
        return "harmless", "nothing to repair"
    said = isinstance(found["before"], str) or found["findings"] or found["warnings"]
    assert said, "another answer, and a check that finds nothing"
    for _, problem, _ in found["findings"]:
        assert "\n" not in problem
        assert "Traceback" not in problem
    assert not str(found["after"]).startswith("WRONG"), found["after"]
    if found["after"] == expected:
        return "detected", "restored"
    told = found["repair"] + found["left"]
    assert isinstance(found["after"], str) or any(not repaired for *_, repaired in told), (
        "called repaired, and answers otherwise"
    )
    return "detected", "reported"


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("number", [6, pytest.param(600, marks=pytest.mark.long)])
def test_r04_damaged_bytes(
    tmp_path: Path, nursery: Nursery, hot: Path, cold: Path, name: str, number: int
) -> None:
    """Bits, cuts and pages: the same answers, or a sentence, or a check that finds it.

    What a repair calls repaired answers as before, to the last score.
    """
    source = hot if name.startswith("store.db-") else cold
    expected = json.loads((source.parent / "expected.json").read_text("utf-8"))
    size = file_of(source, name).stat().st_size
    outcomes: Counter[tuple[str, str, str]] = Counter()
    wrong, kept = [], []
    for mutation in mutations(size, number, name):
        path = copied(source, tmp_path / "copy")
        mutation.apply(file_of(path, name))
        answer = nursery.ask("probe", path=str(path), limit=LONG)
        try:
            outcome = judged(answer, expected)
            outcomes[mutation.kind, *outcome] += 1
            if outcome[1] == "reported":
                kept.append(answer["value"]["whole"])
        except AssertionError as error:
            wrong.append(f"{mutation}: {error}\n{answer['value']}")
    share = f"{sum(kept) / len(kept):.1f} articles" if kept else "-"
    print(f"\n{name}, {size} bytes: {dict(sorted(outcomes.items()))}; kept {share}")  # noqa: T201
    assert wrong == []
    assert outcomes.total() == number


def exchange(path: Path, other: Path, what: str) -> None:
    """Put something else in the place of a file."""
    name, _, by = what.partition(" by ")
    file = file_of(path, name)
    if by == "another's":
        shutil.copyfile(file_of(other, name), file)
        return
    file.unlink()
    if by == "folder":
        file.mkdir()
    elif by == "pipe":
        os.mkfifo(file)
    elif by == "link":
        file.symlink_to("nowhere")


@pytest.mark.parametrize(
    "what",
    [
        *(f"{name} by nothing" for name in (*FILES, "writer.lock")),
        *(f"{name} by another's" for name in FILES),
        *(f"{name} by folder" for name in ("store.db", "ann", "newest", "writer.lock")),
        *(f"{name} by pipe" for name in ("store.db", "ann", "writer.lock")),
        *(f"{name} by link" for name in ("store.db", "ann", "newest")),
    ],
)
def test_r04_exchanged_files(
    tmp_path: Path, nursery: Nursery, hot: Path, other: Path, what: str
) -> None:
    """A file that is gone, of another index, or no file at all."""
    expected = json.loads((hot.parent / "expected.json").read_text("utf-8"))
    path = copied(hot, tmp_path / "copy")
    texts = [json.loads((one.parent / "texts.json").read_text("utf-8")) for one in (hot, other)]
    (path.parent / "texts.json").write_text(json.dumps(texts[0] | texts[1]), "utf-8")
    exchange(path, other, what)
    judged(nursery.ask("probe", path=str(path), limit=LONG), expected)
