"""The values of the store, their columns, and the sums that prove a row unchanged.

SQLite checks the frames of its log but not the pages of its main file, so every row carries a
sum: ``blake2b`` of 16 bytes over its columns, each with its type and length in front. The sum of
a passage also covers the characters it stands for; the text of an article is proved by its digest.
"""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from index.pages import PAGES, page_starts
from index.types import Article, ArticleInfo, Passage, Sentence

FORMAT = 3
_SENTENCE = struct.Struct("<IIB")  # start, end, citable

CHANGING = ("generation", "set_sum", "sum")  # rows of the meta table that commits change

Value = str | bytes | int | None


@dataclass(frozen=True, slots=True)
class Manifest:
    """How an index was made: what must fit before it is searched or added to.

    ``model_identity`` names weights, pooling and prefixes; ``model_name`` is what the user typed.
    ``store_id`` is given by the store at its creation.
    """

    model_identity: str
    model_name: str
    dimension: int
    chunking: str
    analysis: str
    languages: tuple[str, ...] = ()
    store_id: str = ""
    format: int = FORMAT

    def to_meta(self) -> dict[str, str]:
        """Return the rows of the meta table, without those the store gives itself."""
        return {
            "format": str(self.format),
            "model_identity": self.model_identity,
            "model_name": self.model_name,
            "dimension": str(self.dimension),
            "chunking": self.chunking,
            "analysis": self.analysis,
            "languages": json.dumps(self.languages),
        }

    @classmethod
    def from_meta(cls, values: Mapping[str, str]) -> Manifest:
        """Read the rows of the meta table; KeyError or ValueError where they are incomplete."""
        return cls(
            model_identity=values["model_identity"],
            model_name=values["model_name"],
            dimension=int(values["dimension"]),
            chunking=values["chunking"],
            analysis=values["analysis"],
            languages=tuple(json.loads(values["languages"])),
            store_id=values["store_id"],
            format=int(values["format"]),
        )


@dataclass(frozen=True, slots=True, eq=False)
class IndexedPassage:
    """A passage ready to be stored: its terms, the hash of what was embedded, its unit vector."""

    passage: Passage
    terms: tuple[str, ...]
    content: bytes
    vector: NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class IndexedArticle:
    """An article ready to be stored, with its passages in order.

    ``origin`` is the path of the file it came from, "" where it was given as a value.
    """

    article: Article
    passages: tuple[IndexedPassage, ...] = ()
    origin: str = ""


@dataclass(frozen=True, slots=True)
class StoredPassage:
    """A passage as it was read back; ``id`` is also its number in the vector index."""

    id: int
    passage: Passage
    article: ArticleInfo
    content: bytes


@dataclass(frozen=True, slots=True)
class SourceFile:
    """What is remembered of an indexed file, so that an unchanged one is not read again.

    ``articles`` are the ids of those it holds.
    """

    path: str
    size: int
    mtime_ns: int
    sha256: str
    articles: tuple[str, ...]

    @property
    def sum(self) -> bytes:
        """The sum of its rows."""
        listed = sorted(set(self.articles))
        return row_sum(self.path, self.size, self.mtime_ns, self.sha256, *listed)


@dataclass(frozen=True, slots=True)
class AnnFile:
    """The FAISS file of the store: ``count`` vectors, none of a passage id above ``last``."""

    name: str
    generation: int
    count: int
    last: int
    dimension: int
    kind: str
    size: int
    sha256: bytes


@dataclass(frozen=True, slots=True)
class StoreStats:
    """Figures of a store; ``bytes`` counts every file of its folder."""

    path: str
    articles: int
    passages: int
    files: int
    failures: int
    languages: Mapping[str, int]
    bytes: int
    generation: int
    manifest: Manifest
    vector_index: str
    sqlite_version: str


def folder_size(folder: Path) -> int:
    """Return the bytes of all files in a folder, without those a writer removes meanwhile."""
    total = 0
    for path in folder.rglob("*"):
        with suppress(OSError):
            total += path.stat().st_size if path.is_file() else 0
    return total


