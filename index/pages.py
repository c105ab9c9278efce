"""Page numbers of paged articles: where in the text each page begins.

They travel in an article's metadata under ``PAGES`` and are counted from 1, as a viewer counts
them, whatever is printed on the paper.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from itertools import accumulate

from index.types import ArticleInfo

PAGES = "pages"


def encode_pages(starts: Sequence[int]) -> str:
    """Return the offsets at which pages begin as a metadata value: first offset, then lengths."""
    lengths = (after - before for before, after in zip([0, *starts], starts, strict=False))
    return " ".join(map(str, lengths))


def page_starts(metadata: Mapping[str, str]) -> tuple[int, ...]:
    """Return the text offsets at which pages begin, page 1 first; () for what has no pages."""
    try:
        return tuple(accumulate(map(int, metadata.get(PAGES, "").split())))
    except ValueError:  # metadata of somebody else's export
        return ()


def page_of(about: ArticleInfo | Mapping[str, str], offset: int) -> int | None:
    """Return the number of the page, from 1, that holds the character at ``offset`` of the text.

    :param about: an :class:`ArticleInfo`, or the metadata of an article.
    :returns: None for an article without pages.
    """
    starts = about.pages if isinstance(about, ArticleInfo) else page_starts(about)
    return max(1, bisect_right(starts, offset)) if starts else None
