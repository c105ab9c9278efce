"""Load .rtf files."""

from __future__ import annotations

import re
from collections.abc import Iterator

from index.loading.documents import document_article
from index.loading.files import ArticleFile, OnError, read_file, unreadable
from index.types import Article

_FIELD = r"\{\\%s ((?:[^{}\\]|\\[^{}a-z]|\\'[0-9a-f]{2}|\\u-?\d+ ?\??){1,2000})\}"
_TITLE = re.compile(_FIELD % "title")
_AUTHOR = re.compile(_FIELD % "author")
_DAY = r"\{\\%s\\yr(\d{1,4})\\mo(\d{1,2})\\dy(\d{1,2})"
_DAYS = {"created": re.compile(_DAY % "creatim"), "modified": re.compile(_DAY % "revtim")}
_HEAD = 65_536  # characters in which a file speaks of itself


def load_rtf(file: ArticleFile, _report: OnError) -> Iterator[Article]:
    """Yield the article of an .rtf file."""
    data = read_file(file)
    if not data.lstrip().startswith(b"{\\rtf"):
        raise unreadable(file, "it is no RTF document; save it as .rtf again")
    source = data.decode("latin-1")  # RTF is ASCII; all else is escaped
    body = _plain(file, source)
    told = {"title": _field(file, _TITLE, source), "authors": _field(file, _AUTHOR, source)}
    for name, pattern in _DAYS.items():
        day = pattern.search(source[:_HEAD])
        told[name] = f"{day[1]}-{day[2]}-{day[3]}" if day else ""
    lines = (line.strip() for line in body.split("\n"))
    yield document_article(file, filter(None, lines), told)


def _plain(file: ArticleFile, source: str) -> str:
    from striprtf.striprtf import rtf_to_text

    try:
        text: str = rtf_to_text(source, errors="replace")  # type: ignore[no-untyped-call]
    except (ValueError, LookupError, TypeError, AttributeError, OverflowError) as error:
        raise unreadable(file, "it is damaged; save it as .rtf again") from error
    return text


def _field(file: ArticleFile, pattern: re.Pattern[str], source: str) -> str:
    found = pattern.search(source[:_HEAD])
    return _plain(file, f"{{\\rtf1\\ansi {found[1]}}}").strip() if found else ""