def row_sum(*values: Value) -> bytes:
    """Return the 16-byte sum of a row; no two rows share an encoding."""
    digest = hashlib.blake2b(digest_size=16)
    for value in values:
        data = value if isinstance(value, bytes) else str(value).encode()
        digest.update(f"{type(value).__name__[0]}{len(data)}:".encode())
        digest.update(data)
    return digest.digest()


def manifest_sum(meta: Mapping[str, str]) -> str:
    """Return the sum (hex) of the rows of the meta table that never change."""
    fixed = sorted((key, value) for key, value in meta.items() if key not in CHANGING)
    return row_sum(*(part for pair in fixed for part in pair)).hex()


def slice_text(text: object, start: object, stop: object) -> str:
    """Return ``text[start:stop]``; "" where damage has left values of other types."""
    if isinstance(text, str) and isinstance(start, int) and isinstance(stop, int):
        return text[start:stop]
    return ""


def content_hash(text: str) -> bytes:
    """Return the hash under which the vector of an embedded text is found again."""
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def encode_vectors(vectors: NDArray[np.float32]) -> NDArray[np.float16]:
    """Return (n, d) unit rows as they are stored: IEEE half floats, little-endian."""
    norms = np.linalg.norm(vectors.astype(np.float32), axis=1)
    if not np.all(np.abs(norms - 1.0) < 1e-2):
        raise ValueError(f"vectors must be unit rows, not of length {norms.tolist()[:4]}")
    return vectors.astype("<f2")


def decode_vectors(blobs: Sequence[bytes], dimension: int) -> NDArray[np.float16]:
    """Return the (n, d) stored half floats; the search decodes exactly these."""
    return np.frombuffer(b"".join(blobs), dtype="<f2").reshape(len(blobs), dimension)


def encode_sentences(sentences: Sequence[Sentence]) -> bytes:
    """Return offsets and the citable flag of each sentence."""
    return b"".join(_SENTENCE.pack(s.start, s.end, s.citable) for s in sentences)


def decode_sentences(blob: bytes, article_id: str) -> tuple[Sentence, ...]:
    """Return the sentences of a passage."""
    return tuple(
        Sentence(article_id, start, end, bool(citable))
        for start, end, citable in _SENTENCE.iter_unpack(blob)
    )


# Columns of an article row before its sum, in the order of the table.
ARTICLE_COLUMNS = (
    "number, id, title, source, language, published, url, authors, metadata, digest, first, "
    "passages"
)


def article_columns(article: Article, number: int, first: int, passages: int) -> tuple[Value, ...]:
    """Return the columns of ``ARTICLE_COLUMNS``."""
    return (
        number,
        article.id,
        article.title,
        article.source,
        article.language,
        article.published.isoformat() if article.published else None,
        article.url,
        json.dumps(article.authors),
        json.dumps(dict(article.metadata), sort_keys=True),
        article.digest,
        first,
        passages,
    )


def to_article(columns: Sequence[Value], text: str) -> Article:
    """Return the article of verified columns."""
    _, id_, title, source, language, published, url, authors, metadata, *_ = columns
    return Article(
        id=str(id_),
        title=str(title),
        text=text,
        source=str(source),
        language=str(language),
        published=_date(published),
        url=None if url is None else str(url),
        authors=tuple(json.loads(str(authors))),
        metadata=MappingProxyType(json.loads(str(metadata))),
    )


def to_info(columns: Sequence[Value]) -> ArticleInfo:
    """Return what a hit tells of its article, from verified columns."""
    _, id_, title, source, language, published, url, _, metadata, digest, *_ = columns
    return ArticleInfo(
        id=str(id_),
        title=str(title),
        published=_date(published),
        language=str(language),
        source=str(source),
        digest=str(digest),
        url=None if url is None else str(url),
        # Few articles have pages, and lists of articles are long.
        pages=page_starts(json.loads(str(metadata))) if f'"{PAGES}"' in str(metadata) else (),
    )


def _date(value: Value) -> date | None:
    # Older versions stored moments, given as values, with their time of day.
    return None if value is None else date.fromisoformat(str(value)[:10])
