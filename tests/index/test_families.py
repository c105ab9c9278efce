"""Families in the store, whatever came and went, and what a search makes of them."""

from __future__ import annotations

import random
import sqlite3
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index import Article, ArticleIndex, Filters
from index.duplicates import families
from index.store import Store, open_store, relatives, shared_families
from index.store.families import FAMILY_TABLES, Families
from index.store.rows import row_sum
from tests.index.conftest import HashEmbedder
from tests.index.stores import damage, put, ready
from tests.index.test_duplicates import signed, story


def chain(name: str, links: int) -> list[str]:
    """Return versions of a story, each near the next, the ends not near each other."""
    chance = random.Random(name)
    words = story(name, 150).split()
    versions = []
    for _ in range(links):
        versions.append(" ".join(words))
        for place in chance.sample(range(len(words)), 13):
            words[place] = chance.choice("lima enam tujuh sembilan puluh ribu juta kali".split())
    return versions


TEXTS = [*chain("a", 6), *chain("b", 6), "Dua kata.", "Tiga kata."]


def stored(store: Store) -> dict[str, int]:
    """Return the family of every article by id, as the rows have it."""
    with store.snapshot() as snapshot:
        return dict(
            snapshot.rows("SELECT id, family FROM article JOIN family ON family.article = number")
        )


def partition(named: dict[str, int]) -> set[frozenset[str]]:
    """Return families as sets of ids."""
    return {frozenset(i for i in named if named[i] == name) for name in named.values()}


def expected(texts: dict[str, str]) -> set[frozenset[str]]:
    """Return the families that the texts alone make, whatever happened before; the oracle."""
    ids = sorted(texts)
    named = families({n: signed(texts[i], f"T {i}") for n, i in enumerate(ids)})
    return partition({i: named[n] for n, i in enumerate(ids)})


Step = tuple[str, int | None]
STEPS = st.lists(
    st.lists(
        st.tuples(st.sampled_from("abcdefghi"), st.sampled_from([None, *range(len(TEXTS))])),
        min_size=1, max_size=5,
    ),
    min_size=1, max_size=8,
)  # fmt: skip


def take(kept: Families, connection: sqlite3.Connection, batch: list[Step]) -> None:
    """Remove, replace and add articles as a writer does."""
    for id_, text in batch:
        rows = connection.execute("SELECT number FROM article WHERE id = ?", (id_,)).fetchall()
        if rows:
            connection.execute("DELETE FROM article WHERE id = ?", (id_,))
            kept.remove([number for (number,) in rows])
        if text is not None:
            row = (id_, f"T {id_}", TEXTS[text])
            number = connection.execute(
                "INSERT INTO article(id, title, text) VALUES(?, ?, ?)", row
            ).lastrowid
            kept.add([(number or 0, *row[1:])])


@settings(max_examples=60, deadline=None)
@given(STEPS)
def test_families_follow_from_the_articles_alone(steps: list[list[Step]]) -> None:
    """After any additions, replacements and removals they are those of the texts."""
    connection = sqlite3.connect(":memory:")
    connection.executescript(
        "CREATE TABLE article(number INTEGER PRIMARY KEY AUTOINCREMENT, id, title, text);"
        + FAMILY_TABLES
    )
    kept = Families(connection)
    texts: dict[str, str] = {}
    rows = "SELECT id, family FROM article JOIN family ON family.article = number"
    for batch in steps:
        take(kept, connection, batch)
        for id_, text in batch:
            texts.pop(id_, None)
            texts |= {id_: TEXTS[text]} if text is not None else {}
        assert partition(dict(connection.execute(rows))) == expected(texts)
    assert kept.agree()
    kept.rebuild()
    assert partition(dict(connection.execute(rows))) == expected(texts)
    connection.close()


def test_a_writer_keeps_families(store: Store) -> None:
    """What batches of a store add, replace and remove changes the families with it."""
    chance = random.Random("writer")
    texts: dict[str, str] = {}
    with store.writer() as writer:
        for _ in range(6):
            removed = chance.sample("abcdefghi", 2)
            batch = {id_: chance.choice(TEXTS) for id_ in chance.sample("abcdefghi", 4)}
            writer.remove(removed)
            writer.put([ready(id_, text) for id_, text in batch.items()])
            texts = {i: t for i, t in texts.items() if i not in removed} | batch
            assert partition(stored(store)) == expected(texts)
    assert store.check() == []
    with store.snapshot() as snapshot:
        places = snapshot.rows("SELECT count(DISTINCT article) FROM place")
        assert places == [(len(texts),)]


