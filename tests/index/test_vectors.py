"""The nearest passages against a walk over every vector, to the bit."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from index.store import (
    IndexedArticle,
    IndexedPassage,
    Manifest,
    Snapshot,
    Store,
    faiss_file,
    open_store,
)
from index.types import Article, Filters, Passage, Sentence
from index.vectors import VectorView

D = 24


def rows(count: int, seed: int, distinct: int | None = None) -> NDArray[np.float32]:
    """Return unit vectors as they are stored, of which only ``distinct`` differ."""
    vectors = np.random.default_rng(seed).standard_normal((distinct or count, D))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    vectors = vectors[np.random.default_rng(seed + 1).integers(0, len(vectors), count)]
    return vectors.astype("<f2").astype(np.float32)


def oracle(
    ids: NDArray[np.int64], vectors: NDArray[np.float32], query: NDArray[np.float32], k: int
) -> tuple[list[int], list[float]]:
    """Score every vector in double precision; order by score, then id."""
    scored = []
    for id_, vector in zip(ids.tolist(), vectors, strict=True):
        product = vector.astype(np.float64) * query.astype(np.float64)
        scored.append((-float(np.float32(product.sum())), id_))
    scored = sorted(scored)[:k]
    return [id_ for _, id_ in scored], [-score for score, _ in scored]


def view(
    ids: NDArray[np.int64], vectors: NDArray[np.float32], split: int, dead: Iterable[int] = ()
) -> VectorView:
    """Return a view whose base holds the first ``split`` vectors, some of them dead."""
    halves = vectors.astype(np.float16)
    base = faiss_file.build([(ids[:split], halves[:split])], split, D) if split else None
    alive = np.isin(ids[:split], list(dead), invert=True)
    keep = np.isin(ids[split:], list(dead), invert=True)
    newer = vectors[split:][keep]
    return VectorView(1, D, base, None if alive.all() else alive, ids[split:][keep], newer)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(data=st.data())
def test_search_is_exact_with_ties_filters_and_deletions(data: st.DataObject) -> None:
    """Whatever lies in the base or beside it, is dead or not allowed."""
    count = data.draw(st.integers(1, 120))
    distinct = data.draw(st.sampled_from([1, 2, 5, count]))
    vectors = rows(count, data.draw(st.integers(0, 999)), distinct)
    ids = np.cumsum(np.random.default_rng(count).integers(1, 4, count)).astype(np.int64)
    split = data.draw(st.integers(0, count))
    dead = data.draw(st.sets(st.sampled_from(ids.tolist())))
    searched = view(ids, vectors, split, dead)
    live = np.isin(ids, list(dead), invert=True)
    assert len(searched) == live.sum()
    queries = np.concatenate([rows(2, 5), vectors[:1]])
    wanted = data.draw(st.none() | st.sets(st.integers(0, int(ids[-1]) + 3)))
    allowed = None if wanted is None else np.array(sorted(wanted), dtype=np.int64)
    if wanted is not None:
        live &= np.isin(ids, list(wanted))
    k = data.draw(st.integers(1, count + 2))
    results = searched.search(queries, k, allowed)
    for query, (found, scores) in zip(queries, results, strict=True):
        assert (found.tolist(), scores.tolist()) == oracle(ids[live], vectors[live], query, k)
    alone = [searched.search(query[np.newaxis], k, allowed)[0] for query in queries]
    assert [x.tobytes() for pair in alone for x in pair] == [
        x.tobytes() for pair in results for x in pair
    ]


def test_ties_wider_than_the_first_look_are_ordered_by_id() -> None:
    """3,000 equal vectors, most of the lowest ids not in FAISS's first answer."""
    vectors = rows(3000, 3, distinct=1)
    ids = np.arange(10, 3010)
    for split in (0, 1500, 3000):
        found, scores = view(ids, vectors, split, dead=range(10, 20)).search(vectors[:1], 7)[0]
        assert found.tolist() == list(range(20, 27))
        assert len(set(scores.tolist())) == 1


