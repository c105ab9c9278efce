"""What the reliability tests share: a cheap model, articles by number, and what must be stored.

An operation follows from its number, and a state from the operations before it, so that what an
index must hold is known without asking the index.
"""

from __future__ import annotations

import random
import re
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index import Article, ArticleIndex, Hit

ROOT = Path(__file__).parents[2]
QUESTIONS = ("kota pagi", "laporan a1 versi", "jembatan", "pasar ikan", "versi", "sungai meluap",
             "a7 a8 a9", "sekolah baru di kota", "harga beras naik", "kata31")  # fmt: skip
_WORDS = (
    "kota pagi pasar ikan sungai meluap jembatan sekolah baru harga beras naik warga desa hujan "
    "deras panen jalan rusak rumah listrik menteri rapat kapal nelayan laut gunung api abu ternak"
).split()


@cache
def _direction(word: str) -> NDArray[np.float32]:
    bits = np.frombuffer(blake2b(word.encode(), digest_size=32).digest(), np.uint8)
    return bits.astype(np.float32) - 127.5


class TinyEmbedder:
    """Adds a direction per word: texts that share words are near, and nothing is computed."""

    name = identity = "tiny"
    dimension = 32

    def __init__(self) -> None:
        self.embedded = 0

    def embed(self, texts: Sequence[str], *, kind: str) -> NDArray[np.float32]:
        """Return unit rows; count the passages among them."""
        self.embedded += len(texts) if kind == "passage" else 0
        rows = np.full((len(texts), self.dimension), 1e-3, np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in re.findall(r"\w+", text.lower()):
                row += _direction(word)
        unit: NDArray[np.float32] = rows / np.linalg.norm(rows, axis=1, keepdims=True)
        return unit

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return the number of words."""
        return [len(text.split()) for text in texts]


def text_of(name: str, version: int, sentences: int = 9) -> str:
    """Return the text of a version: each sentence names both, and no two are equal."""
    chance = random.Random(f"{name} {version}")
    lines = [f"Laporan {name} versi {version}"]
    for number in range(sentences):
        words = " ".join(chance.choices(_WORDS, k=16))
        lines.append(f"Kalimat {number} dari {name} versi {version} menyebut {words}.")
    return "\n".join(lines)


def article_of(name: str, version: int) -> Article:
    """Return a version of an article given as a value."""
    text = text_of(name, version)
    return Article(name, text.partition("\n")[0], text, source="nilai", language="id")


State = dict[str, str]  # article id -> text, in the order of their numbers


@dataclass(frozen=True)
class Operation:
    """What is done as the n-th thing: ``names`` are added, removed, or the files of a folder."""

    kind: str
    names: tuple[str, ...]
    version: int


def operation(seed: int, number: int) -> Operation:
    """Return the n-th operation of a run."""
    chance = random.Random(f"{seed} {number}")
    kind = chance.choice(("put", "put", "put", "folder", "folder", "remove", "erase", "repair"))
    pool, most = (8, 6) if kind == "folder" else (24, 5)
    names = chance.sample([f"{kind[0] if kind == 'folder' else 'a'}{n}" for n in range(pool)],
                          chance.randint(1, most))  # fmt: skip
    return Operation(kind, tuple(sorted(names)), number)


def perform(index: ArticleIndex, done: Operation, folder: Path) -> None:
    """Do it; ``folder`` is where files are written."""
    if done.kind == "put":
        index.add([article_of(name, done.version) for name in done.names])
    elif done.kind == "folder":
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for name in done.names:
            (folder / f"{name}.txt").write_text(text_of(name, done.version), "utf-8")
        report = index.add(folder, prune=True)
        assert report.failed == (), report.failed
    elif done.kind == "repair":
        assert index.check(repair=True) == []
    else:
        index.remove(done.names, erase=done.kind == "erase")


def states_of(state: State, done: Operation) -> list[State]:
    """Return what the commits of an operation make of a state, one after the other."""
    if done.kind == "put":
        new = {name: text_of(name, done.version) for name in done.names}
        return [_replaced(state, new)]
    if done.kind == "folder":
        files = {f"{name}.txt": text_of(name, done.version) for name in done.names}
        first = _replaced(state, files)
        gone = [id_ for id_ in state if id_.endswith(".txt") and id_ not in files]
        return [first, without(first, gone)]
    return [state] if done.kind == "repair" else [without(state, done.names)]


def _replaced(state: State, new: State) -> State:
    return {**without(state, new), **new}


def without(state: State, names: Iterable[str]) -> State:
    """Return a state without some articles."""
    left_out = set(names)
    return {id_: text for id_, text in state.items() if id_ not in left_out}


def shown(hits: Iterable[Hit]) -> list[tuple[object, ...]]:
    """Return what a user sees of hits, without ids that only one store has."""
    return [
        (h.article.id, h.article.digest, h.passage.start, h.passage.end, h.passage.text,
         h.score, h.dense_rank, h.lexical_rank)
        for h in hits
    ]  # fmt: skip


def answers(index: ArticleIndex) -> list[list[tuple[object, ...]]]:
    """Return what the ten questions find."""
    return [shown(index.search(question)) for question in QUESTIONS]