def test_a_family_falls_apart_without_its_middle(store: Store) -> None:
    """The ends of a chain are one family through its middle only."""
    put(store, *[ready(f"{n}", text) for n, text in enumerate(chain("a", 6))])
    assert len(partition(stored(store))) == 1
    with store.writer() as writer:
        writer.remove(["1", "2", "3", "4"])
    assert partition(stored(store)) == {frozenset("0"), frozenset("5")}
    put(store, *[ready(f"{n}", text) for n, text in enumerate(chain("a", 6))])
    assert len(partition(stored(store))) == 1


def test_copies_are_counted_as_they_join(store: Store) -> None:
    """The first of a family is no copy; in one batch or in several, the others are."""
    texts = chain("a", 3)
    with store.writer() as writer:
        writer.put([ready("a", texts[0]), ready("b", texts[1]), ready("x", story("x"))])
        assert writer.copies == 1
        writer.put([ready("c", texts[2])])
        assert writer.copies == 2


def test_readers_are_told_of_families_of_several(store: Store) -> None:
    """Who is alone in its family is not mentioned; relatives come with the earliest first."""
    text = story("wire")
    put(
        store,
        ready("b", text, published=date(2024, 5, 2)),
        ready("undated", text),
        ready("lone", story("lone")),
        ready("a", text, published=date(2024, 5, 1), language="en"),
    )
    with store.snapshot() as snapshot:
        shared = shared_families(snapshot, [1, 2, 3, 4, 99])
        assert shared == {1: (1, 1), 2: (2, 1), 4: (4, 1)}
        assert [info.id for info in relatives(snapshot, 1).values()] == ["a", "b", "undated"]
        english = relatives(snapshot, 1, Filters(languages=("en",)))
        assert [info.id for info in english.values()] == ["a"]
        assert relatives(snapshot, 3).keys() == {3}


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE family SET family = 3 WHERE article = 2",
        "UPDATE family SET signature = x'00' WHERE article = 2",
        "DELETE FROM family WHERE article = 2",
        "INSERT INTO family SELECT 9, family, signature, sum FROM family WHERE article = 2",
        "DELETE FROM place WHERE article = 2",
        "UPDATE place SET key = key + 1 WHERE article = 2",
        "INSERT INTO place VALUES(7, 3)",
    ],
)
def test_damage_is_found_and_mended(
    store: Store, statement: str, caplog: pytest.LogCaptureFixture
) -> None:
    """A changed row is found, is never followed, and is made again from the articles."""
    put(store, *[ready(f"{n}", text) for n, text in enumerate(chain("a", 2))], ready("x", "Lain."))
    before = partition(stored(store))
    assert len(before) == 2
    damage(store, statement)
    with store.snapshot() as snapshot:
        assert relatives(snapshot, 3).keys() == {3}
        assert ("left out" in caplog.text) == (statement.startswith("UPDATE family SET family"))
    assert [(f.part, f.repaired) for f in store.check()] == [("duplicates", False)]
    assert [(f.part, f.repaired) for f in store.check(repair=True)] == [("duplicates", True)]
    assert partition(stored(store)) == before
    assert store.check() == []


def test_a_family_that_is_wrong_but_whole_is_found(store: Store) -> None:
    """Rows that fit their sums and not the articles are found, too."""
    put(store, *[ready(f"{n}", text) for n, text in enumerate(chain("a", 2))])
    connection = sqlite3.connect(store.path / "store.db")
    [(own,)] = connection.execute("SELECT signature FROM family WHERE article = 2")
    connection.execute(
        "UPDATE family SET family = 2, sum = ? WHERE article = 2", (row_sum(2, 2, own),)
    )
    connection.commit()
    connection.close()
    assert [f.part for f in store.check()] == ["duplicates"]