def test_ties_that_single_precision_tells_apart_are_ordered_by_id() -> None:
    """Permutations of one vector score the same against a constant; FAISS rounds them apart."""
    random = np.random.default_rng(4)
    vectors = np.stack([random.permutation(rows(1, 6)[0]) for _ in range(400)])
    query = np.full(D, 0.2, np.float32)
    for split in (0, 200, 400):
        found, scores = view(np.arange(400), vectors, split).search(query[np.newaxis], 7)[0]
        assert found.tolist() == list(range(7))
        assert len(set(scores.tolist())) == 1


def test_wrong_arguments_are_named() -> None:
    """Queries of another size and a k of nothing."""
    searched = view(np.arange(5), rows(5, 1), 3)
    for queries in (np.zeros((1, D + 1), np.float32), np.zeros(D, np.float32)):
        with pytest.raises(ValueError, match=r"must be \(n, 24\)"):
            searched.search(queries, 1)
    with pytest.raises(ValueError, match="not 0"):
        searched.search(rows(1, 1), 0)


def article(number: int, vectors: NDArray[np.float32], language: str = "id") -> IndexedArticle:
    """Return an article with one passage per vector."""
    text = "kata " * len(vectors)
    spans = [(5 * i, 5 * i + 4) for i in range(len(vectors))]
    name = f"a{number}"
    passages = tuple(
        IndexedPassage(
            Passage(name, start, end, (Sentence(name, start, end),), "kata"), ("kata",), b"", vector
        )
        for (start, end), vector in zip(spans, vectors, strict=True)
    )
    return IndexedArticle(Article(name, "t", text, language=language), passages)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Return an empty store."""
    return open_store(tmp_path / "index", create=Manifest("m", "m", D, "c", "1"))


def everything(snapshot: Snapshot) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Return all ids and vectors of a snapshot."""
    parts = list(snapshot.vector_rows())
    vectors = np.concatenate([rows_ for _, rows_ in parts]).astype(np.float32)
    return np.concatenate([ids for ids, _ in parts]), vectors


