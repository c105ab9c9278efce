"""Load .odt files: paragraphs and headings in order, notes after the paragraph they belong to."""

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

_MANIFEST = "META-INF/manifest.xml"
_PARAGRAPHS = {"p", "h"}
_LEFT_OUT = {"tracked-changes", "annotation", "note-citation", "forms", "sequence-decls", "script"}
_MARKS = {"tab": "\t", "line-break": "\n"}
_SPACES = 200  # written as one element with a count
_FIELDS = {
    "title": "title", "creator": "authors", "initial-creator": "authors", "language": "language",
    "creation-date": "created", "date": "modified",
}  # fmt: skip


def load_odt(file: ArticleFile, _report: OnError) -> Iterator[Article]:
    """Yield the article of an .odt file."""
    with open_package(file) as package:
        if _MANIFEST in package and b"encryption-data" in package.read(_MANIFEST):
            raise RefusalError("it asks for a password; save it without one")
        lines = _paragraphs(parse_xml(package.read("content.xml")))
        told = _told(package)
    yield document_article(file, lines, told)


def _paragraphs(root: _Element) -> list[str]:
    """Return the text of each paragraph; a paragraph in another, as in a note, comes after it."""
    lines: list[list[str]] = []
    inside: list[int] = []
    waiting: list[tuple[_Element, bool]] = [(root, False)]
    while waiting:
        element, leaving = waiting.pop()
        name = local_name(element)
        if leaving:
            if name in _PARAGRAPHS:
                inside.pop()
            if inside:
                lines[inside[-1]].append(_folded(element.tail))
            continue
        waiting.append((element, True))
        if name in _LEFT_OUT:
            continue
        if name in _PARAGRAPHS:
            inside.append(len(lines))
            lines.append([])
        if inside:
            lines[inside[-1]].append(_MARKS.get(name) or _spaces(element, name))
            lines[inside[-1]].append(_folded(element.text))
        waiting.extend((child, False) for child in reversed(element))
    joined = ("".join(line).strip() for line in lines)
    return [line for line in joined if line]


def _folded(text: str | None) -> str:
    """Fold white space as the format wants it; more than one space is written as an element."""
    if not text:
        return ""
    words = " ".join(text.split())
    return f"{' ' * text[0].isspace()}{words}{' ' * (bool(words) and text[-1].isspace())}"


def _spaces(element: _Element, name: str) -> str:
    if name != "s":
        return ""
    count = next((value for key, value in element.attrib.items() if key.endswith("}c")), "1")
    return " " * min(int(count), _SPACES) if str(count).isdecimal() and len(count) < 6 else " "


def _told(package: BoundedZip) -> dict[str, str]:
    if "meta.xml" not in package:
        return {}
    told: dict[str, str] = {}
    for element in parse_xml(package.read("meta.xml")).iter():
        name = _FIELDS.get(local_name(element))
        if name and element.text:
            told.setdefault(name, element.text)
    return told
