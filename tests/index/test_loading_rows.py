"""Rows of .jsonl and .csv files: their fields, their numbers, and rows that are broken."""

from __future__ import annotations

import gzip
import json
import random
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.errors import ArticleError
from index.loading import find_files, json_lines, load_articles, load_file
from index.types import Article
from tests.index.loaded import assert_one_sentence, load, one, write


def test_a_row_gives_title_newline_text(tmp_path: Path) -> None:
    """So gold sentence n of the evaluation is line n; what is not text goes elsewhere."""
    row = {
        "id": "bbc.1.id",
        "title": "Judul",
        "text": "Satu.\nDua.",
        "language": "id",
        "published": "2022-04-26",
        "url": "https://koran.example/1",
        "authors": ["Budi", "Ani"],
        "source": "Koran",
        "parallel": "bbc.1",
        "sentences": ["Judul", "Satu.", "Dua."],
    }
    article = one(write(tmp_path / "a.jsonl", json.dumps(row) + "\n"))
    assert article == Article(
        id="bbc.1.id",
        title="Judul",
        text="\n".join(row["sentences"]),
        source="Koran",
        language="id",
        published=date(2022, 4, 26),
        url="https://koran.example/1",
        authors=("Budi", "Ani"),
        metadata={"parallel": "bbc.1"},
    )


def test_a_title_that_is_the_first_line_is_not_repeated(tmp_path: Path) -> None:
    """The comparison is of whole lines: a first line that only begins so is text."""
    rows = [
        {"id": 1, "title": " Judul ", "text": "Judul\nSatu."},
        {"id": 2, "title": "Judul", "text": "Judul besar\nSatu."},
        {"id": 3, "title": "", "text": "Satu."},
        {"id": 4, "title": "Judul\nlagi", "text": "Satu."},
    ]
    path = write(tmp_path / "a.jsonl", "\n".join(map(json.dumps, rows)))
    texts = {article.id: article.text for article in load_articles(path)}
    assert texts == {
        "1": "Judul\nSatu.",
        "2": "Judul\nJudul besar\nSatu.",
        "3": "Satu.",
        "4": "Judul lagi\nSatu.",
    }


def test_a_title_is_cut(tmp_path: Path) -> None:
    """C20: at 512 characters."""
    row = json.dumps({"title": "x" * 1_000_000, "text": "Teks."})
    (tmp_path / "a.jsonl").write_text(row, encoding="utf-8")
    article = load(tmp_path / "a.jsonl")
    assert isinstance(article, Article)
    assert (article.title, article.text) == ("x" * 512, "x" * 512 + "\nTeks.")


def test_ids_are_the_rows_else_the_address_else_the_line(tmp_path: Path) -> None:
    """Blank lines count, so that the number is the editor's."""
    rows = ['{"id": "x", "url": "https://a.example/1", "text": "T."}', ""]
    rows += ['{"url": "https://a.example/2", "text": "T."}', '{"id": "", "text": "T."}']
    rows += ['{"url": "javascript:alert(1)", "text": "T."}']
    (tmp_path / "news").mkdir()
    path = write(tmp_path / "news" / "a.jsonl.gz", gzip.compress("\n".join(rows).encode()))
    loaded = list(load_articles(tmp_path))
    assert [a.id for a in loaded] == [
        "x",
        "https://a.example/2",
        "news/a.jsonl.gz#4",
        "news/a.jsonl.gz#5",
    ]
    assert [a.url for a in loaded] == ["https://a.example/1", "https://a.example/2", None, None]
    assert {a.source for a in loaded} == {str(path.resolve())}


def test_rows_are_streamed(tmp_path: Path) -> None:
    """The first articles come before the rest of the file is looked at."""
    good = [json.dumps({"id": str(n), "text": "Teks."}) for n in range(3)]
    path = write(tmp_path / "a.jsonl", "\n".join([*good, "{broken"]))
    articles = load_articles(path)
    assert [next(articles).id for _ in good] == ["0", "1", "2"]
    with pytest.raises(ArticleError, match="line 4: the row is not JSON"):
        next(articles)


def test_one_bad_line_among_many_is_reported_and_the_rest_loaded(tmp_path: Path) -> None:
    """The message carries the line number."""
    rows = [json.dumps({"text": f"Teks {n}."}) for n in range(1000)]
    rows[499] = '{"text": "Teks'
    (found,) = find_files(write(tmp_path / "a.jsonl", "\n".join(rows)))
    errors: list[ArticleError] = []
    articles = list(load_file(found, on_error=errors.append))
    assert len(articles) == 999
    assert [str(error) for error in errors] == [
        f"{found.path}, line 500: the row is not JSON; correct it or take it out."
    ]
    assert errors[0].path == str(found.path)


