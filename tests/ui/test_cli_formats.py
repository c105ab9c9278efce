"""`kutip index` with columns of tables, archives, and addresses that cannot be asked."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from index import ArticleIndex
from tests.index.made import packed
from ui import cli


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed_index: ArticleIndex) -> Path:
    """Work in a folder whose index has the model of the seeds, compiled already."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_columns_reach_the_loader(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """From the command line to the article."""
    (folder / "a.csv").write_text("kepala,isi_lengkap\nHarga,Harga naik lagi.\n", "utf-8")
    assert cli.run(["index", "a.csv", "--columns", "title=kepala, text=isi_lengkap"]) == 0
    capsys.readouterr()
    assert cli.run(["show", "a.csv#2", "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert (shown["title"], shown["text"]) == ("Harga", "Harga\nHarga naik lagi.")


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["a.csv", "--columns", "text"], "takes FIELD=NAME, as in text=story, not 'text'"),
        (["a.csv", "--columns", "body=x"], "no field 'body' to put a column in; use id, title"),
        (["ftp://koran.example/a"], "only http and https addresses can be read"),
        (["http://u:p@koran.example/"], "its address holds a user name"),
        (["notes.log"], "only folders, web addresses and .txt"),
    ],
)
def test_what_cannot_be_done_is_said_before_anything_is_made(
    folder: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], problem: str
) -> None:
    """Exit code 2, one sentence, and no index."""
    (folder / "a.csv").write_text("a,b\n1,2\n", "utf-8")
    (folder / "notes.log").write_text("Catatan.\n", "utf-8")
    assert cli.run(["index", *arguments]) == 2
    error = capsys.readouterr().err
    assert problem in error
    assert error.count("\n") == 1
    assert not (folder / "kutip-index").exists()


def test_an_archive_with_a_bad_file_is_indexed_but_for_that_file(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 3, and a sentence that names the file in the archive."""
    content = packed({"a.txt": "Warung itu dibuka.", "b.pdf": "bukan PDF"})
    (folder / "news.zip").write_bytes(content)
    assert cli.run(["index", "news.zip"]) == 3
    assert "news.zip/b.pdf: it is not a PDF" in capsys.readouterr().err
