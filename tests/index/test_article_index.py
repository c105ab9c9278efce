"""The index as its user sees it: add, search, read, remove, follow, refuse."""

from __future__ import annotations

import json
import os
import threading
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from index import Article, ArticleIndex, Filters, FusionWeights, Hit, ModelError, StoreError
from index.preparing import embedded_text

TEXTS = {
    "harbour.txt": "The harbour of Pelabuhan Ratu opened a new fish market. Traders sold 40 tons.",
    "school.txt": "A village school received a library. The teacher read to the children.",
    "rain.txt": "Hujan deras turun di Bogor. Sungai meluap dan jembatan rusak.",
}


def write(folder: Path, texts: dict[str, str] = TEXTS) -> Path:
    folder.mkdir(exist_ok=True)
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
        earlier = (folder / name).stat().st_mtime - 60  # what was written just now is read twice
        os.utime(folder / name, (earlier, earlier))
    return folder


def shown(hits: list[Hit]) -> list[tuple[str, int, int, float]]:
    return [(hit.article.id, hit.passage.start, hit.passage.end, hit.score) for hit in hits]


def test_adds_searches_and_reads_back(tmp_path: Path, embedder: object) -> None:
    with ArticleIndex.open(tmp_path / "index", create=True, model=embedder) as index:
        report = index.add(write(tmp_path / "articles"))
        assert (report.added, report.updated, report.unchanged, report.failed) == (3, 0, 0, ())
        assert report.embedded == 3
        hit = index.search("fish market harbour", 1)[0]
        assert hit.article.id == "harbour.txt"
        assert (hit.dense_rank, hit.lexical_rank) == (1, 1)
        article = index.article("harbour.txt")
        assert article.text == TEXTS["harbour.txt"]
        assert article.text[hit.passage.start : hit.passage.end] == hit.passage.text
        assert set(index.languages) == {"en", "id"}


def test_every_character_lies_in_some_passage(tmp_path: Path, embedder: object) -> None:
    text = "Judul Berita\n\n" + " ".join(
        f"Kalimat nomor {n} tentang İstanbul 🚢." for n in range(200)
    )
    with ArticleIndex.open(tmp_path / "index", create=True, model=embedder) as index:
        index.add(Article(id="a", title="Judul Berita", text=text, language="id"))
        covered = set()
        for hit in index.search("Kalimat", 100):
            covered.update(range(hit.passage.start, hit.passage.end))
            assert text[hit.passage.start : hit.passage.end] == hit.passage.text
            for sentence in hit.passage.sentences:
                assert hit.passage.covers(sentence)
    assert {place for place, letter in enumerate(text) if not letter.isspace()} <= covered


