"""Lines of a text, and which of them a fixed width has broken inside a paragraph.

A newline ends a sentence, unless the text was wrapped: then every line but the last of a
paragraph is full, that is, the next line's first word would not have fitted any more.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

_LINE = re.compile(r"[^\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029]+")
_NARROWEST, _WIDEST = 45, 100  # characters of a full line
_OVERHANG = 10  # a full line may be this much wider than the second widest
_LIST_ITEM = re.compile(r"[-*+•▪◦–>#|=]|\d{1,3}[.)]\s|[A-Za-z][.)]\s|```|<")
# What Markdown and plain text put before a heading, a quotation or a list's item. A number stays:
# "1. FC" is a name, and "- 5" or "> 5" may be meant as they stand.
_MARKS = re.compile(r"(?:(?:#{1,6}|[*•▪◦]|[-+>](?=\s+[^\s\d]))\s+)+")
_ENDS = tuple('.!?:;…"”’»)]')


@dataclass(frozen=True, slots=True)
class Line:
    """A line that is not blank: ``start`` and ``end`` without its outer white space.

    ``text`` is where its text begins, after a heading's "#", a quotation's ">" or a bullet.
    ``width`` counts from the line's first character; ``follows`` says that no blank line
    stands before it.
    """

    start: int
    end: int
    text: int
    width: int
    first_word: int
    follows: bool
    item: bool
    ends: bool
    lower: bool


def find_lines(text: str) -> list[Line]:
    """Return the lines of ``text`` that are not blank, in order."""
    lines: list[Line] = []
    previous = 0
    for match in _LINE.finditer(text):
        content = match.group()
        stripped = content.strip()
        if not stripped:
            continue
        start = match.start() + content.index(stripped[0])
        end = start + len(stripped)
        marks = _MARKS.match(stripped)
        gap = text[previous:start]
        line = Line(
            start,
            end,
            text=start + (marks.end() if marks else 0),
            width=end - match.start(),
            first_word=len(stripped[:_WIDEST].split(None, 1)[0]),
            follows=bool(lines) and gap.count("\n") <= 1 and gap.count("\r") <= 1,
            item=_LIST_ITEM.match(stripped) is not None,
            ends=stripped.endswith(_ENDS),
            lower=stripped[0].islower(),
        )
        lines.append(line)
        previous = end
    return lines


def join_wrapped_lines(lines: Sequence[Line], apart: Sequence[bool]) -> Iterator[tuple[int, int]]:
    """Yield the first and last line number of each unit in which sentences are sought.

    That is a line, or all lines of a hard-wrapped paragraph. Lines marked in ``apart`` stay
    on their own.
    """
    continues = _continued(lines, apart)
    first = 0
    for number in range(len(lines)):
        if not continues[number]:
            yield first, number
            first = number + 1


def _continued(lines: Sequence[Line], apart: Sequence[bool]) -> list[bool]:
    """Say for each line whether the next one continues its paragraph."""
    joinable = [
        after.follows
        and not (after.item or apart[number] or apart[number + 1])
        and _NARROWEST <= line.width <= _WIDEST
        for number, (line, after) in enumerate(pairwise(lines))
    ]
    continued = [False] * len(lines)
    widest = 0
    for first, end in _runs(joinable):
        # The second largest width, since a heading right above may be wider than the paragraph.
        width = sorted(line.width for line in lines[first:end])[-2]
        full = [_is_full(lines, number, width) for number in range(first, end)]
        for begin, stop in _runs(full):
            if _is_running_text(lines[first + begin : first + stop + 1]):
                continued[first + begin : first + stop] = [True] * (stop - begin)
                widest = max(widest, width)
    if widest:
        _join_pairs(lines, joinable, continued, widest)
    return continued


def _runs(flags: Sequence[bool]) -> Iterator[tuple[int, int]]:
    """Yield (first, end) of every run of at least two true flags."""
    first = 0
    for number, flag in enumerate([*flags, False]):
        if not flag:
            if number - first >= 2:
                yield first, number
            first = number + 1


def _is_running_text(lines: Sequence[Line]) -> bool:
    """Say whether half of the lines do not end like sentences, and one goes on in lower case."""
    ends = sum(line.ends for line in lines[:-1])
    return 2 * ends <= len(lines) - 1 and any(line.lower for line in lines[1:])


def _is_full(lines: Sequence[Line], number: int, width: int) -> bool:
    """Say whether the first word of the next line would not have fitted any more."""
    length = lines[number].width
    return length + 1 + lines[number + 1].first_word > width and length <= width + _OVERHANG


def _join_pairs(
    lines: Sequence[Line], joinable: Sequence[bool], continued: list[bool], width: int
) -> None:
    """Join what is left of a wrapped text: paragraphs of two lines."""
    for number, flag in enumerate(joinable):
        line, after = lines[number], lines[number + 1]
        if flag and not line.ends and after.lower and _is_full(lines, number, width):
            continued[number] = True