def test_a_view_follows_the_store(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Added, replaced and removed articles, reading only what is new, never the future."""
    monkeypatch.setattr(faiss_file, "SMALL", 0)  # small changes leave the file as it is
    queries = rows(3, 77)
    with store.writer() as writer:
        writer.put([article(n, rows(5, n)) for n in range(40)])
    with store.snapshot() as snapshot:
        before = VectorView.load(snapshot)
        assert before.base is not None
        assert len(before) == 200
        assert before.refresh(snapshot) is before
        old = before.search(queries, 9)
        with store.writer() as writer:
            writer.put([article(3, rows(4, 300)), article(99, rows(2, 99), "en")])
            writer.put([article(5, rows(1, 500))])
        with store.snapshot() as later:
            read: list[int] = []
            real = Snapshot.vector_rows

            def noted(self: Snapshot, ids: NDArray[np.int64] | None = None) -> Any:
                read.extend([] if ids is None else ids.tolist())
                return real(self, ids)

            monkeypatch.setattr(Snapshot, "vector_rows", noted)
            after = before.refresh(later)
            assert after.base is before.base
            assert read == list(range(201, 208))
            assert len(after) == 200 - 5 + 4 + 2 - 5 + 1
            ids, vectors = everything(later)
            for query, (found, scores) in zip(queries, after.search(queries, 9), strict=True):
                assert (found.tolist(), scores.tolist()) == oracle(ids, vectors, query, 9)
            english = later.allowed_ids(Filters(languages=("en",)))
            assert sorted(after.search(queries[:1], 9, english)[0][0].tolist()) == [205, 206]
        again = after.refresh(snapshot)  # a reader that is behind gets its own generation back
        assert again.generation == before.generation
        assert repr(again.search(queries, 9)) == repr(old)


def test_a_new_base_is_taken_when_too_much_changed(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half as much again leaves the old base; what is searched stays exact."""
    monkeypatch.setattr("index.vectors.SMALL", 0)
    with store.writer() as writer:
        writer.put([article(n, rows(5, n)) for n in range(4)])
    with store.snapshot() as snapshot:
        before = VectorView.load(snapshot)
    with store.writer() as writer:
        writer.put([article(n, rows(5, n)) for n in range(10, 14)])
        with store.snapshot() as snapshot:  # the file is behind: a base from the rows
            middle = before.refresh(snapshot)
            assert middle.base is not None
            assert middle.base.name == ""
            assert (len(middle.newer_ids), len(middle)) == (0, 40)
        assert writer.remove([f"a{n}" for n in (0, 1, 2, 3, 10)]) == 5
    with store.snapshot() as snapshot:
        after = middle.refresh(snapshot)
        assert after.base is not None
        assert [after.base.name] == [path.name for path in (store.path / "ann").iterdir()]
        ids, vectors = everything(snapshot)
        found, scores = after.search(rows(1, 8), 20)[0]
        assert (found.tolist(), scores.tolist()) == oracle(ids, vectors, rows(1, 8)[0], 20)


def test_the_same_index_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    """One batch or many, from the file or from the rows: results and file are bit-equal."""
    results, files = [], []
    for name, size in (("once", 60), ("often", 7)):
        store = open_store(tmp_path / name, create=Manifest("m", "m", D, "c", "1"))
        articles = [article(n, rows(3, n % 20)) for n in range(60)]
        with store.writer() as writer:
            for start in range(0, 60, size):
                writer.put(articles[start : start + size])
        (file,) = (store.path / "ann").iterdir()
        files.append(file.read_bytes())
        with store.snapshot() as snapshot:
            from_file = VectorView.load(snapshot)
            count = len(from_file)
            base = faiss_file.build(snapshot.vector_rows(), count, D)
            empty = np.empty(0, np.int64), np.empty((0, D), np.float32)
            views = [from_file, VectorView(1, D, base, None, *empty)]
            ids, vectors = everything(snapshot)
            views.append(VectorView(1, D, None, None, ids, vectors))
            for view_ in views:
                found = view_.search(rows(5, 123), 30)
                results.append(b"".join(x.tobytes() for pair in found for x in pair))
            results[-1] += repr(snapshot.lexical(["kata"], 30)).encode()
            results[-2] += repr(snapshot.lexical(["kata"], 30)).encode()
            results[-3] += repr(snapshot.lexical(["kata"], 30)).encode()
    assert len(set(results)) == 1
    assert files[0] == files[1]


def test_a_graph_serves_large_collections(tmp_path: Path) -> None:
    """Recall at 10 of at least 0.98, exact scores, exact filters, the same bytes each time."""
    vectors = rows(2000, 11)
    ids = np.arange(1, 2001)
    halves = vectors.astype(np.float16)
    graph = faiss_file.build([(ids, halves)], 2000, D, flat_limit=1000)
    assert graph.kind == "hnsw"
    for name in ("ann", "tmp"):
        (tmp_path / name).mkdir()
    row = faiss_file.write(graph, tmp_path, 7)
    again = faiss_file.build([(ids, halves)], 2000, D, flat_limit=1000)
    assert faiss_file.write(again, tmp_path, 7) == row
    loaded = faiss_file.load(row, tmp_path, D)
    assert (loaded.kind, loaded.name) == ("hnsw", row.name)
    empty = np.empty(0, np.int64), np.empty((0, D), np.float32)
    searched = VectorView(1, D, loaded, None, *empty)
    queries = rows(40, 12)
    met = 0
    for query, (found, scores) in zip(queries, searched.search(queries, 10), strict=True):
        expected, _ = oracle(ids, vectors, query, 10)
        met += len(set(expected) & set(found.tolist()))
        exact = dict(zip(*oracle(ids, vectors, query, 2000), strict=True))
        assert [exact[id_] for id_ in found.tolist()] == scores.tolist()
    assert met >= 0.98 * 400
    allowed = np.arange(100, 200)
    found, scores = searched.search(queries[:1], 50, allowed)[0]
    assert (found.tolist(), scores.tolist()) == oracle(allowed, vectors[99:199], queries[0], 50)
    assert len(searched.search(queries[:1], 5000)[0][0]) == 2000


def test_a_graph_that_finds_too_little_is_not_used(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Where no effort reaches the recall, the index stays exact and says so."""
    monkeypatch.setattr(faiss_file, "RECALL", 1.01)
    halves = rows(500, 1).astype(np.float16)
    base = faiss_file.build([(np.arange(500), halves)], 500, D, flat_limit=100)
    assert base.kind == "flat"
    assert "stays exact" in caplog.text
