"""Read texts with a trained network: the best span of all windows, and how sure it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from training.network import ReaderNetwork
from training.windows import Window, reading_windows

if TYPE_CHECKING:
    from torch import Tensor

_LONGEST_ANSWER = 48  # tokens
_BATCH = 16


@dataclass(frozen=True, slots=True)
class Reading:
    """The best span of a text; ``score`` above 0: likelier than that nothing answers."""

    start: int
    end: int
    score: float


def read_texts(network: ReaderNetwork, pairs: Sequence[tuple[str, str]]) -> list[Reading]:
    """Read (question, text) pairs; a long text is read in overlapping windows."""
    import torch

    windows = [
        (number, window) for number, pair in enumerate(pairs) for window in reading_windows(*pair)
    ]
    windows.sort(key=lambda item: len(item[1].ids))
    best: list[Reading | None] = [None] * len(pairs)
    with torch.inference_mode():
        for place in range(0, len(windows), _BATCH):
            part = windows[place : place + _BATCH]
            scores = network.scores([window for _, window in part])
            for (number, window), row in zip(part, scores, strict=True):
                reading = _best_span(window, row)
                known = best[number]
                if known is None or reading.score > known.score:
                    best[number] = reading
    return [reading or Reading(0, 0, float("-inf")) for reading in best]


def _best_span(window: Window, scores: Tensor) -> Reading:
    import torch

    count = len(window.offsets)
    if not count:
        return Reading(0, 0, float("-inf"))
    inside = scores[window.first : window.first + count]
    sums = inside[:, 0, None] + inside[None, :, 1]
    allowed = torch.ones_like(sums).triu().tril(_LONGEST_ANSWER - 1).bool()
    place = int(sums.masked_fill(~allowed, float("-inf")).argmax())
    first, last = divmod(place, count)
    score = float(sums[first, last] - scores[0].sum())
    return Reading(window.offsets[first][0], window.offsets[last][1], score)
