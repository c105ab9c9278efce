"""The days a web page gives of itself: when its article came out, and when it was changed.

Only what says so counts: its fields for machines, a dated address, and dates that stand beside the
article as datelines do. A date in a sentence, a headline, a comment, a sidebar, a footer, a script
or the name of a picture is that of an event or of another page.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import TYPE_CHECKING

from index.loading.dates import parse_date, read_dateline

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_PUBLISHED_NAMES = frozenset(
    """
    article:published_time article:published og:published_time og:article:published_time
    datepublished date pubdate pub_date publishdate publish-date publish_date published
    publication_date publication-date publicationdate published_date date_published
    published_time originalpublicationdate content_published_date contentpublisheddate
    publishtime publishedtime article_date_original dc.date dc:date dc.date.issued dc.issued
    dcterms.date dcterms.issued citation_publication_date citation_date parsely-pub-date
    sailthru.date cxenseparse:recs:publishtime bt:pubdate
    """.split()
)
_MODIFIED_NAMES = frozenset(
    """
    article:modified_time article:modified og:updated_time og:modified_time
    og:article:modified_time datemodified date_modified modified lastmod last-modified
    last_modified updated_time dc.date.modified dcterms.modified
    """.split()
)
_IN_ADDRESS = re.compile(r"/(\d{4})([/-])(\d{2})\2(\d{2})(?=[/-]|$)")
_ARTICLE_TYPE = re.compile(r"(?:Article|Posting|Report|WebPage)$")
_NAMED_DATE = re.compile(
    r"(?i)date|time|tanggal|tgl|waktu|publi|posted|byline|meta|info|author|penulis"
)
_UPDATED = re.compile(r"(?i)updat|modif|diperbarui|pembaruan")
_OTHERS = re.compile(
    r"(?i)(?:^|[-_])(?:related|comments?|komentar|sidebar|recommend\w*|popular|terpopuler"
    r"|trending|latest|terkini|terkait|events?|agenda|footer|copyright|widget|teasers?|promo"
    r"|newsletter|next|prev(?:ious)?)(?:[-_]|$)"
)
_ELSEWHERE = {
    *("aside", "nav", "footer", "form", "figure", "figcaption", "title", "head"),
    *("h1", "h2", "h3", "h4", "h5", "h6", "script", "style", "template", "noscript"),
}
_BLOCKS = {"p", "li", "td", "dd", "blockquote"}  # of these the whole text must be a dateline
_SCRIPTS, _SCRIPT_LIMIT, _OBJECTS = 400, 500_000, 200
_CANDIDATES = 200
_LINE = 140
_BESIDE = 40  # characters next to a date that may still be a label: more is a sentence


@dataclass(frozen=True, slots=True)
class PageDates:
    """When the article of a page was published and changed, as far as the page says."""

    published: date | None = None
    modified: date | None = None


def page_dates(tree: HtmlElement, address: str) -> PageDates:
    """Return the days that a page gives of itself; ``address`` is its own, "" where unknown."""
    found = [_in_head(tree), _in_data(tree), _in_properties(tree)]
    found += [PageDates(_in_address(address)), _beside_the_article(tree)]
    return PageDates(
        next((one.published for one in found if one.published), None),
        next((one.modified for one in found if one.modified), None),
    )


def _in_head(tree: HtmlElement) -> PageDates:
    published = modified = None
    for element in tree.iter("meta"):
        told = {
            (element.get(name) or "").strip().lower() for name in ("property", "name", "itemprop")
        }
        if not published and told & _PUBLISHED_NAMES:
            published = parse_date(element.get("content") or "")
        if not modified and told & _MODIFIED_NAMES:
            modified = parse_date(element.get("content") or "")
    return PageDates(published, modified)


def _in_data(tree: HtmlElement) -> PageDates:
    """Return what the page's JSON-LD says of the article; not of its comments and its teasers."""
    for script in islice(tree.iter("script"), _SCRIPTS):
        source = script.text or ""
        if "ld+json" not in (script.get("type") or "").lower() or len(source) > _SCRIPT_LIMIT:
            continue
        try:
            loaded = json.loads(source, strict=False)
        except (ValueError, RecursionError):
            continue
        for one in _objects(loaded):
            dates = PageDates(
                parse_date(str(one.get("datePublished", ""))),
                parse_date(str(one.get("dateModified", ""))),
            )
            if dates != PageDates():
                return dates
    return PageDates()


