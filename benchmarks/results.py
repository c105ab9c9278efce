"""Write a benchmark's figures with the commit and the machine they were measured on."""

from __future__ import annotations

import json
import os
import platform
import subprocess
from datetime import date
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "results"


def commit() -> str:
    """Return the short hash of the measured commit; "+" where the tree has changes."""
    root = Path(__file__).parent
    head = subprocess.run(
        ["git", "rev-parse", "--short=12", "HEAD"],
        cwd=root, capture_output=True, text=True, check=False,
    )  # fmt: skip
    changed = subprocess.run(
        ["git", "status", "--porcelain", "--", "../index", "../qa", "../ui"],
        cwd=root, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return head.stdout.strip() + ("+" if changed.stdout.strip() else "")


def processor() -> str:
    """Return the processor's name and how many cores this process may use."""
    name = platform.processor() or platform.machine()
    path = Path("/proc/cpuinfo")
    if path.is_file():
        lines = [line for line in path.read_text().splitlines() if line.startswith("model name")]
        name = lines[0].partition(":")[2].strip() if lines else name
    return f"{name}, {len(os.sched_getaffinity(0))} cores"


def write(name: str, figures: dict[str, Any]) -> None:
    """Print the figures and keep them in ``results/<name>.json``."""
    content = {
        "commit": commit(),
        "date": date.today().isoformat(),
        "machine": processor(),
        "python": platform.python_version(),
        **figures,
    }
    FOLDER.mkdir(exist_ok=True)
    text = json.dumps(content, indent=2, ensure_ascii=False) + "\n"
    (FOLDER / f"{name}.json").write_text(text, encoding="utf-8")
    print(text)
