"""Make running text of the lines of PDF pages: paragraphs joined, running heads left out.

A PDF knows glyphs on paper. Which lines belong together follows from where they stand: a line is
continued by the next when the next one's first word would not have fitted any more.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

_EDGE = 0.12  # of a page's height: where running heads and page numbers stand
_REPEATED = 3  # pages on which a line at the edge stands before it is a running head
_REPEATED_SHARE = 0.3  # of the pages: left and right pages may have different ones
_RAGGED = 0.15  # of a block's width: lines that end this near to its edge reach it
_LONG = 50  # characters of a line that was broken for its length, even where no other is
_PAGE_NUMBER = re.compile(
    r"(?i)[-–—|\[(\s]*(?:page|halaman|hal\.?|p\.)?\s*\d{1,4}(?:\s*(?:/|of|dari)\s*\d{1,4})?[-–—|\])\s.]*"
)
_ITEM = re.compile(r"(?:[-*•▪◦–·‣●○■]|\(?\d{1,3}[.)]|\(?[A-Za-z][.)])\s")
_ENDS = tuple('.!?:;…"”’»)]')


@dataclass(frozen=True, slots=True)
class PageLine:
    """A line of a page; places are in points, ``top`` from the page's top, 0 where unknown.

    ``is_cut`` says that a word goes on in the next line, without the hyphen it had.
    """

    text: str
    left: float = 0.0
    right: float = 0.0
    first_word: float = 0.0
    top: float = 0.0
    height: float = 0.0
    is_cut: bool = False


def join_pages(pages: Sequence[Sequence[PageLine]]) -> tuple[str, list[int]]:
    """Return the text of all pages, a line for each paragraph, and where each page begins in it."""
    heads = _running_heads(pages)
    parts: list[str] = []
    starts: list[int] = []
    length = 0
    previous: PageLine | None = None
    for page in pages:
        # The running head of the later pages is the title of the first.
        known = heads if starts else set()
        starts.append(length)
        lines = [line for line in page if not _is_head(line, page, known)]
        edges = _right_edges(lines)
        for number, line in enumerate(lines):
            if previous is None:
                glue = ""
            elif number == 0:
                glue = _glue_over_pages(previous, line)
            else:
                glue = _glue(lines[number - 1], line, edges[number - 1])
            parts += [glue, line.text]
            if number == 0:
                starts[-1] = length + len(glue)
            length += len(glue) + len(line.text)
            previous = line
    return "".join(parts), starts


def _glue(line: PageLine, after: PageLine, edge: float) -> str:
    """Return what stands between two lines of a page: nothing, a space or the end of the line."""
    if line.is_cut:
        return _hyphen(line.text, after.text)
    if not line.height or not after.height:
        return "\n"
    space = 0.25 * line.height
    is_new = (
        abs(line.height - after.height) > 0.2 * line.height  # another size of letters
        or not 0.5 * line.height < after.top - line.top < 1.9 * line.height  # a gap, or a column
        or (after.left > line.left + 0.8 * line.height and not _ITEM.match(line.text))
        or _ITEM.match(after.text) is not None
        or line.right + space + after.first_word < edge - space  # it would have fitted
    )
    return "\n" if is_new else " "


def _glue_over_pages(line: PageLine, after: PageLine) -> str:
    """Return what stands between two pages; a sentence goes on when it begins in lower case."""
    if line.is_cut:
        return _hyphen(line.text, after.text)
    goes_on = not line.text.endswith(_ENDS) and after.text[:1].islower()
    return " " if goes_on else "\n"


def _hyphen(before: str, after: str) -> str:
    """Return the hyphen that a word broken in two really has: "orang-orang", "Franco-German"."""
    word = before.rsplit(None, 1)[-1].strip("(“\"'").casefold()
    is_doubled = after.casefold().startswith(word)
    is_compound = after[:1].isupper() or after[:1].isdigit() or before[-1:].isdigit()
    return "-" if is_doubled or is_compound else ""


def _right_edges(lines: Sequence[PageLine]) -> list[float]:
    """Return for each line how far right lines of its block reach; no limit where none is told."""
    edges: list[float] = []
    for number, line in enumerate(lines):
        if number and _same_block(lines[number - 1], line):
            continue
        block = [line]
        for before, after in zip(lines[number:], lines[number + 1 :], strict=False):
            if not _same_block(before, after):
                break
            block.append(after)
        edge = max(one.right for one in block)
        reach = edge - _RAGGED * (edge - min(one.left for one in block))
        is_column = sum(one.right >= reach for one in block) > 1
        # In a list of short lines, the longest one is not continued by the next.
        edges += [edge if is_column or len(one.text) >= _LONG else math.inf for one in block]
    return edges


def _same_block(line: PageLine, after: PageLine) -> bool:
    """Say whether two lines stand one under the other in letters of one size."""
    return (
        abs(line.height - after.height) <= 0.2 * line.height
        and 0.5 * line.height < after.top - line.top < 1.9 * line.height
        and after.left < line.right
        and line.left < after.right
    )


def _running_heads(pages: Sequence[Sequence[PageLine]]) -> set[str]:
    """Return the lines, numbers aside, that stand at the edges of many pages."""
    seen = Counter(
        pattern
        for page in pages
        for pattern in {_pattern(line.text) for line in page if _at_edge(line, page)}
    )
    wanted = max(_REPEATED, _REPEATED_SHARE * len(pages))
    return {pattern for pattern, count in seen.items() if count >= wanted}


def _is_head(line: PageLine, page: Sequence[PageLine], heads: set[str]) -> bool:
    if not _at_edge(line, page):
        return False
    return _pattern(line.text) in heads or _PAGE_NUMBER.fullmatch(line.text) is not None


def _at_edge(line: PageLine, page: Sequence[PageLine]) -> bool:
    """Say whether a line stands above or below nearly all others of its page."""
    if not line.height:
        return line is page[0] or line is page[-1]
    tops = [one.top for one in page]
    first, last = min(tops), max(tops)
    margin = max(_EDGE * (last - first), 0.0)
    outermost = sorted(set(tops))
    near = {*outermost[:2], *outermost[-2:]}
    return line.top in near and (line.top <= first + margin or line.top >= last - margin)


def _pattern(text: str) -> str:
    return re.sub(r"\d+", "0", text.strip().casefold())
