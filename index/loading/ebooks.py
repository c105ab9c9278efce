"""Load .epub files: the chapters in the order of the book, its fields from the package."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import unquote

from index.loading.decoding import decode
from index.loading.documents import document_article
from index.loading.fields import TEXT_LIMIT
from index.loading.files import ArticleFile, OnError, RefusalError
from index.loading.markup import html_text, local_name, parse_html, parse_xml
from index.loading.texts import too_long
from index.loading.zips import BoundedZip, open_package
from index.types import Article

if TYPE_CHECKING:
    from lxml.etree import _Element

_CONTAINER = "META-INF/container.xml"
_ENCRYPTION = "META-INF/encryption.xml"
_FIELDS = {
    "title": "title", "language": "language", "date": "published", "publisher": "publisher",
}  # fmt: skip


def load_epub(file: ArticleFile, _report: OnError) -> Iterator[Article]:
    """Yield the article of an .epub file: the whole book."""
    with open_package(file) as package:
        path = _package_path(package)
        book = parse_xml(package.read(path))
        locked = _locked(package)
        chapters: list[str] = []
        length = 0
        for name in _chapters(book, posixpath.dirname(path)):
            if name in locked:
                raise RefusalError("its chapters are encrypted; get a copy without protection")
            if name not in package:
                continue
            chapters.append(_chapter(package.read(name)))
            length += len(chapters[-1])
            if length > TEXT_LIMIT:
                raise too_long(file)
    yield document_article(file, filter(None, chapters), _told(book))


def _package_path(package: BoundedZip) -> str:
    """Return the name of the entry that describes the book."""
    for element in parse_xml(package.read(_CONTAINER)).iter():
        if local_name(element) == "rootfile" and (path := element.get("full-path")):
            return str(path)
    raise RefusalError("it is no e-book; save it as .epub again")


def _locked(package: BoundedZip) -> set[str]:
    """Return the entries that only a reading program with a key can open."""
    if _ENCRYPTION not in package:
        return set()
    found = parse_xml(package.read(_ENCRYPTION)).iter()
    return {
        unquote(element.get("URI") or "")
        for element in found
        if local_name(element) == "cipherreference"
    }


def _chapters(book: _Element, folder: str) -> Iterator[str]:
    """Yield the names of the entries that the book consists of, each once and in order."""
    items = {
        element.get("id"): unquote(element.get("href") or "").partition("#")[0]
        for element in book.iter()
        if local_name(element) == "item"
    }
    order = [element.get("idref") for element in book.iter() if local_name(element) == "itemref"]
    hrefs = (items.get(name) for name in dict.fromkeys(order))
    yield from (posixpath.normpath(posixpath.join(folder, href)) for href in hrefs if href)


def _chapter(data: bytes) -> str:
    if not data.strip():
        return ""
    return html_text(parse_html(decode(data).text))


def _told(book: _Element) -> dict[str, str]:
    told: dict[str, str] = {}
    authors: list[str] = []
    for element in book.iter():
        name, text = local_name(element), (element.text or "").strip()
        if name == "creator" and text:
            authors.append(text)
        elif name == "meta" and element.get("property") == "dcterms:modified":
            told.setdefault("modified", text)
        elif name in _FIELDS and text and not _is_change(element):
            told.setdefault(_FIELDS[name], text)
    return {**told, "authors": ";".join(authors)}


def _is_change(element: _Element) -> bool:
    """Say whether a date is that of another event than the publication."""
    events = [value for key, value in element.attrib.items() if key.endswith("event")]
    return bool(events) and events[0] != "publication"
