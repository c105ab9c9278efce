"""Vectors of the texts embedded last, so that one question runs no text through a model twice."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Key = tuple[str, str]
"""A kind of text, and the text."""


class VectorMemory:
    """The vectors of the ``size`` keys used last: 6 MB for 4,096 of 384 dimensions.

    It may be used from many threads. Two that miss a vector at once both compute it, which is
    harmless: a vector depends on its own text only.
    """

    def __init__(self, size: int = 4096) -> None:
        self._size = size
        self._kept: OrderedDict[Key, Floats] = OrderedDict()
        self._guard = threading.Lock()

    def rows(self, keys: Sequence[Key], compute: Callable[[list[Key]], Floats]) -> Floats:
        """Return rows (len(keys), d), the caller's own; ``compute`` gets the keys not known."""
        with self._guard:
            found = {key: self._kept[key] for key in keys if key in self._kept}
        missing = [key for key in dict.fromkeys(keys) if key not in found]
        if missing:
            # Copies, since a row would keep the whole array of its request alive.
            found |= zip(missing, map(np.copy, compute(missing)), strict=True)
        with self._guard:
            for key in keys:
                self._kept[key] = found[key]
                self._kept.move_to_end(key)
            while len(self._kept) > self._size:
                self._kept.popitem(last=False)
        return np.stack([found[key] for key in keys])
