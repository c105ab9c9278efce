"""Run `kutip index` again over thousands of articles of which none, or one, has changed.

    python -m benchmarks.unchanged_run [--articles 10000] [--repeat 3]

Once as a folder of text files, once as rows of one .jsonl file, with the bundled model. Each run is
the command in a process of its own, from its start to its exit; the median of ``--repeat`` counts.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks import results

GOAL_SECONDS = 5.0


def text(number: int, version: int = 0) -> str:
    """Return a very short article."""
    return f"Report {number}, version {version}."


def write_files(folder: Path, count: int) -> None:
    """Write each article as a file, a hundred to a folder."""
    for number in range(count):
        path = folder / f"{number // 100:03}" / f"{number:05}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text(number), "utf-8")


def write_rows(path: Path, count: int, version: int = 0) -> None:
    """Write all articles as rows of one file; the last one in a version."""
    rows = [
        {"id": f"r{n}", "text": text(n, version if n == count - 1 else 0)} for n in range(count)
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")


def index(articles: Path, folder: Path) -> dict[str, Any]:
    """Run the command and return its report with the seconds it took."""
    began = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", "from ui.cli import main; main()", "index", str(articles),
         "--index", str(folder), "--json"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    spent = time.perf_counter() - began
    return {"command_seconds": spent, **json.loads(done.stdout)}


def measure(
    articles: Path, folder: Path, change: Callable[[int], object], repeat: int
) -> dict[str, Any]:
    """Index for the first time, then with nothing and with one article changed."""
    first = index(articles, folder)
    unchanged = [index(articles, folder) for _ in range(repeat)]
    one = []
    for version in range(1, repeat + 1):
        change(version)
        one.append(index(articles, folder))
    assert all(run["embedded"] == 0 for run in unchanged)
    assert all((run["updated"], run["embedded"]) == (1, 1) for run in one)
    return {
        "articles": first["added"],
        "first_run_seconds": round(first["command_seconds"], 2),
        "unchanged_seconds": median(unchanged),
        "one_changed_seconds": median(one),
    }


def median(runs: list[dict[str, Any]]) -> float:
    """Return the median of the seconds of the command."""
    return round(statistics.median(run["command_seconds"] for run in runs), 2)


def main() -> None:
    """Measure both shapes and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=10_000)
    parser.add_argument("--repeat", type=int, default=3)
    options = parser.parse_args()
    count = options.articles
    with TemporaryDirectory() as temporary:
        folder, rows = Path(temporary, "articles"), Path(temporary, "rows.jsonl")
        write_files(folder, count)
        write_rows(rows, count)
        last = folder / f"{(count - 1) // 100:03}" / f"{count - 1:05}.txt"
        figures = {
            "files": measure(
                folder, Path(temporary, "one"),
                lambda version: last.write_text(text(count - 1, version), "utf-8"),
                options.repeat,
            ),
            "rows": measure(
                rows, Path(temporary, "two"),
                lambda version: write_rows(rows, count, version), options.repeat,
            ),
        }  # fmt: skip
    slowest = max(value for each in figures.values() for key, value in each.items()
                  if key in ("unchanged_seconds", "one_changed_seconds"))  # fmt: skip
    results.write("unchanged_run", {**figures, "goal_met": slowest <= GOAL_SECONDS})


if __name__ == "__main__":
    main()
