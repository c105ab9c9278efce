"""Load .txt and .md files: the article's text is the file, character for character.

Front matter of Markdown is read for its fields and stays in the text too, because offsets refer to
the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from index.errors import ArticleError
from index.loading.columns import MODIFIED
from index.loading.dates import find_dateline, iso_day, parse_date
from index.loading.decoding import Decoded, decode
from index.loading.fields import (
    TEXT_LIMIT,
    article_id,
    author_names,
    clean_title,
    language_code,
    metadata,
    web_address,
)
from index.loading.files import ArticleFile, OnError, empty, read_file, shown, storable
from index.loading.titles import guess_title
from index.types import Article

_FRONT_MATTER = re.compile(r"---[ \t]*\n(.*?\n)(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_FRONT_MATTER_LIMIT = 16_000  # characters; PyYAML is slow, and fields are short
_BRACKET_LIMIT = 100  # nesting costs PyYAML seconds before it gives up
_FIELDS: Mapping[str, object] = {}
_OWN = {  # names of what an article has fields for, or its metadata under another name
    *("title", "judul", "url", "link", "canonical", "language", "lang", "bahasa", "source"),
    *("date", "published", "tanggal", "author", "authors", "penulis", "publisher", "media"),
}


def load_text(file: ArticleFile, _report: OnError) -> Iterator[Article]:
    """Yield the article of a .txt file."""
    yield _article(file, decode_file(file, read_file(file)), front_matter="", fields=_FIELDS)


def load_markdown(file: ArticleFile, _report: OnError) -> Iterator[Article]:
    """Yield the article of a .md file, its fields from front matter where there is some."""
    decoded = decode_file(file, read_file(file))
    found = _FRONT_MATTER.match(decoded.text[:_FRONT_MATTER_LIMIT])
    front_matter = found[0] if found else ""
    fields = _front_matter_fields(found[1]) if found else _FIELDS
    yield _article(file, decoded, front_matter=front_matter, fields=fields)


def decode_file(file: ArticleFile, data: bytes, *, declared: str = "") -> Decoded:
    """Return a file's bytes as text; :class:`ArticleError` when there is none in them."""
    try:
        decoded = decode(data, declared=declared)
    except ValueError as error:
        message = f"Cannot read {shown(file.place)}: {error}; save it as UTF-8 text first."
        raise ArticleError(message, path=shown(file.place)) from error
    if not decoded.text.strip():
        raise empty(file.place)
    return decoded


def decoding_fields(decoded: Decoded) -> dict[str, object]:
    """Return what the reader of an article should know about how its file was decoded."""
    fields: dict[str, object] = {"encoding": decoded.encoding} if decoded.encoding else {}
    if decoded.replaced:
        fields["replaced_characters"] = decoded.replaced
    return fields


def too_long(file: ArticleFile) -> ArticleError:
    """Return the error for more text than one article may have."""
    message = f"{shown(file.place)} has more than {TEXT_LIMIT:,} characters; split it."
    return ArticleError(message, path=shown(file.place))


def _article(
    file: ArticleFile, decoded: Decoded, *, front_matter: str, fields: Mapping[str, object]
) -> Article:
    text = decoded.text
    if len(text) > TEXT_LIMIT:
        raise too_long(file)
    body = text[len(front_matter) :]
    is_markdown = file.name.lower().endswith(".md")
    url = web_address(_field(fields, "url", "link", "canonical"))
    return Article(
        id=article_id(url, file.name),
        title=clean_title(_field(fields, "title", "judul"))
        or guess_title(body, markdown=is_markdown),
        text=text,
        source=storable(file.place),
        language=language_code(_field(fields, "language", "lang", "bahasa")),
        published=parse_date(_field(fields, "date", "published", "tanggal")) or find_dateline(body),
        url=url,
        authors=author_names(
            fields.get("author") or fields.get("authors") or fields.get("penulis")
        ),
        metadata=metadata({**_facts(fields), **decoding_fields(decoded)}),
    )


def _field(fields: Mapping[str, object], *names: str) -> str:
    values = (fields.get(name) for name in names)
    return next((value for value in values if isinstance(value, str) and value.strip()), "")


def _facts(fields: Mapping[str, object]) -> dict[str, object]:
    """Return what front matter tells beside the fields of an article, as other formats tell it."""
    facts = {
        "site": _field(fields, "site", "source", "publisher", "media"),
        "modified": iso_day(_field(fields, *MODIFIED)),
    }
    own = {*_OWN, *(MODIFIED if facts["modified"] else ()), *facts}
    return facts | {name: value for name, value in fields.items() if name not in own}


def _front_matter_fields(source: str) -> Mapping[str, object]:
    """Read YAML front matter; nothing where it is damaged: the text is worth keeping without."""
    import yaml

    if source.count("[") + source.count("{") > _BRACKET_LIMIT:
        return _FIELDS
    try:
        # BaseLoader makes strings, lists and dicts only: no objects, no dates that never were.
        loaded = yaml.BaseLoader(source).get_single_data()
    except (yaml.YAMLError, RecursionError, ValueError):
        return _FIELDS
    if not isinstance(loaded, dict):
        return _FIELDS
    return {str(name).lower(): value for name, value in loaded.items() if isinstance(name, str)}
