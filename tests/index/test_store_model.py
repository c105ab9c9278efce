"""R9: the store against a dictionary; whatever is done to both, they hold and find the same.

CI: 20 runs of 25 steps. Long: 2,000 of 200 (``--run-long``).
"""

from __future__ import annotations

import shutil
import tempfile
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from index.store import (
    IndexedArticle,
    IndexedPassage,
    Manifest,
    SourceFile,
    content_hash,
    open_store,
    schema,
)
from index.types import Article, Filters, Passage, Sentence
from index.vectors import VectorView
from tests.index.stores import damage

WORDS = ("baja", "rusia", "sipil", "pabrik")
LANGUAGES = ("id", "en")
QUERY = np.array([[0.1, 0.7, 0.2, 0.5]], np.float32)

bodies = st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map(" ".join)
articles = st.tuples(
    st.sampled_from("abcdef"),
    st.lists(bodies, max_size=3).map(tuple),
    st.sampled_from(LANGUAGES),
)


def vector(body: str) -> np.ndarray:
    """Return the unit vector of a body: how often it has each word."""
    counts = np.array([body.split().count(word) for word in WORDS], np.float32)
    return counts / np.linalg.norm(counts)


def ready(article_id: str, texts: tuple[str, ...], language: str) -> IndexedArticle:
    """Return an article of one passage per text."""
    article = Article(article_id, "t", "\n".join(texts), language=language)
    passages, start = [], 0
    for text in texts:
        end = start + len(text)
        passage = Passage(article_id, start, end, (Sentence(article_id, start, end),), text)
        parts = (tuple(text.split()), content_hash(text), vector(text))
        passages.append(IndexedPassage(passage, *parts))
        start = end + 1
    return IndexedArticle(article, tuple(passages))


