"""The store: what is put comes back exactly, is found, filtered and counted."""

from __future__ import annotations

import math
from collections import Counter
from datetime import date

import numpy as np
import pytest

from index.errors import ArticleError
from index.store import (
    IndexedArticle,
    IndexedPassage,
    SourceFile,
    Store,
    content_hash,
    full_text,
    open_store,
)
from index.types import Article, Failure, Filters, Sentence
from tests.index.stores import put, ready, unit


def test_an_article_comes_back_exactly(store: Store) -> None:
    """Every field, emoji, combining marks, NUL, CRLF and the order of metadata keys aside."""
    text = "İstanbul 👩‍👩‍👧 e\u0301\r\nnul\0 日本"
    article = ready(
        "a/1",
        text,
        source="berita/1.txt",
        language="id",
        published=date(2022, 4, 26),
        url="https://example.org/1?a=b#c",
        authors=("Ani", "Budi"),
        metadata={"encoding": "utf-8", "a": "ü"},
    )
    put(store, article)
    with open_store(store.path).snapshot() as snapshot:
        assert snapshot.article("a/1") == article.article
        assert snapshot.article("a/2") is None
        found = snapshot.passages([1])[1]
        assert found.passage == article.passages[0].passage
        assert found.passage.text == text
        assert found.article.digest == article.article.digest
        assert found.article.published == date(2022, 4, 26)
        assert found.content == content_hash(text)


def test_passages_keep_order_and_sentences(store: Store) -> None:
    """Passages come in the order asked for; a sentence that must not be cited stays so."""
    put(store, ready("a", "Satu dua", "Baca juga: lain"), ready("b", "Tiga"))
    with store.snapshot() as snapshot:
        found = snapshot.passages([3, 2, 99, 1])
    assert list(found) == [3, 2, 1]
    assert [p.passage.sentences[0].citable for p in found.values()] == [True, False, True]
    assert found[2].passage.sentences == (Sentence("a", 9, 24, citable=False),)


def test_a_newer_version_replaces_the_older(store: Store) -> None:
    """The old passages are gone everywhere, and their ids are never used again."""
    assert put(store, ready("a", "lama sekali"), ready("b", "tetap")) == 1
    assert put(store, ready("a", "baru")) == 2
    with store.snapshot() as snapshot:
        assert snapshot.generation == 2
        assert snapshot.passage_ids().tolist() == [2, 3]
        assert snapshot.lexical(["lama"], 5) == []
        assert [id_ for id_, _ in snapshot.lexical(["baru"], 5)] == [3]
        assert [info.id for info in snapshot.articles()] == ["b", "a"]
    with store.writer() as writer:
        assert writer.remove(["a", "b", "c"]) == 2
        writer.put([ready("a", "lagi")])
    with store.snapshot() as snapshot:
        assert snapshot.passage_ids().tolist() == [4]


def test_lexical_scores_are_bm25(store: Store) -> None:
    """Against the formula: k1 = 1.2, b = 0.75; ties by passage id; any term suffices."""
    bodies = [
        "rusia baja baja",
        "rusia ukraina pabrik sipil",
        "pabrik",
        "é_a 1.5",
        "rusia pabrik x",
    ]
    put(store, *[ready(f"a{i}", body) for i, body in enumerate(bodies)])
    lengths = [len(body.split()) for body in bodies]
    mean = sum(lengths) / len(bodies)

    def bm25(body: str, terms: list[str]) -> float:
        counts, total = Counter(body.split()), 0.0
        for term in terms:
            having = sum(term in other.split() for other in bodies)
            idf = max(1e-6, math.log((len(bodies) - having + 0.5) / (having + 0.5)))
            length = 1.2 * (1 - 0.75 + 0.75 * len(body.split()) / mean)
            total += idf * counts[term] * 2.2 / (counts[term] + length)
        return total

    with store.snapshot() as snapshot:
        for terms in (["baja", "sipil"], ["é_a"], ["1.5", "pabrik"], ["rusia", "rusia"]):
            expected = {i + 1: bm25(b, list(dict.fromkeys(terms))) for i, b in enumerate(bodies)}
            order = sorted((i for i in expected if expected[i]), key=lambda i: (-expected[i], i))
            found = snapshot.lexical(terms, 10)
            assert [id_ for id_, _ in found] == order
            assert [score for _, score in found] == pytest.approx([expected[i] for i in order])
            assert snapshot.lexical(terms, 1) == found[:1]
        assert snapshot.lexical(["tidak", '"', "a b"], 10) == []
        assert snapshot.lexical([], 10) == []


