"""Which files are loaded from a path, under which names, and what is said of the others."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from index.errors import ArticleError
from index.loading import SUPPORTED, ArticleFile, find_files, load_articles, load_file
from index.loading.formats import LOADERS
from index.types import Article


def one(path: Path) -> Article:
    """Return the only article of a file."""
    (article,) = load_articles(path)
    return article


def write(path: Path, content: str | bytes) -> Path:
    """Write a file exactly and return its path."""
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def load(path: Path) -> Article | str:
    """Return the only article of a path, or the sentence of its error."""
    try:
        (article,) = load_articles(path)
    except ArticleError as error:
        assert_one_sentence(error)
        return str(error)
    return article


def assert_one_sentence(error: ArticleError) -> None:
    """Check that a message is one line, ends in a full stop and says what to do."""
    message = str(error)
    assert message.isprintable()
    assert message.endswith(".")
    assert any(mark in message for mark in (";", ":"))
    assert error.path


def test_every_supported_suffix_has_a_loader() -> None:
    """The list shown to users is the table that is used."""
    assert tuple(LOADERS) == SUPPORTED


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
        "notes.docx",
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
        ("https://koran.example/berita/1", "only folders and .txt, .md, .html"),
        ("https://koran.example/" + "x" * 300, "only folders and .txt, .md, .html"),
        ("feed.rss", "only folders and .txt, .md, .html, .htm, .jsonl, .jsonl.gz, .csv files"),
        ("news.zip", "only folders and .txt, .md, .html, .htm, .jsonl, .jsonl.gz, .csv files"),
        ("README", "only folders and .txt, .md, .html, .htm, .jsonl, .jsonl.gz, .csv files"),
        ("empty", "No article found in"),
        ("kutip-index", "is an index, not a folder of articles"),
    ],
)
def test_a_path_that_cannot_be_used_is_explained(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str, problem: str
) -> None:
    """By an exception, or to whoever collects errors; never by an empty result."""
    for name in ("feed.rss", "news.zip", "README", "empty/x.docx", "kutip-index/store.db"):
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
    with pytest.raises(ArticleError, match=r"a\.pdf: only folders and \.txt"):
        list(load_file(ArticleFile(tmp_path / "a.pdf", "a.pdf")))


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