def test_a_lone_surrogate_of_json_is_replaced(tmp_path: Path) -> None:
    """A16: nothing that UTF-8 cannot carry reaches the store."""
    row = r'{"id": "\ud800", "title": "a\udc00", "text": "b\ud83d\ude00\ud800", "\ud800": "\udfff"}'
    (tmp_path / "a.jsonl").write_text(row, encoding="utf-8")
    article = load(tmp_path / "a.jsonl")
    assert isinstance(article, Article)
    assert (article.id, article.title) == ("\ufffd", "a\ufffd")
    assert article.text == "a\ufffd\nb😀\ufffd"
    assert dict(article.metadata) == {"\ufffd": "\ufffd"}


BAD_ROWS: dict[str, tuple[str | bytes, str]] = {
    "E31": ('{"text": ' + "[" * 100_000, "is nested too deeply"),
    "E31 closed": ('{"text": ' + "[" * 100_000 + "]" * 100_000 + "}", "is nested too deeply"),
    "E32 integer": ('{"text": "t", "id": ' + "1" * 1_000_000 + "}", "is not JSON"),
    "no object": ('["text"]', "is not a JSON object"),
    "null": ("null", "is not a JSON object"),
    "no text": ('{"title": "T"}', "has no text"),
    "blank text": ('{"text": " \\n\\u0000"}', "has no text"),
    "text is a list": ('{"text": ["T"]}', "has no text"),
    "id": (json.dumps({"id": "x" * 1025, "text": "T"}), "has an id of more than 1,024"),
    "C18": (json.dumps({"text": "x" * 5_000_001}), "has more than 5,000,000 characters"),
    "latin-1": (b'{"text": "caf\xe9"}', "is not UTF-8"),
}


@pytest.mark.parametrize("case", BAD_ROWS)
def test_a_bad_row_is_named_by_its_line(tmp_path: Path, case: str) -> None:
    """The rows around it are loaded."""
    row, problem = BAD_ROWS[case]
    good = b'{"text": "Teks."}\n'
    data = row if isinstance(row, bytes) else row.encode()
    (tmp_path / "a.jsonl").write_bytes(good + data + b"\n" + good)
    errors: list[ArticleError] = []
    articles = list(load_articles(tmp_path / "a.jsonl", on_error=errors.append))
    assert [article.id for article in articles] == ["a.jsonl#1", "a.jsonl#3"]
    assert len(errors) == 1
    assert f"line 2: the row {problem}" in str(errors[0])
    assert_one_sentence(errors[0])


def test_odd_json_that_is_allowed(tmp_path: Path) -> None:
    """E32: NaN is no text, and of two equal keys the last one counts."""
    row = '{"text": "A", "text": "B", "n": NaN, "published": NaN, "title": 1984, "x": {"y": 1}}'
    (tmp_path / "a.jsonl").write_text(row, encoding="utf-8")
    article = load(tmp_path / "a.jsonl")
    assert isinstance(article, Article)
    assert (article.text, article.title, article.published) == ("1984\nB", "1984", None)
    assert dict(article.metadata) == {}


def test_a_line_that_is_too_long_is_skipped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """E34: it is never held whole, and the next line is read as usual."""
    monkeypatch.setattr(json_lines, "LINE_LIMIT", 1000)
    rows = [{"text": "Satu."}, {"text": "x" * 5000}, {"text": "Tiga."}]
    packed = gzip.compress("\n".join(map(json.dumps, rows)).encode())
    (tmp_path / "a.jsonl.gz").write_bytes(packed)
    errors: list[ArticleError] = []
    articles = list(load_articles(tmp_path / "a.jsonl.gz", on_error=errors.append))
    assert [article.text for article in articles] == ["Satu.", "Tiga."]
    assert [str(error).split(", ")[1] for error in errors] == [
        "line 2: the row is longer than 0 MB; correct it or take it out."
    ]