class StoreMachine(RuleBasedStateMachine):
    """Put, read files, remove, crash, damage and repair; the dictionary says what must be found."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.patch = pytest.MonkeyPatch()  # nothing loses power here: do not wait for the disk
        self.patch.setattr(schema, "SYNCHRONOUS", "OFF")
        self.patch.setattr("os.fsync", lambda descriptor: None)
        manifest = Manifest("m", "m", len(WORDS), "c", "1")
        self.store = open_store(Path(self.folder.name) / "index", create=manifest)
        self.model: dict[str, IndexedArticle] = {}
        self.origins: dict[str, set[str]] = {}
        with self.store.snapshot() as snapshot:
            self.view = VectorView.load(snapshot)

    def replace(self, indexed: list[IndexedArticle]) -> None:
        """Put articles into the dictionary; the last of an id counts."""
        for article in {each.article.id: each for each in indexed}.values():
            self.model.pop(article.article.id, None)
            self.model[article.article.id] = article
        for article in indexed:
            self.origins.setdefault(article.article.id, set()).add(article.origin)

    def disown(self, path: str, kept: set[str]) -> None:
        """Part the articles of a file from it, and drop those that nothing else holds."""
        for article_id in [id_ for id_, paths in self.origins.items() if path in paths]:
            if article_id not in kept:
                self.origins[article_id].discard(path)
                if not self.origins[article_id]:
                    self.drop(article_id)

    def drop(self, article_id: str) -> None:
        """Take an article out of the dictionary."""
        self.model.pop(article_id, None)
        self.origins.pop(article_id, None)

    @rule(batch=st.lists(articles, min_size=1, max_size=3))
    def put(self, batch: list[tuple[str, tuple[str, ...], str]]) -> None:
        """Commit a batch of values."""
        indexed = [ready(*article) for article in batch]
        with self.store.writer() as writer:
            writer.put(indexed)
        self.replace(indexed)

    @rule(path=st.sampled_from("pqr"), batch=st.lists(articles, max_size=3))
    def read_file(self, path: str, batch: list[tuple[str, tuple[str, ...], str]]) -> None:
        """Commit what a file holds now; what it held before leaves."""
        indexed = [replace(ready(*article), origin=path) for article in batch]
        ids = tuple(dict.fromkeys(each.article.id for each in indexed))
        with self.store.writer() as writer:
            writer.put(indexed, files=[SourceFile(path, len(batch), 1, "", ids)])
            file = writer.stored.file(path)
            assert file is not None
            assert file.articles == tuple(sorted(ids))
        self.replace(indexed)
        self.disown(path, set(ids))

    @rule(paths=st.lists(st.sampled_from("pqr"), max_size=2))
    def release(self, paths: list[str]) -> None:
        """Forget files that are gone."""
        before = len(self.model)
        with self.store.writer() as writer:
            writer.release(paths)
            for path in paths:
                self.disown(path, set())
                assert writer.stored.file(path) is None
            assert writer.released == before - len(self.model)

    @rule(ids=st.lists(st.sampled_from("abcdef"), max_size=2), erase=st.booleans())
    def remove(self, ids: list[str], erase: bool) -> None:
        """Remove some that are there and some that are not."""
        with self.store.writer() as writer:
            assert writer.remove(ids, erase=erase) == len(set(ids) & set(self.model))
        for article_id in ids:
            self.drop(article_id)

    @rule(article=articles)
    def crash(self, article: tuple[str, tuple[str, ...], str]) -> None:
        """A writer dies after a commit: its files at that moment hold all of it."""
        indexed, image = ready(*article), Path(self.folder.name) / "image"
        with suppress(KeyboardInterrupt), self.store.writer() as writer:
            writer.put([indexed])
            shutil.rmtree(image, ignore_errors=True)
            shutil.copytree(self.store.path, image)
            raise KeyboardInterrupt
        self.replace([indexed])
        with open_store(image) as left:
            with left.snapshot() as snapshot:
                assert snapshot.article_ids() == list(self.model)
            assert left.check() == []

    @rule()
    def reopen(self) -> None:
        """Close and open again, with a view from the file."""
        self.store.close()
        self.store = open_store(self.store.path)
        with self.store.snapshot() as snapshot:
            self.view = VectorView.load(snapshot)

    @precondition(lambda self: self.model)
    @rule()
    def repair(self) -> None:
        """There is never anything to repair."""
        assert self.store.check(repair=True) == []

    @rule(what=st.sampled_from(("full text", "vector index", "pages")))
    def damage(self, what: str) -> None:
        """What is derived is made again from the rows."""
        if what == "full text":
            damage(self.store, "INSERT INTO fts(fts) VALUES('delete-all')")
        elif what == "pages":  # an index, which says nothing of the rows
            damage(self.store, "PRAGMA writable_schema=ON",
                   "UPDATE sqlite_schema SET rootpage = (SELECT rootpage FROM sqlite_schema "
                   "WHERE name = 'origin_path') WHERE name = 'article_digest'")  # fmt: skip
        files = list((self.store.path / "ann").iterdir())
        for file in files if what == "vector index" else ():
            file.write_bytes(b"")
        parts = {finding.part for finding in self.store.check(repair=True)}
        assert parts <= {what, "database"}
        # Without passages there are no words; after a crash there may be no file.
        is_there = {
            "pages": True,
            "full text": any(article.passages for article in self.model.values()),
            "vector index": bool(files),
        }
        assert bool(parts) == is_there[what]
        assert self.store.check() == []

    @invariant()
    def holds_the_same(self) -> None:
        """Articles in the order they were put, each as it was."""
        with self.store.snapshot() as snapshot:
            assert [info.id for info in snapshot.articles()] == list(self.model)
            for article_id, article in self.model.items():
                assert snapshot.article(article_id) == article.article

    @invariant()
    def finds_the_same(self) -> None:
        """Words and vectors, with and without a filter, against a walk over the dictionary."""
        with self.store.snapshot() as snapshot:
            self.view = self.view.refresh(snapshot)
            for filters in (None, Filters(languages=("id",))):
                allowed = snapshot.allowed_ids(filters)
                passages = [
                    passage
                    for article in self.model.values()
                    if filters is None or article.article.language == "id"
                    for passage in article.passages
                ]
                having = sorted(p.passage.text for p in passages if "baja" in p.terms)
                found = [id_ for id_, _ in snapshot.lexical(["baja"], 99, allowed)]
                texts = [p.passage.text for p in snapshot.passages(found).values()]
                assert sorted(texts) == having
                ids, scores = self.view.search(QUERY, 2, allowed)[0]
                near = [p.passage.text for p in snapshot.passages(ids.tolist()).values()]
                stored = [p.vector.astype("<f2").astype(np.float64) for p in passages]
                products = [(v * QUERY[0].astype(np.float64)).sum() for v in stored]
                exact = np.array(products, np.float64).astype(np.float32)
                best = sorted(range(len(passages)), key=lambda i: (-exact[i], i))[:2]
                assert near == [passages[i].passage.text for i in best]
                assert scores.tolist() == exact[best].tolist()

    def teardown(self) -> None:
        """Nothing is damaged in the end."""
        assert self.store.check() == []
        self.store.close()
        self.patch.undo()
        self.folder.cleanup()


class LongStoreMachine(StoreMachine):
    """The same, for long."""


StoreMachine.TestCase.settings = settings(
    max_examples=20, stateful_step_count=25, deadline=None, derandomize=True
)
LongStoreMachine.TestCase.settings = settings(
    max_examples=2000, stateful_step_count=200, deadline=None,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
TestStore = StoreMachine.TestCase
TestStoreLong = pytest.mark.long(LongStoreMachine.TestCase)