def test_an_older_store_is_signed_when_it_is_written(store: Store) -> None:
    """Format 2 had no families: readers do without, the first writer makes them."""
    put(store, *[ready(f"{n}", text) for n, text in enumerate(chain("a", 3))])
    before = partition(stored(store))
    store.close()
    connection = sqlite3.connect(store.path / "store.db")
    connection.execute("DROP TABLE family")
    connection.execute("DROP TABLE place")
    connection.execute("UPDATE meta SET value = '2' WHERE key = 'format'")
    connection.execute("PRAGMA user_version = 2")
    connection.commit()
    connection.close()
    older = open_store(store.path)
    with older.snapshot() as snapshot:
        assert shared_families(snapshot, [1, 2, 3]) == {}
    assert open_store(store.path, readonly=True).check() == []
    put(older, ready("x", "Lain."))
    newer = open_store(store.path)
    assert partition(stored(newer)) == before | {frozenset("x")}
    assert newer.check() == []


def index_of(path: Path, articles: list[Article]) -> ArticleIndex:
    """Return an index of these articles, added one by one."""
    index = ArticleIndex.open(path, create=True, model=HashEmbedder())
    for article in articles:
        index.add(article)
    return index


def wires(count: int) -> list[Article]:
    """Return copies of one story, each under a headline and in a source of its own."""
    text = story("wire") + "\nThe harbour opened on Monday."
    return [
        Article(f"wire{n}", f"Headline {n}", f"Headline {n}\n{text}", source=f"paper {n}",
                language="en", published=date(2024, 1, 1 + n % 28))
        for n in range(count)
    ]  # fmt: skip


def test_a_search_shows_one_of_each_family(tmp_path: Path) -> None:
    """The copy with the best passage is shown with all its passages, the others are named."""
    other = Article("other", "", "Other ships left the harbour.", language="en")
    with index_of(tmp_path / "index", [*wires(3), other]) as index:
        hits = index.search("harbour opened Monday", 20)
        found = dict.fromkeys(hit.article.id for hit in hits)
        assert len(found) == 2
        shown = next(id_ for id_ in found if id_.startswith("wire"))
        rest = [f"wire{n}" for n in range(3) if f"wire{n}" != shown]
        passages = [hit for hit in hits if hit.article.id == shown]
        assert len(passages) > 1
        assert all([info.id for info in hit.also_in] == rest for hit in passages)
        assert [hit.also_in for hit in hits if hit.article.id == "other"] == [()]
        only = index.search("harbour opened Monday", 20, filters=Filters(sources=("paper 2",)))
        assert {(hit.article.id, hit.also_in) for hit in only} == {("wire2", ())}


def test_many_copies_hide_nothing(tmp_path: Path) -> None:
    """Copies that fill both legs of the search leave room for what is behind them."""
    others = [
        Article(f"other{n}", "", f"Ship {n} left the harbour.", language="en") for n in range(4)
    ]
    copies = [
        Article(f"copy{n}", "", "The harbour opened.", source=f"{n}", language="en")
        for n in range(150)
    ]
    with ArticleIndex.open(tmp_path / "index", create=True, model=HashEmbedder()) as index:
        assert index.add([*copies, *others]).duplicates == 149
        hits = index.search("harbour opened", 3)
        assert [len(hit.also_in) for hit in hits] == [149, 0, 0]
        assert len(index.search("harbour opened", 10)) == 5


def test_the_order_of_indexing_does_not_show(tmp_path: Path) -> None:
    """Articles added forwards, backwards or with detours make the same families and names."""
    articles = wires(5)
    seen = []
    for name, order in (("a", articles), ("b", articles[::-1]), ("c", articles[2:] + articles)):
        with index_of(tmp_path / name, order) as index:
            [hit] = index.search("harbour opened", 1)
            seen.append({hit.article.id, *(info.id for info in hit.also_in)})
            days = [info.published for info in hit.also_in]
            assert days == sorted(days)  # type: ignore[type-var]
    assert seen == [{f"wire{n}" for n in range(5)}] * 3


def test_a_report_counts_copies(tmp_path: Path) -> None:
    """Near copies count as exact ones do, and the words say so."""
    with ArticleIndex.open(tmp_path / "index", create=True, model=HashEmbedder()) as index:
        report = index.add([*wires(3), Article("x", "", story("x"), language="en")])
        assert (report.added, report.duplicates) == (4, 2)
        assert "2 of them copies of others" in str(report)
