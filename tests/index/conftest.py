"""What tests of `index` are given: embedders without a model, and an empty store."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from index.store import Store, open_store
from tests.index.stores import MANIFEST

pytest.register_assert_rewrite("tests.index.loaded")  # a failure there shows its values too


class HashEmbedder:
    """Adds a pseudo-random direction per word; texts that share words are near."""

    def __init__(self, name: str = "hash", dimension: int = 64) -> None:
        self.name, self.identity, self.dimension = name, f"{name}-{dimension}", dimension
        self.texts: list[str] = []

    def _direction(self, word: str) -> NDArray[np.float64]:
        seed = int.from_bytes(hashlib.sha256(word.encode()).digest()[:8], "big")
        return np.random.default_rng(seed).standard_normal(self.dimension)

    def embed(self, texts: Sequence[str], *, kind: str) -> NDArray[np.float32]:
        if kind == "passage":
            self.texts += texts
        rows = [
            sum(
                (self._direction(word) for word in re.findall(r"\w+", text.lower())),
                np.full(self.dimension, 1e-3),
            )
            for text in texts
        ]
        matrix = np.array(rows, dtype=np.float64).reshape(len(texts), self.dimension)
        return (matrix / np.linalg.norm(matrix, axis=1, keepdims=True)).astype(np.float32)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(text.split()) for text in texts]


@pytest.fixture
def embedder() -> HashEmbedder:
    return HashEmbedder()


@pytest.fixture
def other_embedder() -> HashEmbedder:
    return HashEmbedder("other")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Return an empty store that may be written."""
    return open_store(tmp_path / "index", create=MANIFEST)
