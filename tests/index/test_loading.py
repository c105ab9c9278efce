"""Which files are loaded from a path, under which names, and what is said of the others."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from index.errors import ArticleError
from index.loading import SUPPORTED, ArticleFile, find_files, load_articles, load_file
from index.loading.archives import ARCHIVES
from index.loading.formats import PLAIN, RISKY
from index.types import Article
from tests.index.loaded import assert_one_sentence, load, one, write
from tests.index.made import docx, pdf, rss, word_paragraphs


def test_every_supported_suffix_has_a_loader() -> None:
    """The list shown to users is the table that is used."""
    assert {*PLAIN, *RISKY, *ARCHIVES} == {*SUPPORTED}
    assert not {*PLAIN} & {*RISKY}


def test_the_seed_article_is_kept_whole() -> None:
    """It opens with a sentence that tells an event's date: neither title nor date."""
    seed = Path(__file__).parents[2] / "seeds" / "000_93fbecafbda3aea8.txt"
    article = one(seed)
    assert article.text == seed.read_text("utf-8-sig")
    assert (article.id, article.title, article.published) == (seed.name, "", None)
    assert article.source == str(seed.resolve())
    assert (article.language, article.url, dict(article.metadata)) == ("", None, {})


def test_a_folder_is_walked_by_name_and_names_are_relative(tmp_path: Path) -> None:
    """Hidden files, other formats and the index itself are passed over."""
    root = tmp_path / "articles"
    for name in (
        "b.txt",
        "a/z.md",
        "a/B.TXT",
        "a/b/c.html",
        "folder.txt/inner.txt",
        ".hidden.txt",
        ".git/x.txt",
        "kutip-index/store.db",
        "kutip-index/x.txt",
        "notes.doc",
        "README",
    ):
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("Judul\n\nTeks.", encoding="utf-8")
    files = list(find_files(root))
    assert [file.name for file in files] == [
        "a/B.TXT",
        "a/b/c.html",
        "a/z.md",
        "b.txt",
        "folder.txt/inner.txt",
    ]
    assert [file.path for file in files] == [root.resolve() / file.name for file in files]
    assert list(find_files(root)) == files


def test_a_single_file_is_named_by_itself_even_when_hidden(tmp_path: Path) -> None:
    """Who names a file means it."""
    path = write(tmp_path / ".catatan.txt", "Teks.")
    assert list(find_files(path)) == [ArticleFile(path.resolve(), ".catatan.txt")]
    assert one(path).id == ".catatan.txt"


def test_relative_paths_give_absolute_sources(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file promise holds from any working directory."""
    write(tmp_path / "a.txt", "Teks satu.")
    monkeypatch.chdir(tmp_path)
    (article,) = load_articles("a.txt")
    monkeypatch.chdir("/")
    assert Path(article.source).read_text("utf-8-sig") == article.text


@pytest.mark.parametrize(
    ("path", "problem"),
    [
        ("missing.txt", "missing.txt is not there; check the path."),
        ("missing/a.txt", "is not there; check the path."),
        ("x" * 5000, "has a path that is too long"),
        ("a\0b.txt", "could not be read (embedded null byte)"),
        ("ftp://koran.example/berita/1", "only http and https addresses can be read"),
        ("http://u:p@koran.example/a", "its address holds a user name"),
        ("notes.doc", "only folders, web addresses and .txt, .md, .html, .htm, .pdf, .docx"),
        ("notes.log", "only folders, web addresses and .txt, .md, .html, .htm, .pdf, .docx"),
        ("empty", "No article found in"),
        ("kutip-index", "is an index, not a folder of articles"),
    ],
)
def test_a_path_that_cannot_be_used_is_explained(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str, problem: str
) -> None:
    """By an exception, or to whoever collects errors; never by an empty result."""
    for name in ("notes.doc", "notes.log", "empty/x.doc", "kutip-index/store.db"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("Teks.", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ArticleError) as raised:
        list(load_articles(path))
    assert problem in str(raised.value)
    assert_one_sentence(raised.value)
    errors: list[ArticleError] = []
    assert list(load_articles(path, on_error=errors.append)) == []
    assert [str(error) for error in errors] == [str(raised.value)]


def test_a_file_of_another_format_is_refused_by_load_file(tmp_path: Path) -> None:
    """Also when it did not come from ``find_files``."""
    with pytest.raises(ArticleError, match=r"a\.doc: only folders, web"):
        list(load_file(ArticleFile(tmp_path / "a.doc", "a.doc")))


NAMES = {
    "G01": "a b\tc.txt",
    "G02": "-rf.txt",
    "G03": "a\nb\r.txt",
    "G04": "📰.txt",
    "G07": "x" * 251 + ".txt",
    "G10": " a .txt",
    "G13": "%2e%2e%2f.txt",
    "G14": "$(id).txt",
    "G15": "{0.__class__}%s.txt",
    "G16": "'); DROP TABLE article;--.txt",
    "G17": "<img src=x onerror=alert(1)>.txt",
}


@pytest.mark.parametrize("case", NAMES)
def test_odd_names_are_only_names(tmp_path: Path, case: str) -> None:
    """The article is indexed under its name, and a message about it stays one line."""
    name = NAMES[case]
    (tmp_path / name).write_text("Teks.", encoding="utf-8")
    article = load(tmp_path)
    assert isinstance(article, Article)
    assert (article.id, article.source) == (name, str(tmp_path.resolve() / name))
    (tmp_path / name).write_text("", encoding="utf-8")
    assert "is empty" in str(load(tmp_path))


def test_twins_in_normal_forms_or_case_are_two_articles(tmp_path: Path) -> None:
    """G05, G12: neither hides the other."""
    for name in ("caf\u00e9.txt", "cafe\u0301.txt", "A.txt", "a.txt"):
        (tmp_path / name).write_text("Teks.", encoding="utf-8")
    ids = [article.id for article in load_articles(tmp_path)]
    assert ids == ["A.txt", "a.txt", "cafe\u0301.txt", "caf\u00e9.txt"]


def test_a_name_that_is_not_utf8_is_escaped(tmp_path: Path) -> None:
    """G06: the id can be stored, and the file is still found."""
    (tmp_path / os.fsdecode(b"caf\xe9.txt")).write_text("Teks.", encoding="utf-8")
    article = load(tmp_path)
    assert isinstance(article, Article)
    assert article.id == "caf\\xe9.txt"
    article.source.encode("utf-8")
    (tmp_path / os.fsdecode(b"caf\xe9.txt")).write_text("", encoding="utf-8")
    assert "caf\\xe9.txt is empty" in str(load(tmp_path))


CONTENTS = {
    "README": b"Teks biasa.",
    "a.bak": pdf([["Teks dari PDF."]]),
    "b.xml": rss("<item><title>J</title><description>Isi kabar.</description></item>").encode(),
    "c": b"<!doctype html><html><body><article><p>Isi halaman web ini.</p></article></body></html>",
    "d.orig": docx(word_paragraphs("Teks dari Word.")),
}


@pytest.mark.parametrize("name", CONTENTS)
def test_a_file_named_alone_is_known_by_its_content(tmp_path: Path, name: str) -> None:
    """G32, G33: whatever its name says; a folder is not searched for such files."""
    article = one(write(tmp_path / name, CONTENTS[name]))
    assert "Isi" in article.text or "Teks" in article.text
    with pytest.raises(ArticleError, match="No article found in"):
        list(load_articles(tmp_path))
