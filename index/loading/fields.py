"""Clean the values an article is made of, whatever format they came in.

Knows no files and no formats. What is cut or replaced here is what a store, a page or a terminal
could not carry: NUL, lone surrogates, titles without end, addresses that are not web addresses.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from types import MappingProxyType

from index.pages import PAGES

TEXT_LIMIT = 5_000_000  # characters of one article: a thousand pages
TITLE_LIMIT = 512
ID_LIMIT = 1024
_METADATA_FIELDS = 32
_METADATA_VALUE = 1000
_METADATA_PAGES = 64_000  # characters: 5,000 pages take some 25,000

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_LANGUAGE = re.compile(r"\s*([a-zA-Z]{2})(?![a-zA-Z])")
_FORMER_CODES = {"in": "id", "iw": "he", "ji": "yi"}  # ISO 639 before 1989; Java still writes them
_WEB_ADDRESS = re.compile(r"https?://[^\s<>\"]+", re.IGNORECASE)
_ADDRESS_LIMIT = 2048
_FRONT_PAGE = re.compile(r"https?://[^/?#]+/*(?:#.*)?", re.IGNORECASE)


def clean_text(text: str) -> str:
    """Return ``text`` with Unix line ends, without NUL, lone surrogates as U+FFFD."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    return _LONE_SURROGATE.sub("\ufffd", text)


def clean_title(title: str) -> str:
    """Return a title as one line of at most 512 characters."""
    lines = (line.strip() for line in clean_text(title[: 4 * TITLE_LIMIT]).splitlines())
    return " ".join(line for line in lines if line)[:TITLE_LIMIT].rstrip()


def compose_text(title: str, body: str) -> str:
    """Return the text of an article whose format gives its title apart.

    That is title, newline, body; or the body alone where the title is its first line already.
    """
    first, _, _ = body.lstrip().partition("\n")
    return body if not title or clean_title(first) == title else f"{title}\n{body}"


def language_code(value: str) -> str:
    """Return the ISO 639-1 code a tag such as ``id-ID`` or ``en_GB`` begins with, or ``""``."""
    found = _LANGUAGE.match(value)
    code = found[1].lower() if found else ""
    return _FORMER_CODES.get(code, code)


def web_address(value: str) -> str | None:
    """Return an http(s) address, or None: nothing else may ever become a link."""
    value = clean_text(value).strip()
    return value if len(value) <= _ADDRESS_LIMIT and _WEB_ADDRESS.fullmatch(value) else None


def article_id(url: str | None, name: str) -> str:
    """Return the id of an article that brings none: its address, else its name in the folder.

    A site's front page names no article, though careless pages call it their address.
    """
    return url if url and not _FRONT_PAGE.fullmatch(url) else name


def author_names(value: object) -> tuple[str, ...]:
    """Return the names in a list, or in a string where semicolons part them.

    An object, as of JSON-LD, holds its name under ``name``. Nothing else is a name.
    """
    parts = value.split(";") if isinstance(value, str) else value
    listed = parts if isinstance(parts, list) else [parts]
    named = (one.get("name") if isinstance(one, Mapping) else one for one in listed[:64])
    names = (clean_title(one) for one in named if isinstance(one, str))
    return tuple(name for name in names if name)


def is_nothing(value: object) -> bool:
    """Say whether a value is none: NaN is how tables write so, and true or false names nothing."""
    nan = isinstance(value, float) and math.isnan(value)
    return nan or isinstance(value, bool) or value in (None, "", [])


def metadata(fields: Mapping[str, object]) -> Mapping[str, str]:
    """Return the short scalar ``fields`` as strings: at most 32 of at most 1,000 characters."""
    kept: dict[str, str] = {}
    for name, value in fields.items():
        if isinstance(value, str | int | float) and not is_nothing(value):
            text = clean_text(str(value))
            limit = _METADATA_PAGES if name == PAGES else _METADATA_VALUE
            if text.strip() and len(text) <= limit and len(name) <= TITLE_LIMIT:
                kept[clean_text(name)] = text
        if len(kept) == _METADATA_FIELDS:
            break
    return MappingProxyType(kept)
