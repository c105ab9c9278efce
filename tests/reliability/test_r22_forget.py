"""R22: what was removed cannot be found in any file of the index, neither words nor vectors.

CI: 4 articles. Long: 50 (``--run-long``).
"""

from __future__ import annotations

import logging
import random
from pathlib import Path

import pytest

from index import Article, ArticleIndex
from tests.reliability.library import TinyEmbedder, article_of


def secret(number: int) -> Article:
    """Return an article with words that no other has."""
    words = " ".join(f"zq{number}rahasia{n}" for n in range(60))
    text = f"Judul zq{number}judul\nNama zq{number}orang ditulis di sini. {words}."
    return Article(f"id-zq{number}", f"Judul zq{number}judul", text, source=f"zq{number}.txt",
                   language="id", url=f"https://example.org/zq{number}",
                   authors=(f"zq{number}penulis",))  # fmt: skip


def traces(path: Path, number: int, vectors: list[bytes]) -> list[str]:
    """Return the files that hold something of an article, in any letter case."""
    needles = [f"zq{number}{what}".encode() for what in ("rahasia", "judul", "orang", "penulis")]
    needles += [f"id-zq{number}".encode(), f"/zq{number}".encode(), *vectors]
    return [
        file.name
        for file in path.rglob("*")
        if file.is_file()
        and any(needle in data for data in [file.read_bytes()] for needle in needles)
    ]


def vectors_of(index: ArticleIndex, article_id: str) -> list[bytes]:
    """Return the stored bytes of an article's vectors."""
    sql = "SELECT vec FROM passage JOIN article ON article = number WHERE article.id = ?"
    with index._store.snapshot() as snapshot:
        return [vector for (vector,) in snapshot.rows(sql, (article_id,))]


@pytest.mark.parametrize("count", [4, pytest.param(50, marks=pytest.mark.long)])
def test_r22_nothing_is_left_of_what_was_removed(tmp_path: Path, count: int) -> None:
    """Removed one by one among other articles; what an edit replaced goes with the next removal."""
    chance = random.Random(count)
    with ArticleIndex.open(tmp_path / "index", create=True, model=TinyEmbedder()) as index:
        index.add([article_of(f"a{n}", 1) for n in range(30)])
        for number in range(count):
            index.add([secret(number), article_of(f"a{chance.randrange(30)}", number + 2)])
            vectors = vectors_of(index, f"id-zq{number}")
            assert vectors
            assert {"store.db"} <= set(traces(index.path, number, vectors))
            assert index.remove(f"id-zq{number}") == 1
            assert traces(index.path, number, vectors) == []
        index.add(secret(999))
        vectors = vectors_of(index, "id-zq999")
        index.add(Article("id-zq999", "", "Sekarang lain sama sekali.", language="id"))
        index.remove("a1")
        assert [one for one in traces(index.path, 999, vectors) if "zq999" in one] == []
        assert index.check() == []


def test_r22_a_reader_that_holds_the_log_is_told_of(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """While a reader keeps the state before, its bytes must stay; the next run takes them away."""
    with ArticleIndex.open(tmp_path / "index", create=True, model=TinyEmbedder()) as index:
        index.add([article_of("a1", 1), secret(7)])
        vectors = vectors_of(index, "id-zq7")
        reading = index.every_article()
        assert next(reading).id == "a1"
        with caplog.at_level(logging.WARNING, "kutip"):
            index.remove("id-zq7")
        assert "can still be found in its files" in caplog.text
        assert [article.id for article in reading] == ["id-zq7"]  # its snapshot still has it
        index.add(article_of("a2", 1))
        assert traces(index.path, 7, vectors) == []
