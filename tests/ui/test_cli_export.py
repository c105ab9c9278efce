"""``kutip export``: every article, every field, whole files only."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import index
from index import Article, StoreError
from ui import cli

ARTICLES = (
    Article(
        id="a1",
        title="Judul",
        text="Judul\nIsi “dengan” \x1b[31m, \x9b, \u2028, \ud800 dan 🇮🇩.\r\n",
        source="berita.txt",
        language="id",
        published=date(2022, 4, 26),
        url="https://example.org/a1",
        authors=("Ani", "Budi"),
        metadata={"encoding": "cp1252"},
    ),
    Article(id="b2", title="", text="Only text."),
)


class FakeIndex:
    """An index of the articles above; the second may be ``broken``, or end the reading."""

    broken = unreadable = False

    @classmethod
    def open(cls, path: str | None = None, **options: Any) -> FakeIndex:
        """Export never writes to the index."""
        assert options == {"readonly": True}
        return cls()

    def __enter__(self) -> FakeIndex:
        return self

    def __exit__(self, *error: object) -> None:
        """Nothing to close."""

    def every_article(self, *, on_error: Callable[[StoreError], None]) -> Iterator[Article]:
        """Yield the articles in order; a damaged one is told, an unreadable index raises."""
        for article in ARTICLES:
            if self.unreadable and article.id == "b2":
                raise StoreError("The index is damaged.", path="folder")
            if self.broken and article.id == "b2":
                on_error(StoreError("The article b2 is damaged.", path="folder"))
            else:
                yield article


@pytest.fixture(autouse=True)
def library(monkeypatch: pytest.MonkeyPatch) -> type[FakeIndex]:
    """Put the fake index behind `index`."""
    monkeypatch.setattr(index, "ArticleIndex", FakeIndex)
    monkeypatch.delenv("KUTIP_INDEX", raising=False)
    return FakeIndex


def fields(article: Article) -> dict[str, Any]:
    """Return what a line of the export holds."""
    return {
        "id": article.id,
        "title": article.title,
        "text": article.text,
        "language": article.language,
        "published": article.published.isoformat() if article.published else None,
        "url": article.url,
        "authors": list(article.authors),
        "source": article.source,
        "metadata": dict(article.metadata),
        "digest": article.digest,
    }


def test_one_line_per_article(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Text is whole and exact, also where a terminal or a line reader would trip over it."""
    file = tmp_path / "out.jsonl"
    assert cli.run(["export", str(file)]) == 0
    content = file.read_text("utf-8")
    assert len(content.splitlines()) == 2  # splitlines also splits at U+2028
    assert [json.loads(line) for line in content.split("\n")[:2]] == list(map(fields, ARTICLES))
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err == f"kutip: 2 articles written to {file}\n"
    assert list(tmp_path.iterdir()) == [file]


def test_stdout(capsysbinary: pytest.CaptureFixture[bytes], tmp_path: Path) -> None:
    """``-`` writes the same bytes to stdout and nothing else anywhere."""
    file = tmp_path / "out.jsonl"
    assert cli.run(["export", str(file)]) == 0
    capsysbinary.readouterr()
    assert cli.run(["export", "-"]) == 0
    assert capsysbinary.readouterr() == (file.read_bytes(), b"")


def test_gzip_is_reproducible(tmp_path: Path) -> None:
    """The same articles give the same bytes, whatever the file is called."""
    files = [tmp_path / "one.jsonl.gz", tmp_path / "two.jsonl.gz"]
    for file in files:
        assert cli.run(["export", str(file)]) == 0
    assert files[0].read_bytes() == files[1].read_bytes()
    lines = gzip.decompress(files[0].read_bytes()).decode().split("\n")
    assert [json.loads(line)["id"] for line in lines[:-1]] == ["a1", "b2"]


def test_a_failure_leaves_the_old_file(
    tmp_path: Path,
    library: type[FakeIndex],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Old or new, never half; nothing else is left behind."""
    monkeypatch.setattr(library, "unreadable", True)
    file = tmp_path / "out.jsonl"
    file.write_text("old")
    assert cli.run(["export", str(file)]) == 2
    assert capsys.readouterr().err == "kutip: The index is damaged.\n"
    assert file.read_text() == "old"
    assert list(tmp_path.iterdir()) == [file]


def test_a_damaged_article_is_left_out_and_told(
    tmp_path: Path,
    library: type[FakeIndex],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A backup of what is whole is worth more than none; the exit code says it is not all."""
    monkeypatch.setattr(library, "broken", True)
    file = tmp_path / "out.jsonl"
    assert cli.run(["export", str(file)]) == 3
    assert [json.loads(line)["id"] for line in file.read_text("utf-8").splitlines()] == ["a1"]
    told = capsys.readouterr().err
    assert told == f"kutip: 1 articles written to {file}\nkutip: The article b2 is damaged.\n"


@pytest.mark.skipif(os.name != "posix", reason="permissions and links of POSIX")
def test_a_replaced_file_keeps_its_link_and_permissions(tmp_path: Path) -> None:
    """A link still points to its file, and the file is as private as it was."""
    file, link = tmp_path / "real.jsonl", tmp_path / "link.jsonl"
    file.write_text("old")
    file.chmod(0o640)
    link.symlink_to(file)
    assert cli.run(["export", str(link)]) == 0
    assert link.is_symlink()
    assert file.stat().st_mode & 0o777 == 0o640
    assert file.read_text("utf-8").startswith('{"id": "a1"')
    previous = os.umask(0o027)
    try:
        assert cli.run(["export", str(tmp_path / "new.jsonl")]) == 0
    finally:
        os.umask(previous)
    assert (tmp_path / "new.jsonl").stat().st_mode & 0o777 == 0o640


def test_a_folder_is_no_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A name that cannot be written is the user's to mend."""
    folder = tmp_path / "x.jsonl"
    folder.mkdir()
    assert cli.run(["export", str(folder)]) == 2
    assert capsys.readouterr().err == f"kutip: cannot write {folder}: Is a directory.\n"
    file = tmp_path / "nowhere" / "x.jsonl"
    assert cli.run(["export", str(file)]) == 2
    error = f"kutip: cannot write {file}: No such file or directory.\n"
    assert capsys.readouterr().err == error
    assert list(tmp_path.iterdir()) == [folder]
