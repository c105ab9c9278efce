"""Write the hostile files of the plan, groups A to G: 220 cases, none of them committed.

``python -m tests.hostile.make FOLDER [--long]`` writes each case into a folder of its own, beside
one good article that must be found whatever the case does.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

GOOD = "Warung Rahasia Dibuka\n\nWarung rahasia itu dibuka pada hari Senin, kata pemiliknya.\n"

Write = Callable[[Path], None]


@dataclass(frozen=True)
class Case:
    """A hostile file or folder.

    ``outcome``: "IX" at least one article of it is loaded; "RJ" none is, and one sentence says
    why; "NO" it is passed over; "any" one of the first two. ``says`` stands in a sentence then.
    ``between`` is done after the files were found and before they are opened.
    """

    name: str
    outcome: str
    write: Write
    says: str = ""
    long: bool = False
    between: Write | None = None


def all_cases() -> dict[str, Case]:
    """Return the cases by name, in the order of the plan."""
    from tests.hostile import active, data, encodings, names, pdfs, sizes, unicode

    modules = (encodings, unicode, sizes, active, data, pdfs, names)
    found = [case for module in modules for case in module.CASES]
    return {case.name: case for case in sorted(found, key=lambda case: case.name)}


def make(folder: Path, *, long: bool = False) -> dict[str, Case]:
    """Write every case below ``folder`` and return those that were written."""
    made = {name: case for name, case in all_cases().items() if long or not case.long}
    for name, case in made.items():
        make_one(folder / name, case)
    return made


def make_one(folder: Path, case: Case) -> None:
    """Write one case into a folder, and the good article beside it."""
    folder.mkdir(parents=True)
    (folder / "zz-good.txt").write_text(GOOD, encoding="utf-8")
    case.write(folder)


def holding(name: str, content: bytes | str | Callable[[], bytes | str]) -> Write:
    """Return what writes one file; content that is large is made only then."""

    def write(folder: Path) -> None:
        data = content() if callable(content) else content
        (folder / name).write_bytes(data.encode() if isinstance(data, str) else data)

    return write


def holding_all(files: dict[str, bytes]) -> Write:
    """Return what writes several files."""

    def write(folder: Path) -> None:
        for name, data in files.items():
            (folder / name).write_bytes(data)

    return write


if __name__ == "__main__":
    made = make(Path(sys.argv[1]), long="--long" in sys.argv)
    sys.stdout.write(f"{len(made)} cases in {sys.argv[1]}\n")
