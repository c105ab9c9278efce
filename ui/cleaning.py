"""The second lock on every piece of markup: an allow-list of our own elements and classes.

The first is that text is escaped where it enters (:mod:`ui.render`).
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import nh3

_PLACE = {"data-article", "data-digest", "data-evidence", "data-answer"}
_ATTRIBUTES = {
    "article": {"data-turn", "data-state"},
    "button": {"type", "aria-label", "title", "data-question", *_PLACE},
    "span": {"data-code"},
    "a": {"href", "target"},
    "div": {"lang"},
    "p": {"dir"},
    "h2": {"dir"},
}
_CLASSES = {
    "article": {"turn", "reading"},
    "div": {"answer", "found", "not-found", "failed", "waiting", "body", "welcome"},
    "p": {"text", "notice", "confidence", "hint", "about", "byline", "left-out"},
    "h2": {"question", "title", "untitled"},
    "h3": {"label"},
    "ol": {"cards"},
    "ul": {"examples"},
    "li": {"more"},
    "button": {"chip", "card", "example"},
    "mark": {"answer", "evidence"},
    "details": {"unsupported"},
    "span": {
        *("hidden-character", "meter", "high", "middle", "low", "number", "joined"),
        *("card-number", "card-title", "card-quote", "brief", "about"),
    },
}
_PLAIN = {"bdi", "header", "summary"}


def clean(markup: str) -> str:
    """Drop every element, attribute, class and address that is not one of ours."""
    return _cleaner().clean(markup)


@cache
def _cleaner() -> nh3.Cleaner:
    import nh3

    return nh3.Cleaner(
        tags={*_CLASSES, *_ATTRIBUTES, *_PLAIN},
        attributes=_ATTRIBUTES,
        allowed_classes=_CLASSES,
        clean_content_tags={"script", "style"},
        link_rel="noopener noreferrer nofollow",
        url_schemes={"http", "https"},
        url_relative="deny",
        strip_comments=True,
    )