def test_frequent_terms_only_fill_up(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the budget the rarest terms choose; a filter they do not fill brings the rest."""
    monkeypatch.setattr(full_text, "BUDGET", 3)
    put(store, *[ready(f"a{i}", f"umum w{i}") for i in range(8)], ready("b", "umum langka"))
    with store.snapshot() as snapshot:
        assert [i for i, _ in snapshot.lexical(["umum", "langka", "w2"], 9)] == [3, 9]
        assert [i for i, _ in snapshot.lexical(["umum"], 3)] == [1, 2, 3]
        allowed = np.array([2, 9])
        assert [i for i, _ in snapshot.lexical(["umum", "langka"], 9, allowed)] == [9, 2]
        assert [i for i, _ in snapshot.lexical(["umum", "langka"], 1, allowed)] == [9]


def test_what_is_rescored_is_found_by_its_rare_terms(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The budget of a search whose candidates all terms score is one of its own."""
    monkeypatch.setattr(full_text, "RESCORED", 3)
    put(store, *[ready(f"a{i}", f"umum w{i}") for i in range(8)], ready("b", "umum langka"))
    terms = ["umum", "langka", "w2"]
    with store.snapshot() as snapshot:
        assert [i for i, _ in snapshot.lexical(terms, 9, rescored=True)] == [3, 9]
        assert len(snapshot.lexical(terms, 9)) == 9


def test_passages_with_a_term_are_counted_anew_in_each_generation(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the order of the terms, repeats and unknown ones included, with little memory too."""
    put(store, ready("a", "baja sipil", "baja baja"), ready("b", "sipil"))
    for limit in (50_000, 1):
        monkeypatch.setattr(full_text, "_CACHE_LIMIT", limit)
        with store.snapshot() as snapshot:
            assert snapshot.count_passages(["sipil", "nihil", "baja", "sipil"]) == [2, 0, 2, 2]
            assert snapshot.count_passages(["baja", "kota"]) == [2, 0]
            assert snapshot.count_passages([]) == []
    put(store, ready("c", "kota baja"))
    with store.snapshot() as snapshot:
        assert snapshot.count_passages(["baja", "kota"]) == [3, 1]


def test_shared_terms_are_whole_terms_and_counted_once(store: Store) -> None:
    put(store, ready("a", "baja baja pabrik", "sipil"), ready("b", "bajak"))
    with store.snapshot() as snapshot:
        found = snapshot.shared_terms([3, 1, 2, 99], {"baja", "pabrik", "nihil"})
        assert found == {1: ["baja", "pabrik"], 2: [], 3: []}


def test_articles_of_passages_come_once(store: Store) -> None:
    put(store, ready("a", "satu", "dua"), ready("b", "tiga"), ready("c", "empat"))
    with store.snapshot() as snapshot:
        assert snapshot.passage_articles([3, 1, 2, 99]) == ["a", "b"]
        assert snapshot.passage_articles([]) == []


def test_filters_restrict_and_never_widen(store: Store) -> None:
    """Dates are inclusive, undated articles fail them, and no match is an empty array."""
    put(
        store,
        ready("a", "x satu", "x dua", language="id", published=date(2022, 4, 1), source="k.txt"),
        ready("b", "x tiga", language="en", published=date(2022, 4, 30), source="l.txt"),
        ready("c", "x empat", language="id", source="k.txt"),
        ready("d", language="fr"),
    )
    with store.snapshot() as snapshot:

        def allowed(**fields: object) -> list[int] | None:
            ids = snapshot.allowed_ids(Filters(**fields))  # type: ignore[arg-type]
            return None if ids is None else ids.tolist()

        assert allowed() is None
        assert allowed(languages=("id",)) == [1, 2, 4]
        assert allowed(languages=("id", "en")) == [1, 2, 3, 4]
        assert allowed(sources=("l.txt",), languages=("id",)) == []
        assert allowed(published_from=date(2022, 4, 1), published_to=date(2022, 4, 30)) == [1, 2, 3]
        assert allowed(published_from=date(2022, 4, 2)) == [3]
        assert allowed(published_to=date(2022, 3, 31)) == []
        assert allowed(article_ids=("c", "nobody", "a")) == [1, 2, 4]
        assert allowed(article_ids=("d",)) == []
        assert snapshot.lexical(["x"], 9, snapshot.allowed_ids(Filters(languages=("xx",)))) == []
        english = snapshot.allowed_ids(Filters(languages=("en",)))
        assert [i for i, _ in snapshot.lexical(["x"], 9, english)] == [3]
        assert [i for i, _ in snapshot.lexical(["x"], 9, np.array([1, 4]))] == [1, 4]
        listed = snapshot.articles(Filters(languages=("id",)), order="published")
        assert [info.id for info in listed] == ["a", "c"]
        assert [i.id for i in snapshot.articles(order="published", offset=1, limit=2)] == ["a", "c"]
        assert snapshot.languages() == {"id": 2, "en": 1, "fr": 1}
        with pytest.raises(ValueError, match="'size'"):
            snapshot.articles(order="size")  # type: ignore[arg-type]


def test_bookkeeping_travels_with_the_batch(store: Store) -> None:
    """Files and failures are kept; success clears a failure, removal forgets the file."""
    file = SourceFile("b/a.txt", 12, 10**18 + 1, "ab" * 32, ("a", "b"))
    put(store, ready("a", "x"), failures=[Failure("b/a.txt", "it is empty"), Failure("z", "no")])
    put(store, ready("b", "x"), files=[file])
    with store.writer() as writer:
        assert writer.stored.file("b/a.txt") == file
        assert writer.stored.file("z") is None
        assert writer.stored.failures() == [Failure("z", "no")]
        stats = writer.stored.stats()
        assert (stats.articles, stats.passages, stats.files, stats.failures) == (2, 2, 1, 1)
        assert writer.stored.intact("a") == ready("a", "x").article
        assert writer.stored.intact("c") is None
        assert writer.put() == 2
        assert writer.remove(["nobody"]) == 0
        assert writer.stored.file("b/a.txt") == file
        assert writer.remove(["b"]) == 1
        assert writer.stored.file("b/a.txt") is None
        assert writer.stored.generation == 3


def test_vectors_are_found_by_content(store: Store) -> None:
    """The stored half floats come back, also through a second storing, without change."""
    put(store, ready("a", "sama", "lain"))
    with store.writer() as writer:
        found = writer.stored.vectors([content_hash("sama"), content_hash("baru")])
        assert list(found) == [content_hash("sama")]
        vector = found[content_hash("sama")]
        assert vector.tobytes() == unit("sama").astype("<f2").astype("<f4").tobytes()
        passage = ready("b", "sama").passages[0]
        again = IndexedPassage(passage.passage, passage.terms, passage.content, vector)
        writer.put([IndexedArticle(ready("b", "sama").article, (again,))])
    with store.snapshot() as snapshot:
        (ids, rows) = next(snapshot.vector_rows())
    assert ids.tolist() == [1, 2, 3]
    assert rows[0].tobytes() == rows[2].tobytes() == vector.astype("<f2").tobytes()


def test_what_cannot_be_stored_is_refused_before_anything_is(store: Store) -> None:
    """Half characters, unusable ids, vectors of another size or length, foreign passages."""
    good = ready("a", "x")
    with store.writer() as writer:
        for bad in (Article("\ud800", "", "x"), Article("b", "t", "x\udfff"), Article("", "", "x")):
            with pytest.raises(ArticleError):
                writer.put([good, IndexedArticle(bad)])
        passage = good.passages[0]
        for vector in (np.ones(8, np.float32), np.ones(1, np.float32), np.full(8, np.nan)):
            wrong = IndexedPassage(passage.passage, (), b"", vector.astype(np.float32))
            with pytest.raises(ValueError, match="vectors"):
                writer.put([IndexedArticle(good.article, (wrong,))])
        with pytest.raises(ValueError, match="not a passage of"):
            writer.put([IndexedArticle(Article("a", "", "y"), (passage,))])
        assert writer.stored.generation == 0
        assert writer.put([good]) == 1
