"""Follow-up questions: how many are answered like the question that says it all.

    python -m benchmarks.conversations

Two-turn conversations of our own over seeds/. A follow-up counts where it and its stand-alone form
have the same verdict and their first quotes the same sentence. ``develop``, ``report``, ``fresh``
and ``second`` were each asked unseen once, then looked at when rules were made. ``third``, written
last by somebody who did not know the rules, was not: no rule was ever changed for it.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import results
from index import ArticleIndex
from qa import Answer, Reader, answer, load_reader

ROOT = Path(__file__).parents[1]
PARTS = {"conversations": "", "conversations_fresh": "fresh",
         "conversations_second": "second", "conversations_third": "third"}  # fmt: skip


def place(one: Answer) -> tuple[bool, list[tuple[str, int]]]:
    """Return whether something was found, and the sentence its first quote is in."""
    return one.found, [(cited.article_id, cited.sentence_start) for cited in one.citations[:1]]


def alike(row: dict[str, str], index: ArticleIndex, reader: Reader) -> tuple[bool, str]:
    """Say whether a follow-up is answered like its stand-alone form, and how it was completed."""
    first = answer(row["first"], index=index, reader=reader)
    followed = answer(row["follow_up"], index=index, history=(first,), reader=reader)
    alone = answer(row["stand_alone"], index=index, reader=reader)
    return place(followed) == place(alone), followed.completed or row["follow_up"]


def main() -> None:
    """Ask all conversations and write the figures, with what failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reader", default="extractive")
    options = parser.parse_args()
    rows = [
        {"half": part, **json.loads(line)}
        for name, part in PARTS.items()
        for line in (ROOT / "tests" / f"{name}.jsonl").read_text("utf-8").splitlines()
    ]
    same, asked = Counter[str](), Counter[str]()
    different = []
    with (
        TemporaryDirectory() as folder,
        ArticleIndex.open(Path(folder) / "index", create=True) as index,
    ):
        index.add(ROOT / "seeds")
        reader = load_reader(options.reader, embedder=index.embedder)
        for row in rows:
            half = row["half"]
            good, completed = alike(row, index, reader)
            asked[half] += 1
            same[half] += good
            if not good:
                different.append({"id": row["id"], "understood": completed})
    figures = {half: f"{same[half]}/{count}" for half, count in asked.items()}
    known = {"reader": options.reader, "alike": figures, "different": different}
    results.write("conversations", known)


if __name__ == "__main__":
    main()
