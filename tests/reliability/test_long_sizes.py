"""The commands of docs/reliability.md run what they say: each selection takes long sizes only."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
_ROW = re.compile(r"^\| (R\d+)?[^|]*\|[^|]*\| `([\w./]+\.py)`[^|]*\| `-k (\w+)`", re.MULTILINE)


def collected(*files: str) -> list[str]:
    """Return the names of the long tests of these files."""
    command = [sys.executable, "-m", "pytest", *files, "--run-long", "-m", "long", "--collect-only"]
    options = ["-p", "no:cacheprovider", "-o", "addopts=--import-mode=importlib", "-q"]
    found = subprocess.run(
        [*command, *options], cwd=ROOT, capture_output=True, text=True, check=True, timeout=300
    )
    return [line for line in found.stdout.splitlines() if "::" in line]


def test_every_selection_of_the_table_takes_a_long_size() -> None:
    """Of its own file, by the number of its row; and every long size here is in the table."""
    rows = [
        (number, name if "/" in name else f"tests/reliability/{name}", selection)
        for number, name, selection in _ROW.findall((ROOT / "docs/reliability.md").read_text())
    ]
    names = collected(*sorted({name for _, name, _ in rows}))
    taken = set[str]()
    for number, name, selection in rows:
        of_row = {one for one in names if one.startswith(name) and selection.lower() in one.lower()}
        assert of_row, (number, name, selection)
        taken |= of_row
    assert sorted(taken) == sorted(names)
    assert len(rows) == 16
