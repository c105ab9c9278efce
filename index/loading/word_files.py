"""Load .docx files: the text as it stands now, with accepted insertions and without deletions.

The XML is read here because the libraries for it lose words inside tracked changes and content
controls, and a quote may miss no word. Templates, pictures, macros, objects and whatever lies
outside the file are not looked at.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from index.loading.documents import document_article
from index.loading.files import ArticleFile, OnError, RefusalError
from index.loading.markup import local_name, parse_xml
from index.loading.zips import BoundedZip, open_package
from index.types import Article

if TYPE_CHECKING:
    from lxml.etree import _Element

_BODY = "word/document.xml"
_NOTES = ("word/footnotes.xml", "word/endnotes.xml")
_CORE = "docProps/core.xml"
# Deleted text, a second form of the same drawing, what another application made of it.
_LEFT_OUT = {"del", "movefrom", "fallback", "instrtext", "deltext", "object", "rpr", "ppr"}
_MARKS = {"tab": "\t", "br": "\n", "cr": "\n", "nobreakhyphen": "-", "softhyphen": ""}
_FIELDS = {
    "title": "title", "creator": "authors", "language": "language",
    "created": "created", "modified": "modified",
}  # fmt: skip


def load_docx(file: ArticleFile, _report: OnError) -> Iterator[Article]:
    """Yield the article of a .docx file."""
    with open_package(file) as package:
        if _BODY not in package:
            raise RefusalError("it is no Word document; save it as .docx again")
        lines = paragraphs(parse_xml(package.read(_BODY)))
        for name in _NOTES:
            if name in package:
                lines += paragraphs(parse_xml(package.read(name)))
        told = _told(package)
    yield document_article(file, lines, told)


def paragraphs(root: _Element) -> list[str]:
    """Return the text of each paragraph, in order; a paragraph in another comes before it."""
    lines: list[str] = []
    open_paragraphs: list[list[str]] = []
    waiting: list[tuple[_Element, bool]] = [(root, False)]
    while waiting:
        element, leaving = waiting.pop()
        name = local_name(element)
        if leaving:
            lines.append("".join(open_paragraphs.pop()).strip())
            continue
        if name in _LEFT_OUT:
            continue
        if name == "p":
            open_paragraphs.append([])
            waiting.append((element, True))
        elif open_paragraphs:
            if name == "t":
                open_paragraphs[-1].append(element.text or "")
            elif name in _MARKS:
                open_paragraphs[-1].append(_MARKS[name])
        waiting.extend((child, False) for child in reversed(element))
    return [line for line in lines if line]


def _told(package: BoundedZip) -> dict[str, str]:
    """Return what the document says of itself."""
    if _CORE not in package:
        return {}
    told: dict[str, str] = {}
    for element in parse_xml(package.read(_CORE)):
        name = _FIELDS.get(local_name(element))
        if name and element.text:
            told[name] = element.text
    return told
