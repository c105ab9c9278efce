"""What the tests of the store share: small articles ready to be stored, and stores of them."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import numpy as np

import index
from index.store import (
    IndexedArticle,
    IndexedPassage,
    Manifest,
    SourceFile,
    Store,
    content_hash,
    open_store,
)
from index.types import Article, Passage, Sentence

ROOT = Path(index.__file__).parents[1]
MANIFEST = Manifest("e5-small/mean/query:", "bundled", 8, "target=120 overlap=1 v1", "1", ("id",))
NAMES = ("satu", "dua", "tiga")


def unit(seed: str) -> np.ndarray:
    """Return an 8-d unit vector that follows from the seed."""
    vector = np.frombuffer(content_hash(seed), np.uint16).astype(np.float32) + 1
    return vector / np.linalg.norm(vector)


def ready(article_id: str, *bodies: str, **fields: object) -> IndexedArticle:
    """Return an article of one passage per body, whose terms are the words of the body."""
    fields = {"title": f"T {article_id}", "source": f"{article_id}.txt", **fields}
    article = Article(id=article_id, text="\n".join(bodies), **fields)  # type: ignore[arg-type]
    passages, start = [], 0
    for body in bodies:
        end = start + len(body)
        sentence = Sentence(article_id, start, end, citable=not body.startswith("Baca"))
        passage = Passage(article_id, start, end, (sentence,), body)
        terms = tuple(body.lower().split())
        passages.append(IndexedPassage(passage, terms, content_hash(body), unit(body)))
        start = end + 1
    return IndexedArticle(article, tuple(passages))


def put(store: Store, *articles: IndexedArticle, **others: object) -> int:
    """Commit one batch."""
    with store.writer() as writer:
        return writer.put(articles, **others)  # type: ignore[arg-type]


def three_articles(path: Path) -> Store:
    """Return a store of three articles, each from a file of its own, written and closed."""
    store = open_store(path, create=MANIFEST)
    put(
        store,
        *[ready(name, f"{name} awal", f"{name} akhir") for name in NAMES],
        files=[SourceFile(f"{name}.txt", 1, 1, "", (name,)) for name in NAMES],
    )
    store.close()
    return open_store(store.path)


def damage(store: Store, *statements: str) -> None:
    """Change rows behind the back of the store."""
    connection = sqlite3.connect(store.path / "store.db", isolation_level=None)
    triggers = connection.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'")
    kept = triggers.fetchall()
    for name, _ in kept:
        connection.execute(f"DROP TRIGGER {name}")
    for statement in statements:
        connection.execute(statement)
    for _, sql in kept:
        connection.execute(sql)
    connection.close()
