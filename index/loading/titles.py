"""Find the title a text gives itself: its first heading, or a first line that looks like one.

An invented title would be quoted as if it stood in the article, so a text that begins with a
sentence has none.
"""

from __future__ import annotations

import re
from itertools import pairwise

from index.loading.dates import is_dateline
from index.loading.fields import TITLE_LIMIT, clean_title

_SEARCHED = 12  # non-empty lines: a heading further down is that of a part
_LENGTH_LIMIT = 160  # characters; 370 of the 372 NTREX titles are no longer
_WRAP_WIDTHS = (60, 100)  # columns at which mail and plain-text editors break lines
_HEADING = re.compile(r" {0,3}#{1,6}[ \t]+(.*?)(?:[ \t]+#+)?[ \t]*")
_UNDERLINE = re.compile(r" {0,3}(?:=+|-{3,})[ \t]*")
_SENTENCE_END = tuple(".,;:…。、；：")
_QUOTES = "\"'”’»)]*_ "
_NO_TITLE = re.compile(r"(?i)(?:by|oleh|penulis|reporter|editor|foto|photo)\b[: ]|https?://|www\.")
_LIST_OR_QUOTE = re.compile(r"[>|<`~]|[-*+] |[0-9]+[.)] ")


def guess_title(text: str, *, markdown: bool = False) -> str:
    """Return the title of ``text``, or ``""`` when nothing looks like one."""
    lines = [line for line in text[: 20 * TITLE_LIMIT].split("\n") if line.strip()][:_SEARCHED]
    if markdown:
        for line, following in zip(lines, [*lines[1:], ""], strict=True):
            heading = _HEADING.fullmatch(line[: 2 * TITLE_LIMIT])
            if heading and heading[1]:
                return clean_title(_plain(heading[1]))
            if _UNDERLINE.fullmatch(following) and not _UNDERLINE.fullmatch(line):
                return clean_title(_plain(line.strip()))
    for number, line in enumerate(lines[:3]):
        if not is_dateline(line) and not _NO_TITLE.match(line.strip()):
            has_more = number + 1 < len(lines)
            return _title_line(line.strip()) if has_more and not _goes_on(text, line) else ""
    return ""


def _title_line(line: str) -> str:
    """Return the title a line is, or ``""`` when it is a sentence, a list item or a rule."""
    heading = _HEADING.fullmatch(line)
    line = heading[1] if heading else line
    if len(line) > _LENGTH_LIMIT or not any(map(str.isalpha, line)):
        return ""
    if line.rstrip(_QUOTES).endswith(_SENTENCE_END) or _LIST_OR_QUOTE.match(line):
        return ""
    return clean_title(_plain(line))


def _goes_on(text: str, line: str) -> bool:
    """Say whether ``line`` is the first of a paragraph that was broken into lines.

    It is when the next line begins with a small letter, or when no line had room for the first
    word of the next one.
    """
    paragraph = text[text.index(line) :][: 10 * _LENGTH_LIMIT].split("\n\n", 1)[0].split("\n")[:8]
    if len(paragraph) > 1 and paragraph[1].lstrip()[:1].islower():
        return True
    width = max(map(len, paragraph))
    pairs = list(pairwise(paragraph))
    return (
        _WRAP_WIDTHS[0] <= width <= _WRAP_WIDTHS[1]
        and bool(pairs)
        and all(
            len(one) + len(f" {two}".split(maxsplit=1)[0]) >= width
            for one, two in pairs
            if two.strip()
        )
    )


def _plain(heading: str) -> str:
    """Return a heading without the marks of emphasis around it."""
    return re.sub(r"(\*\*|__|\*|_|`)(.+)\1", r"\2", heading.strip(), count=1)