def test_a_cut_archive_gives_what_it_holds_and_an_error(tmp_path: Path) -> None:
    """The rows before the damage are good."""
    rows = "\n".join(json.dumps({"text": f"{n} {random.Random(n).random()}"}) for n in range(2000))
    packed = gzip.compress(rows.encode())
    (tmp_path / "a.jsonl.gz").write_bytes(packed[: len(packed) // 2])
    errors: list[ArticleError] = []
    articles = list(load_articles(tmp_path / "a.jsonl.gz", on_error=errors.append))
    assert 100 < len(articles) < 2000
    assert len(errors) == 1
    assert "is damaged after line" in str(errors[0])


def test_a_file_of_bad_rows_is_given_up(tmp_path: Path) -> None:
    """A million reports help nobody: after a hundred without an article it is no JSON Lines."""
    (tmp_path / "a.jsonl").write_text("no json\n" * 1000, encoding="utf-8")
    errors: list[ArticleError] = []
    assert list(load_articles(tmp_path / "a.jsonl", on_error=errors.append)) == []
    assert len(errors) == 101
    assert "is not JSON Lines" in str(errors[-1])


@pytest.mark.parametrize(("rows", "told"), [(2, 3), (1000, 101)])
def test_rows_without_the_column_are_told_what_there_is(
    tmp_path: Path, rows: int, told: int
) -> None:
    """They are JSON Lines, and only the name of the column is another."""
    row = json.dumps({"kepala": "Judul", "uraian": "Satu."})
    path = write(tmp_path / "a.jsonl", f"{row}\n" * rows)
    errors: list[ArticleError] = []
    assert list(load_articles(path, on_error=errors.append)) == []
    assert len(errors) == told
    assert "has no column named text or body or content, only 'kepala, uraian'" in str(errors[-1])
    assert_one_sentence(errors[-1])
    with pytest.raises(ArticleError, match=r"the row has no text \(Isi Berita\)"):
        next(load_articles(path, columns={"text": "Isi Berita"}))
    columns = {"title": "kepala", "text": "uraian"}
    assert [a.title for a in load_articles(path, columns=columns)] == ["Judul"] * rows


def test_a_column_that_no_row_has_is_told_of(tmp_path: Path) -> None:
    """Else a slip of the pen would take all titles away without a word."""
    rows = [{"kepala": "Satu", "isi": "Isi satu."}, {"isi": "Isi dua."}, {"judul": "", "isi": "3"}]
    path = write(tmp_path / "a.jsonl", "\n".join(map(json.dumps, rows)))
    for column, told in (("Kepala", 0), ("kepla", 1)):
        errors: list[ArticleError] = []
        articles = load_articles(path, columns={"title": column}, on_error=errors.append)
        assert [len(list(articles)), len(errors)] == [3, told]
    assert "has no column named kepla" in str(errors[0])
    assert_one_sentence(errors[0])


@settings(
    deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    row=st.dictionaries(
        st.sampled_from(["id", "title", "text", "url", "date", "author", "language", "x"]),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
            lambda inner: st.lists(inner, max_size=3),
            max_leaves=4,
        ),
    )
)
def test_any_row_ends_in_an_article_or_one_sentence(tmp_path: Path, row: dict[str, object]) -> None:
    """Values of the wrong type are left out or reported."""
    (tmp_path / "a.jsonl").write_text(json.dumps(row), encoding="utf-8")
    errors: list[ArticleError] = []
    loaded = list(load_articles(tmp_path / "a.jsonl", on_error=errors.append))
    assert len(loaded) + len(errors) == 1
    for article in loaded:
        assert article.text.strip()
        assert article.id
        article.text.encode("utf-8")


@pytest.mark.parametrize(
    ("row", "authors", "kept"),
    [
        ({"author": float("nan"), "date": float("nan"), "score": float("nan")}, (), {}),
        ({"author": {"@type": "Person", "name": "Budi"}}, ("Budi",), {}),
        ({"authors": [{"name": "Ani"}, "Budi", {"url": "x"}, 7]}, ("Ani", "Budi"), {}),
        ({"author": True, "byline": "Ani"}, ("Ani",), {}),
        ({"author": 7}, (), {"author": "7"}),
        ({"published": "last spring", "link": "/news/7"}, (), {"published": "last spring",
                                                              "link": "/news/7"}),
        ({"date": 1650931200, "language": "Indonesian"}, (), {"date": "1650931200",
                                                              "language": "Indonesian"}),
    ],
)  # fmt: skip
def test_no_field_is_invented_and_none_is_lost(
    tmp_path: Path, row: dict[str, object], authors: tuple[str, ...], kept: dict[str, str]
) -> None:
    """NaN is nothing and no name; what no field can be made of stays as metadata."""
    article = one(write(tmp_path / "a.jsonl", json.dumps({"text": "A text.", **row})))
    assert (article.authors, dict(article.metadata)) == (authors, kept)
    assert (article.published, article.url, article.language) == (None, None, "")
