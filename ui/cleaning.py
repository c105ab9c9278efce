"""The second lock on every piece of markup: an allow-list of our own elements and classes.

The first is that text is escaped where it enters (:mod:`ui.render` and its neighbours).
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import nh3

_PLACE = {"data-article", "data-digest", "data-evidence", "data-answer"}
_ATTRIBUTES = {
    "article": {"data-turn", "data-state", "data-record"},
    "button": {
        *(
            "type",
            "aria-label",
            "aria-pressed",
            "data-question",
            "data-alone",
            "data-action",
            *_PLACE,
        ),
        *("data-offset", "data-remove", "data-restore", "data-go", "data-topic"),
    },
    "span": {"data-code", "role", "aria-label"},
    "a": {"href", "target"},
    "div": {"lang", "role", "aria-label", "aria-live"},
    "p": {"dir"},
    "h2": {"dir"},
    "select": {"name"},
    "option": {"value", "selected"},
}
_CLASSES = {
    "article": {"turn", "reading"},
    "div": {
        *("answer", "found", "not-found", "failed", "waiting", "body", "welcome"),
        *("actions", "follow", "facets", "steps"),
    },
    "p": {
        *("text", "notice", "confidence", "hint", "about", "byline", "left-out"),
        *("understood", "frame", "why", "chosen", "count-line", "undo"),
    },
    "h2": {"question", "title", "untitled"},
    "h3": {"label"},
    "ol": {"cards", "articles", "first-steps"},
    "ul": {"examples"},
    "li": {"more"},
    "i": {"bin"},
    "button": {
        *("chip", "card", "example", "action", "copy", "markdown", "link", "right", "wrong"),
        *("wrong-quote", "next", "entry", "remove", "restore", "clear", "more-rows"),
        *("seeds", "to-articles", "alone"),
    },
    "mark": {"answer", "evidence"},
    "details": {"unsupported"},
    "span": {
        *("hidden-character", "meter", "high", "middle", "low", "number", "joined", "fact"),
        *(
            "card-number",
            "card-title",
            "opening",
            "card-quote",
            "brief",
            "about",
            "rating",
            "unseen",
        ),
    },
}
_PLAIN = {"bdi", "header", "summary", "label"}

_CHART_CLASSES = {
    "svg": {"bars", "map", "row-bar"},
    "g": {"bar"},
    "rect": {"hit", "fill"},
    "line": {"axis"},
    "circle": {"dot", *(f"t{n}" for n in range(10))},
    "text": {"value", "tick", "name", *(f"t{n}" for n in range(10))},
    "section": {"panel", "map-panel"},
    "div": {"page-body", "wide", "panels", "covered"},
    "h2": {"page-title"},
    "h3": set[str](),
    "p": {"hint", "empty-note", "chosen"},
    "ul": {"rows", "topics"},
    "button": {"row", "go"},
    "span": {"number", "about", "hidden-character"},
    "details": {"story"},
    "form": {"coverage"},
    "label": {"unseen"},
}
_CHART_ATTRIBUTES = {
    "svg": {"viewBox", "role", "aria-label", "aria-hidden", "preserveAspectRatio"},
    "g": {"role", "tabindex", "aria-label", "data-go"},
    "rect": {"x", "y", "width", "height", "rx"},
    "line": {"x1", "x2", "y1", "y2"},
    "circle": {"cx", "cy", "r", *_PLACE},
    "text": {"x", "y"},
    "div": {"aria-live"},
    "button": {"type", "data-go", "data-topic", *_PLACE},
    "span": {"data-code"},
    "label": {"for"},
    "input": {"id", "type", "maxlength", "placeholder", "autocomplete", "dir"},
}


def clean(markup: str) -> str:
    """Drop every element, attribute, class and address that is not one of ours."""
    return _cleaner().clean(markup)


def clean_chart(markup: str) -> str:
    """Drop what is not one of our charts; links and addresses have no place in them."""
    return _chart_cleaner().clean(markup)


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


@cache
def _chart_cleaner() -> nh3.Cleaner:
    import nh3

    return nh3.Cleaner(
        tags={*_CHART_CLASSES, *_CHART_ATTRIBUTES, "bdi", "li", "summary", "title"},
        attributes=_CHART_ATTRIBUTES,
        allowed_classes=_CHART_CLASSES,
        clean_content_tags={"script", "style"},
        url_schemes=set(),
        url_relative="deny",
        strip_comments=True,
    )
