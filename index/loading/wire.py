"""What the process that parses files and its parent say to each other: JSON, and bytes apart.

A message is two lengths, a JSON object and raw bytes. Nothing of it is ever executed.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any, BinaryIO

from index.loading.files import ArticleFile
from index.types import Article

_LENGTHS = struct.Struct("<IQ")

Message = dict[str, Any]


def send(stream: BinaryIO, message: Mapping[str, object], content: bytes = b"") -> None:
    """Write a message and flush it."""
    head = json.dumps(message).encode()
    stream.write(_LENGTHS.pack(len(head), len(content)) + head)
    stream.write(content)
    stream.flush()


def receive(stream: BinaryIO) -> tuple[Message, bytes] | None:
    """Read a message; None where the other side has gone."""
    lengths = stream.read(_LENGTHS.size)
    if len(lengths) < _LENGTHS.size:
        return None
    head_length, content_length = _LENGTHS.unpack(lengths)
    head, content = stream.read(head_length), stream.read(content_length)
    if len(head) < head_length or len(content) < content_length:
        return None
    message: Message = json.loads(head)
    return message, content


def file_message(file: ArticleFile) -> Message:
    """Return a file as a message; its content travels apart."""
    return {
        "path": str(file.path),
        "name": file.name,
        "address": file.address,
        "suffix": file.kind or "",
        "columns": dict(file.columns),
        "has_content": file.content is not None,
    }


def file_of(message: Message, content: bytes) -> ArticleFile:
    """Return the file that a message names."""
    return ArticleFile(
        path=Path(message["path"]),
        name=message["name"],
        address=message["address"],
        content=content if message["has_content"] else None,
        suffix=message["suffix"],
        columns=MappingProxyType(message["columns"]),
    )


def article_message(article: Article) -> Message:
    """Return an article as a message; its text travels apart."""
    return {
        "id": article.id,
        "title": article.title,
        "source": article.source,
        "language": article.language,
        "published": article.published.isoformat() if article.published else None,
        "url": article.url,
        "authors": list(article.authors),
        "metadata": dict(article.metadata),
    }


def article_of(message: Message, text: bytes) -> Article:
    """Return the article that a message holds."""
    published = message["published"]
    return Article(
        id=message["id"],
        title=message["title"],
        text=text.decode("utf-8"),
        source=message["source"],
        language=message["language"],
        published=date.fromisoformat(published) if published else None,
        url=message["url"],
        authors=tuple(message["authors"]),
        metadata=MappingProxyType(message["metadata"]),
    )
