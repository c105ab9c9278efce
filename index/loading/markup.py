"""Parse XML and HTML of others, and take plain text out of HTML.

Entities, document types and includes of XML are never resolved, and nothing is ever fetched.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from index.loading.fields import clean_text
from index.loading.files import RefusalError

if TYPE_CHECKING:
    from lxml.etree import _Element
    from lxml.html import HtmlElement

_NO_TEXT = {"script", "style", "template", "head", "title", "noscript", "object", "iframe", "svg"}
_LINES = {
    *("address", "article", "aside", "blockquote", "body", "br", "caption", "center", "dd"),
    *("details", "div", "dl", "dt", "figcaption", "figure", "footer", "form", "h1", "h2", "h3"),
    *("h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p", "pre", "section"),
    *("summary", "table", "tr", "ul"),
}
_SPACE = re.compile(r"[ \t\r\n\f\v]+")


def parse_xml(data: bytes) -> _Element:
    """Return the root of an XML document; :class:`RefusalError` says why there is none."""
    from lxml import etree

    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False,
        huge_tree=False, remove_comments=True, remove_pis=True,
    )  # fmt: skip
    try:
        root = etree.fromstring(data, parser)
    except (etree.LxmlError, ValueError) as error:
        raise RefusalError("its XML is damaged") from error
    subset = root.getroottree().docinfo.internalDTD
    if subset is not None and next(subset.iterentities(), None) is not None:
        raise RefusalError("its XML declares entities of its own")
    return root


def parse_html(page: str) -> HtmlElement:
    """Return the root of an HTML page or fragment; :class:`RefusalError` where there is none."""
    from lxml import etree, html

    parser = html.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True)
    try:
        return html.document_fromstring(page.encode("utf-8", "replace"), parser=parser)
    except (etree.LxmlError, ValueError) as error:
        raise RefusalError("it holds no text") from error


def html_text(root: _Element) -> str:
    """Return the text of an HTML tree: a line for each block, in the order of the page."""
    lines = ("".join(pieces) for pieces in _split(_pieces(root)))
    folded = (_SPACE.sub(" ", line).strip() for line in lines)
    return clean_text("\n".join(line for line in folded if line))


def plain_text(value: str) -> str:
    """Return the text of a value that may be HTML, as the fields of feeds are."""
    if "<" not in value and "&" not in value:
        return clean_text(value).strip()
    try:
        return html_text(parse_html(value))
    except ValueError:
        return ""


def local_name(element: _Element) -> str:
    """Return an element's name without its namespace; ``""`` for comments and the like."""
    tag = element.tag
    return tag.rpartition("}")[2].lower() if isinstance(tag, str) else ""


def _split(pieces: Iterator[str | None]) -> Iterator[list[str]]:
    """Yield the runs of strings between the Nones."""
    run: list[str] = []
    for piece in pieces:
        if piece is None:
            yield run
            run = []
        else:
            run.append(piece)
    yield run


def _pieces(root: _Element) -> Iterator[str | None]:
    """Yield the strings of a tree in order, and None where a line ends; without recursion."""
    waiting: list[tuple[_Element, bool]] = [(root, False)]
    while waiting:
        element, leaving = waiting.pop()
        name = local_name(element)
        breaks = name in _LINES
        if leaving:
            if breaks:
                yield None
        else:
            waiting.append((element, True))
            if breaks:
                yield None
            if name and name not in _NO_TEXT:
                yield " " if name in ("td", "th") else ""
                yield element.text or ""
                waiting.extend((child, False) for child in reversed(element))
            continue
        if element is not root:
            yield element.tail or ""