def test_unchanged_files_are_neither_read_nor_embedded(
    tmp_path: Path, embedder: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write(tmp_path / "articles")
    with ArticleIndex.open(tmp_path / "index", create=True, model=embedder) as index:
        index.add(folder)
        embedder.texts.clear()
        monkeypatch.setattr("index.source_files.load_file", pytest.fail)
        monkeypatch.setattr("hashlib.file_digest", pytest.fail)
        report = index.add(folder)
        assert (report.added, report.unchanged, report.embedded) == (0, 3, 0)
        assert embedder.texts == []


def test_a_touched_file_is_hashed_but_not_parsed(
    tmp_path: Path, embedder: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write(tmp_path / "articles")
    with ArticleIndex.open(tmp_path / "index", create=True, model=embedder) as index:
        index.add(folder)
        (folder / "rain.txt").touch()
        monkeypatch.setattr("index.source_files.load_file", pytest.fail)
        assert index.add(folder).unchanged == 3


def test_an_edited_file_replaces_its_article(tmp_path: Path, embedder: object) -> None:
    folder = write(tmp_path / "articles")
    with ArticleIndex.open(tmp_path / "index", create=True, model=embedder) as index:
        index.add(folder)
        before = index.generation
        write(folder, {"school.txt": "The observatory photographed a comet on 3 May 2024."})
        report = index.add(folder)
        assert (report.added, report.updated, report.unchanged) == (0, 1, 2)
        assert index.generation > before
        assert index.search("comet observatory", 1)[0].article.id == "school.txt"
        assert "library" not in " ".join(hit.passage.text for hit in index.search("library", 10))


def test_equal_passages_are_embedded_once(tmp_path: Path, embedder: object) -> None:
    text = TEXTS["harbour.txt"]
    articles = [Article(id=name, title="", text=text, language="en") for name in "abc"]
    with ArticleIndex.open(tmp_path / "index", create=True, model=embedder) as index:
        report = index.add(articles)
        assert (report.added, report.duplicates, report.embedded) == (3, 2, 1)
        # Equal scores keep the order in which the articles came; copies are named, not shown.
        [hit] = index.search("harbour", 3)
        assert hit.article.id == "a"
        assert [info.id for info in hit.also_in] == ["b", "c"]


def test_rows_that_left_a_file_leave_the_index(tmp_path: Path, embedder: object) -> None:
    path = tmp_path / "news.jsonl"
    rows = [{"id": name, "text": f"Berita {name} dari kota {name}."} for name in "abc"]
    path.write_text("\n".join(json.dumps(row) for row in rows))
    with ArticleIndex.open(tmp_path / "index", create=True, model=embedder) as index:
        assert index.add(path).added == 3
        path.write_text("\n".join(json.dumps(row) for row in rows[:2]))
        report = index.add(path)
        assert (report.unchanged, report.embedded) == (2, 0)
        assert [info.id for info in index.articles()] == ["a", "b"]
        assert index.add(path).unchanged == 2


def test_a_bad_file_among_good_ones_is_reported(tmp_path: Path, embedder: object) -> None:
    folder = write(tmp_path / "articles")
    (folder / "empty.txt").write_text("")
    with ArticleIndex.open(tmp_path / "index", create=True, model=embedder) as index:
        report = index.add([folder, tmp_path / "nowhere"])
        assert report.added == 3
        assert [Path(failure.path).name for failure in report.failed] == ["empty.txt", "nowhere"]
        assert all("\n" not in failure.message for failure in report.failed)
        # What failed is tried again, what succeeded is not.
        assert len(index.add(folder).failed) == 1


def test_a_second_folder_with_the_same_name_does_not_replace_the_first(
    tmp_path: Path, embedder: object
) -> None:
    first = write(tmp_path / "one", {"a.txt": "The first report about the dam."})
    second = write(tmp_path / "two", {"a.txt": "The second report about the bridge."})
    with ArticleIndex.open(tmp_path / "index", create=True, model=embedder) as index:
        index.add(first)
        report = index.add(second)
        assert "same name" in report.failed[0].message
        assert index.article("a.txt").text == "The first report about the dam."


def test_a_moved_folder_is_followed(tmp_path: Path, embedder: object) -> None:
    first = write(tmp_path / "one", {"a.txt": "The first report about the dam."})
    with ArticleIndex.open(tmp_path / "index", create=True, model=embedder) as index:
        index.add(first)
        first.rename(tmp_path / "two")
        write(tmp_path / "two", {"a.txt": "The corrected report about the dam."})
        assert index.add(tmp_path / "two").updated == 1
        assert index.article("a.txt").text == "The corrected report about the dam."


def test_removed_articles_are_not_found(tmp_path: Path, embedder: object) -> None:
    with ArticleIndex.open(tmp_path / "index", create=True, model=embedder) as index:
        index.add(write(tmp_path / "articles"))
        assert index.remove(["rain.txt", "nothing"]) == 1
        assert "rain.txt" not in {hit.article.id for hit in index.search("hujan sungai", 10)}
        with pytest.raises(StoreError, match=r"no article 'rain\.txt'"):
            index.article("rain.txt")
        # Its file is forgotten too: adding it again brings it back.
        assert index.add(tmp_path / "articles").added == 1


def test_filters_restrict_before_ranking_and_no_match_is_nothing(
    tmp_path: Path, embedder: object
) -> None:
    articles = [
        Article(id=str(n), title="", text=f"Report {n} about the dam.", language="en",
                published=date(2024, n, 1) if n < 4 else None)
        for n in range(1, 6)
    ]  # fmt: skip
    with ArticleIndex.open(tmp_path / "index", create=True, model=embedder) as index:
        index.add(articles)

        def found(filters: Filters) -> set[str]:
            return {hit.article.id for hit in index.search("report dam", 10, filters=filters)}

        assert found(Filters(published_from=date(2024, 2, 1))) == {"2", "3"}
        assert found(Filters(published_to=date(2024, 2, 1))) == {"1", "2"}
        assert found(Filters(article_ids=("5", "1"))) == {"1", "5"}
        assert found(Filters(languages=("fi",))) == set()


def test_reopened_and_rebuilt_indexes_give_the_same_results(
    tmp_path: Path, embedder: object
) -> None:
    folder = write(tmp_path / "articles")
    queries = ["fish market", "library teacher", "jembatan", "Bogor river"]
    results = []
    for name in ("one", "two"):
        with ArticleIndex.open(tmp_path / name, create=True, model=embedder) as index:
            index.add(folder)
            results.append([shown(index.search(query)) for query in queries])
        with ArticleIndex.open(tmp_path / name, model=embedder, readonly=True) as index:
            results.append([shown(index.search(query)) for query in queries])
    assert results[0] == results[1] == results[2] == results[3]
    assert all(results[0])


def test_dense_order_is_that_of_brute_force(tmp_path: Path, embedder: object) -> None:
    """The dense ranks of a search are those of numpy over the stored half floats."""
    rng = np.random.default_rng(7)
    words = [f"word{n}" for n in range(60)]
    articles = [
        Article(id=str(n), title="", text=" ".join(rng.choice(words, 12)) + ".", language="en")
        for n in range(300)
    ]
    with ArticleIndex.open(tmp_path / "index", create=True, model=embedder) as index:
        index.add(articles)
        matrix = embedder.embed([a.text for a in articles], kind="passage").astype(np.float16)
        for query in ("word1 word2 word3", "word59", "nothing of the kind"):
            vector = embedder.embed([query], kind="query")[0].astype(np.float64)
            scores = (matrix.astype(np.float64) * vector).sum(axis=1).astype(np.float32)
            expected = np.lexsort((np.arange(300), -scores))[:200]
            hits = index.search(query, 200, weights=FusionWeights(1.0, 0.0, 0.0))
            ranks = {hit.article.id: hit.dense_rank for hit in hits if hit.dense_rank}
            assert ranks == {str(place): rank for rank, place in enumerate(expected, start=1)}


def test_another_model_and_a_missing_index_are_one_sentence(
    tmp_path: Path, embedder: object, other_embedder: object
) -> None:
    with pytest.raises(StoreError, match="kutip index"):
        ArticleIndex.open(tmp_path / "index")
    ArticleIndex.open(tmp_path / "index", create=True, model=embedder).close()
    with pytest.raises(ModelError, match="made with the embedding model hash, not other"):
        ArticleIndex.open(tmp_path / "index", create=True, model=other_embedder)


def test_bad_queries(tmp_path: Path, embedder: object) -> None:
    with ArticleIndex.open(tmp_path / "index", create=True, model=embedder) as index:
        assert index.search("market") == []
        index.add(write(tmp_path / "articles"))
        assert index.search("   ") == []
        assert index.search('" OR NEAR( * ^ : - \0 \ud800') != []
        with pytest.raises(ValueError, match="k must be at least 1"):
            index.search("market", 0)
        with pytest.raises(ValueError, match="5000 characters"):
            index.search("x" * 5000)


def test_a_reader_follows_the_writer(tmp_path: Path, embedder: object) -> None:
    with ArticleIndex.open(tmp_path / "index", create=True, model=embedder) as writer:
        writer.add(write(tmp_path / "articles"))
        with ArticleIndex.open(tmp_path / "index", model=embedder, readonly=True) as reader:
            assert reader.search("comet", 1)[0].article.id != "new"
            writer.add(Article(id="new", title="", text="A comet passed.", language="en"))
            assert reader.search("comet", 1)[0].article.id == "new"
            assert reader.generation == writer.generation


def test_many_threads_search_while_one_adds(tmp_path: Path, embedder: object) -> None:
    with ArticleIndex.open(tmp_path / "index", create=True, model=embedder) as index:
        index.add(write(tmp_path / "articles"))
        wrong: list[object] = []

        def ask() -> None:
            for _ in range(40):
                for hit in index.search("report harbour", 5):
                    text = index.article(hit.article.id).text
                    if text[hit.passage.start : hit.passage.end] != hit.passage.text:
                        wrong.append(hit)

        threads = [threading.Thread(target=ask) for _ in range(4)]
        for thread in threads:
            thread.start()
        for number in range(10):
            index.add(Article(id=f"r{number}", title="", text=f"Report {number}.", language="en"))
        for thread in threads:
            thread.join()
        assert wrong == []
        assert len(index.articles()) == 13


def test_title_and_date_are_embedded_but_never_quoted(tmp_path: Path, embedder: object) -> None:
    text = "Big dam opens\n" + "The water rose slowly. " * 60
    article = Article(
        id="a", title="Big dam opens", text=text.strip(), language="en", published=date(2024, 5, 1)
    )
    with ArticleIndex.open(tmp_path / "index", create=True, model=embedder) as index:
        index.add(article)
        hits = sorted(index.search("water", 10), key=lambda hit: hit.passage.start)
    assert embedded_text(article, hits[0].passage) == f"2024-05-01\n{hits[0].passage.text}"
    later = hits[1].passage
    assert embedded_text(article, later) == f"Big dam opens\n2024-05-01\n{later.text}"
    assert "2024-05-01" not in later.text
