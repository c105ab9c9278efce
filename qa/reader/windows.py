"""Questions and texts as windows of token ids: ``<s> question </s> </s> text </s>``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

BEGIN, END = 0, 2
LONGEST_QUESTION = 64
LONGEST_WINDOW = 320
STRIDE = 128  # tokens that two windows of one text share

Tokens = tuple[list[int], list[tuple[int, int]]]
"""Token ids of a text and, for each, its characters in the text."""


@dataclass(frozen=True, slots=True)
class Window:
    """Token ids; the text begins at ``first`` and ends before the last ``</s>``.

    ``offsets``: per token of the text its characters in the text.
    """

    ids: tuple[int, ...]
    first: int
    offsets: tuple[tuple[int, int], ...]


def question_ids(tokens: Sequence[int]) -> list[int]:
    """Return the tokens of a question with what stands around it: ``<s> question </s> </s>``."""
    return [BEGIN, *tokens[:LONGEST_QUESTION], END, END]


def cut_windows(head: Sequence[int], text: Tokens, longest: int = LONGEST_WINDOW) -> list[Window]:
    """Cut a text into overlapping windows that cover it; ``head`` is from :func:`question_ids`."""
    ids, offsets = text
    room = longest - len(head) - 1
    windows = []
    for begin in range(0, max(len(ids) - STRIDE, 1), room - STRIDE if len(ids) > room else room):
        part = slice(begin, begin + room)
        windows.append(Window((*head, *ids[part], END), len(head), tuple(offsets[part])))
        if begin + room >= len(ids):
            break
    return windows
