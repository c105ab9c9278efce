"""What takes minutes, done once: vectors by text, and an index of each collection."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from index import Article, ArticleIndex, Embedder
from index.analysis import ANALYSIS_VERSION
from index.preparing import CHUNKING

Floats = NDArray[np.float32]


class RememberedEmbedder:
    """An embedder whose vectors are kept in a file, by the hash of their text."""

    def __init__(self, embedder: Embedder, folder: Path) -> None:
        self.name = str(getattr(embedder, "name", type(embedder).__name__))
        self.identity, self.dimension = embedder.identity, embedder.dimension
        self._embedder = embedder
        self._file = folder / f"vectors-{embedder.identity[:16]}.npz"
        self._rows: dict[bytes, Floats] = {}
        self._saved = 0
        if self._file.is_file():
            with np.load(self._file) as stored:
                keys = (key.tobytes() for key in stored["keys"])
                self._rows = dict(zip(keys, stored["rows"], strict=True))
            self._saved = len(self._rows)

    def embed(self, texts: Sequence[str], *, kind: Literal["query", "passage"]) -> Floats:
        """Return unit rows, embedding only what was not embedded before."""
        keys = [hashlib.sha256(f"{kind}\n{text}".encode()).digest() for text in texts]
        missing = {
            key: text for key, text in zip(keys, texts, strict=True) if key not in self._rows
        }
        if missing:
            rows = self._embedder.embed(list(missing.values()), kind=kind)
            self._rows.update(zip(missing, rows, strict=True))
        empty: Floats = np.empty((0, self.dimension), np.float32)
        return np.stack([self._rows[key] for key in keys]) if keys else empty

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return the number of tokens of each text."""
        return self._embedder.count_tokens(texts)

    def save(self) -> None:
        """Write the file, where there is something new."""
        if len(self._rows) == self._saved:
            return
        keys = np.frombuffer(b"".join(self._rows), np.uint8).reshape(-1, 32)
        unfinished = self._file.with_name("unfinished.npz")
        np.savez(unfinished, keys=keys, rows=np.stack(list(self._rows.values())))
        unfinished.replace(self._file)
        self._saved = len(self._rows)


def open_collection(
    name: str,
    articles: Callable[[], Iterator[Article]],
    embedder: RememberedEmbedder,
    folder: Path,
) -> ArticleIndex:
    """Return the index of a collection, made where there is none of these very articles."""
    total = hashlib.sha256(f"{CHUNKING}\n{ANALYSIS_VERSION}\n{embedder.identity}".encode())
    for article in articles():
        total.update(f"{article.id}\n{article.digest}".encode())
    place = folder / f"{name}-{total.hexdigest()[:16]}"
    if not (place / "whole").is_file():
        with ArticleIndex.open(place, create=True, model=embedder) as index:
            index.add(articles())
        (place / "whole").touch()
        embedder.save()
    return ArticleIndex.open(place, readonly=True, model=embedder)
