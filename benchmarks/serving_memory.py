"""Memory of a process that answers questions over all corpora, about 10,000 passages.

    python -m benchmarks.serving_memory --data ../shared/data --index-folder DIR

Megabytes of resident memory of a fresh process: after the index is open, after the first answer,
and after many. The index and the compiled models are made before, in other processes.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil

from benchmarks import results
from benchmarks.chat_server import questions, ready_index
from index import ArticleIndex
from qa import answer

QUESTIONS = 100


def megabytes() -> float:
    """Return the resident memory of this process."""
    return round(psutil.Process().memory_info().rss / 1e6, 1)


def serve(path: Path, data: Path) -> None:
    """Answer questions in this process and print what it holds."""
    wanted = list(islice(questions(data), QUESTIONS))
    with ArticleIndex.open(path, readonly=True) as index:
        index.search(wanted[0])
        figures = {"passages": index.stats().passages, "searching": megabytes()}
        answer(wanted[0], index=index)
        figures["first answer"] = megabytes()
        for question in wanted[1:]:
            answer(question, index=index)
        figures[f"{QUESTIONS} answers"] = megabytes()
    print(json.dumps(figures))


def main() -> None:
    """Make or reuse the index, and answer in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--index-folder", type=Path, help="where the index is kept for next time")
    parser.add_argument("--serve", type=Path, help="answer over this index, in this process")
    options = parser.parse_args()
    if options.serve:
        serve(options.serve, options.data)
        return
    with TemporaryDirectory() as temporary:
        index = ready_index(options.index_folder or Path(temporary), options.data)
        command = [sys.executable, "-m", "benchmarks.serving_memory",
                   "--data", str(options.data), "--serve", str(index)]  # fmt: skip
        subprocess.run(command, capture_output=True, check=True)  # compiles, where that is to do
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    results.write("serving_memory", {"megabytes": json.loads(done.stdout)})


if __name__ == "__main__":
    main()
