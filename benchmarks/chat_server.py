"""The chat as its users meet it: a process of its own over all corpora, about 10,000 passages."""

from __future__ import annotations

import argparse
import itertools
import random
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil

from benchmarks.retrieval.sets import CORPORA
from index import ArticleIndex, load_embedder
from qa.evaluation import read_questions


@dataclass(frozen=True, slots=True)
class Server:
    """A chat that is being served: its address, and the process behind it."""

    address: str
    process: psutil.Process

    def megabytes(self) -> float:
        """Return the memory of the process and its children."""
        return round(sum(one.memory_info().rss for one in self._family()) / 1e6, 1)

    def processor_seconds(self) -> float:
        """Return the processor time that the process and its children have taken so far."""
        times = [one.cpu_times() for one in self._family()]
        return sum(one.user + one.system for one in times)

    def _family(self) -> list[psutil.Process]:
        return [self.process, *self.process.children(recursive=True)]


def chat_options(description: str | None) -> argparse.ArgumentParser:
    """Return a parser of what every benchmark of the chat is told: data, index and reader."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--index-folder", type=Path, help="where the index is kept for next time")
    parser.add_argument("--reader", default="extractive")
    return parser


def ready_index(folder: Path, data: Path) -> Path:
    """Return an index of the corpora below a folder, made unless it is there."""
    place = folder / "chat"
    if not place.exists():
        names = ("ntrex_news.id", *CORPORA)
        with ArticleIndex.open(place, create=True, model=load_embedder()) as index:
            index.add([data / "articles" / f"{name}.jsonl.gz" for name in names])
    return place


@contextmanager
def chat_of(options: argparse.Namespace) -> Iterator[Server]:
    """Serve the index that the options of :func:`chat_options` name, to be read only."""
    with TemporaryDirectory() as temporary:
        index = ready_index(options.index_folder or Path(temporary), options.data)
        with serving(index, "--reader", options.reader, "--readonly") as server:
            yield server


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
    """Yield the questions of NTREX and FacQA, most of which are answered, over and over."""
    names = ("ntrex_questions.jsonl", "facqa_news.id.jsonl.gz")
    asked = [row.question for name in names for row in read_questions(data / "dev" / name)]
    random.Random(0).shuffle(asked)
    return itertools.cycle(asked)
