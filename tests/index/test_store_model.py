"""The store against a dictionary: whatever is done to both, they hold and find the same."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from index.store import (
    IndexedArticle,
    IndexedPassage,
    Manifest,
    content_hash,
    open_store,
    schema,
)
from index.types import Article, Filters, Passage, Sentence
from index.vectors import VectorView

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
    """Put, remove, reopen and repair; the dictionary says what must be found."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.patch = pytest.MonkeyPatch()  # nothing crashes here: do not wait for the disk
        self.patch.setattr(schema, "SYNCHRONOUS", "OFF")
        self.patch.setattr("os.fsync", lambda descriptor: None)
        manifest = Manifest("m", "m", len(WORDS), "c", "1")
        self.store = open_store(Path(self.folder.name) / "index", create=manifest)
        self.model: dict[str, IndexedArticle] = {}
        with self.store.snapshot() as snapshot:
            self.view = VectorView.load(snapshot)

    @rule(batch=st.lists(articles, min_size=1, max_size=3))
    def put(self, batch: list[tuple[str, tuple[str, ...], str]]) -> None:
        """Commit a batch; the last of an id counts."""
        indexed = [ready(*article) for article in batch]
        with self.store.writer() as writer:
            writer.put(indexed)
        for article in {each.article.id: each for each in indexed}.values():
            self.model.pop(article.article.id, None)
            self.model[article.article.id] = article

    @rule(ids=st.lists(st.sampled_from("abcdef"), max_size=2))
    def remove(self, ids: list[str]) -> None:
        """Remove some that are there and some that are not."""
        with self.store.writer() as writer:
            assert writer.remove(ids) == len(set(ids) & set(self.model))
        for article_id in ids:
            self.model.pop(article_id, None)

    @rule()
    def interrupt(self) -> None:
        """A writer that ends with an error keeps what it committed and changes nothing else."""
        try:
            with self.store.writer() as writer:
                writer.remove(list(self.model)[:1])
                raise KeyboardInterrupt
        except KeyboardInterrupt:
            self.model.pop(next(iter(self.model), ""), None)

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


StoreMachine.TestCase.settings = settings(
    max_examples=30, stateful_step_count=25, deadline=None, derandomize=True
)
TestStore = StoreMachine.TestCase
