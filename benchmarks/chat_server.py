"""The chat as its users meet it: a process of its own over an index of a wanted size."""

from __future__ import annotations

import itertools
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from benchmarks.answer_latency import build
from index import load_embedder
from qa.evaluation import read_questions


@dataclass(frozen=True, slots=True)
class Server:
    """A chat that is being served: its address, and the process behind it."""

    address: str
    process: psutil.Process

    def megabytes(self) -> float:
        """Return the memory of the process and its children."""
        family = [self.process, *self.process.children(recursive=True)]
        return round(sum(one.memory_info().rss for one in family) / 1e6, 1)


def ready_index(folder: Path, passages: int, data: Path) -> Path:
    """Return an index of about so many passages below a folder, made unless it is there."""
    place = folder / f"chat-{passages}"
    if not place.exists():
        build(place, passages, data, load_embedder()).close()
    return place


@contextmanager
def serving(index: Path, *flags: str) -> Iterator[Server]:
    """Serve an index on a free port until the block ends."""
    program = "import sys; from ui.cli import main; sys.exit(main())"
    command = [sys.executable, "-c", program, "chat", "--index", str(index), "--port", "0", *flags]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield Server(_address(process), psutil.Process(process.pid))
        finally:
            process.terminate()
            process.communicate()


def _address(process: subprocess.Popen[str]) -> str:
    lines = []
    for line in process.stderr or ():
        lines.append(line)
        if found := re.search(r"http://[\w.]+:\d+", line):
            return found[0]
    raise SystemExit("The chat did not start: " + "".join(lines))


def questions(data: Path) -> Iterator[str]:
    """Yield the NTREX questions, over and over."""
    rows = read_questions(data / "dev" / "ntrex_questions.jsonl")
    return itertools.cycle([row.question for row in rows])