def _objects(loaded: object) -> Iterator[Mapping[str, object]]:
    """Yield the objects that describe an article or its page, articles first."""
    listed = loaded if isinstance(loaded, list) else [loaded]
    graphs = [one["@graph"] for one in listed if isinstance(one, dict) and "@graph" in one]
    listed = [*listed, *(one for graph in graphs if isinstance(graph, list) for one in graph)]
    kept = [
        (kind, one)
        for one in listed[:_OBJECTS]
        if isinstance(one, dict) and _ARTICLE_TYPE.search(kind := _type(one))
    ]
    yield from (one for kind, one in kept if not kind.endswith("WebPage"))
    yield from (one for kind, one in kept if kind.endswith("WebPage"))


def _type(one: Mapping[str, object]) -> str:
    kind = one.get("@type")
    return str(kind[0] if isinstance(kind, list) and kind else kind)


def _in_properties(tree: HtmlElement) -> PageDates:
    """Return what elements say by ``itemprop``, the first of each."""
    found: dict[str, date | None] = {}
    for element in islice(tree.iterfind(".//*[@itemprop]"), _CANDIDATES):
        name = str(element.get("itemprop")).strip().lower()
        if name in ("datepublished", "datemodified") and not _is_elsewhere(element):
            found.setdefault(name, _machine_date(element) or parse_date(_text(element)))
    return PageDates(found.get("datepublished"), found.get("datemodified"))


def _in_address(address: str) -> date | None:
    found = _IN_ADDRESS.search(address)
    return parse_date(f"{found[1]}-{found[3]}-{found[4]}") if found else None


def _beside_the_article(tree: HtmlElement) -> PageDates:
    """Return the first dates that stand with the article as datelines do."""
    published = modified = None
    for element in islice(_candidates(tree), _CANDIDATES):
        if _is_elsewhere(element) or (read := _read(element)) is None:
            continue
        day, is_update = read
        if is_update:
            modified = modified or day
        else:
            published = published or day
        if published and modified:
            break
    return PageDates(published, modified)


def _candidates(tree: HtmlElement) -> Iterator[HtmlElement]:
    """Yield what may hold a date, from where the article, or the box of its headline, begins."""
    own: HtmlElement | None = None
    headline = next(tree.iter("h1"), None)
    around = [] if headline is None else [headline, *islice(headline.iterancestors(), 2)]
    starts = [one for one in around if one.tag not in ("html", "body")]
    begun = False
    for element in tree.iter():
        name = element.tag if isinstance(element.tag, str) else ""
        begun = begun or name in ("article", "main") or element in starts
        own = element if own is None and name == "article" else own
        if not begun or not (name == "time" or _NAMED_DATE.search(_names(element))):
            continue
        article = element if name == "article" else next(element.iterancestors("article"), None)
        if article is None or article is own:
            yield element


def _read(element: HtmlElement) -> tuple[date, bool] | None:
    """Return the day an element holds, and whether it is that of a change."""
    before, after = _beside(element)
    block = next((one for one in element.iterancestors() if one.tag in _BLOCKS), None)
    line = _text(element)
    whole = read_dateline(line)
    if element.tag == "time":
        day = _machine_date(element) or (whole[0] if whole else None)
        if day is None or len(before) + len(after) > _BESIDE:
            return None
        if block is not None and read_dateline(_text(block)) is None:
            return None
        told = f"{_names(element)} {before} {line}"
        return day, _UPDATED.search(told) is not None
    if whole is None:
        return None
    return whole[0], whole[1] or _UPDATED.search(_names(element)) is not None


def _beside(element: HtmlElement) -> tuple[str, str]:
    """Return the text right before and right after an element."""
    previous, parent = element.getprevious(), element.getparent()
    before = previous.tail if previous is not None else parent.text if parent is not None else ""
    return (before or "").strip(), (element.tail or "").strip()


def _is_elsewhere(element: HtmlElement) -> bool:
    """Say whether an element stands in what is not the article's own."""
    for one in (element, *element.iterancestors()):
        if one.tag in ("html", "body", "main", "article"):
            continue
        if one.tag in _ELSEWHERE or any(map(_is_others, _names(one).split())):
            return True
    return False


def _is_others(name: str) -> bool:
    return not re.match(r"(?i)(?:no|has|with)[-_]", name) and _OTHERS.search(name) is not None


def _names(element: HtmlElement) -> str:
    return " ".join(element.get(name) or "" for name in ("class", "id", "itemprop"))


def _machine_date(element: HtmlElement) -> date | None:
    return parse_date(element.get("datetime") or element.get("content") or "")


def _text(element: HtmlElement) -> str:
    """Return the text of an element on one line; more than a line is cut, and is no date then."""
    text = ""
    for piece in element.itertext():
        text += piece[: 4 * _LINE]
        if len(text) > 4 * _LINE:
            break
    return " ".join(text.split())[: 2 * _LINE]
