"""Read back the rows of `kutip export` exactly as they were, each proved by its digest.

Other rows are cleaned on their way in; an exported article was, or was made by a program, and a
backup must give back what was there.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Any

from index.loading.fields import ID_LIMIT, TEXT_LIMIT, web_address
from index.types import Article

_FIELD_LIMIT = 65_536  # characters of each other field


def exported_article(row: Mapping[str, object]) -> Article | None:
    """Return the article of an exported row; None for a row that is none, or is not to be trusted.

    What an index could not store, or a page could not show, is left to the ordinary way.
    """
    try:
        article = Article(
            id=_string(row["id"], ID_LIMIT),
            title=_string(row["title"], _FIELD_LIMIT),
            text=_string(row["text"], TEXT_LIMIT),
            source=_string(row["source"], _FIELD_LIMIT),
            language=_string(row["language"], 16),
            published=_date(row["published"]),
            url=_address(row["url"]),
            authors=tuple(_string(one, _FIELD_LIMIT) for one in _list(row["authors"])),
            metadata=_metadata(row["metadata"]),
        )
    except (KeyError, ValueError):
        return None
    whole = article.text.strip() and article.id and "\0" not in article.id
    return article if whole and article.digest == row.get("digest") else None


def _string(value: object, limit: int) -> str:
    if not isinstance(value, str) or len(value) > limit:
        raise ValueError(value)
    value.encode()  # lone surrogates are a UnicodeEncodeError, which is a ValueError
    return value


def _date(value: object) -> date | None:
    return None if value is None else date.fromisoformat(_string(value, 10))


def _address(value: object) -> str | None:
    if value is None:
        return None
    address = _string(value, _FIELD_LIMIT)
    if web_address(address) != address:  # nothing else may become a link
        raise ValueError(address)
    return address


def _list(value: object) -> list[Any]:
    if not isinstance(value, list):
        raise ValueError(value)
    return value


def _metadata(value: object) -> Mapping[str, str]:
    if not isinstance(value, dict):
        raise ValueError(value)
    pairs = {_string(k, _FIELD_LIMIT): _string(v, _FIELD_LIMIT) for k, v in value.items()}
    if sum(map(len, [*pairs, *pairs.values()])) > _FIELD_LIMIT:
        raise ValueError(value)
    return MappingProxyType(pairs)
