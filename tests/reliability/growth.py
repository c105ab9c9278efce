"""What a process uses while an index grows, or is used for long."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index import Article, ArticleIndex
from tests.reliability.library import TinyEmbedder, answers, article_of


class WideEmbedder(TinyEmbedder):
    """Vectors as long as those of the bundled model."""

    name = identity = "wide"
    dimension = 384

    def embed(self, texts: Any, *, kind: str) -> NDArray[np.float32]:
        """Repeat the short vectors."""
        narrow = TinyEmbedder()
        rows = np.tile(narrow.embed(texts, kind=kind), (1, 12))
        return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def memory(kind: str) -> int:
    """Return bytes of memory: VmRSS now, VmHWM at most so far."""
    for line in Path("/proc/self/status").read_text("ascii", "replace").splitlines():
        if line.startswith(f"{kind}:"):
            return int(line.split()[1]) * 1024
    raise ValueError(kind)


def unlike(number: int) -> str:
    """Return a short text that has next to nothing in common with those of other numbers.

    Texts of one template meet in the search for near-duplicates, whose time, not memory, grows with
    the square of their number.
    """
    chance = random.Random(number)
    syllables = ("ba", "di", "ku", "le", "mo", "na", "pi", "ra", "su", "te", "wo", "ya")
    words = ["".join(chance.choices(syllables, k=4)) for _ in range(48)]
    return "\n".join(" ".join(words[place : place + 16]) + "." for place in (0, 16, 32))


def index_many(path: str, count: int) -> dict[str, int]:
    """Index short articles; return passages and the peak of memory while doing it."""

    def articles() -> Iterator[Article]:
        for number in range(count):
            yield Article(f"a{number}", "", unlike(number), language="id")

    Path("/proc/self/clear_refs").write_text("5", "ascii")  # the peak counts from here
    before = memory("VmRSS")
    with ArticleIndex.open(path, create=True, model=WideEmbedder()) as index:
        index.add(articles())
        index.search("kota pasar")
        passages = index.stats().passages
    return {"passages": passages, "before": before, "peak": memory("VmHWM")}


def live_long(path: str, rounds: int) -> list[dict[str, int]]:
    """Add, replace, remove and ask for long; return what is used after each tenth of it."""
    folder, used = Path(path), []
    with (
        ArticleIndex.open(path, create=True, model=TinyEmbedder()) as index,
        ArticleIndex.open(path, model=TinyEmbedder(), readonly=True) as reader,
    ):
        for number in range(rounds):
            index.add([article_of(f"a{n}", number) for n in range(12)])
            index.remove([f"a{n}" for n in range(number % 12)], erase=number % 5 == 0)
            assert answers(reader) == answers(index)
            if (number + 1) % max(1, rounds // 10) == 0:
                log = folder / "store.db-wal"
                used.append({
                    "memory": memory("VmRSS"),
                    "files": len(os.listdir("/proc/self/fd")),
                    "log": log.stat().st_size if log.exists() else 0,
                    "ann": len(list((folder / "ann").iterdir())),
                    "tmp": len(list((folder / "tmp").iterdir())),
                    "database": (folder / "store.db").stat().st_size,
                })  # fmt: skip
    return used
