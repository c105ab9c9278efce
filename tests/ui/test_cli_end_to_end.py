"""The command over a real index of real files; only the model is a small stand-in."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from zlib import crc32

import numpy as np
import pytest
from numpy.typing import NDArray

from index import ArticleIndex, analyse, load_articles
from qa import answer, find, search
from ui import cli
from ui.as_json import answer_json, found_json

SEEDS = Path(__file__).parents[2] / "seeds"
GUTERRES = "000_93fbecafbda3aea8.txt"

HTML = """<!doctype html><html lang="en"><head><title>Floods in Demak</title>
<meta property="article:published_time" content="2024-02-09"></head><body><article>
<h1>Floods in Demak</h1>
<p>Heavy rain broke a dike in Demak on Thursday, and water covered the main road to Kudus.</p>
<p>Officials said that eleven thousand people had left their homes by the evening.</p>
</article></body></html>"""


class HashedWords:
    """An embedder that needs no model: texts that share words are near."""

    identity = name = "hashed-words"
    dimension = 64

    def embed(self, texts: Sequence[str], *, kind: str) -> NDArray[np.float32]:
        """Return the direction of the words' hashed directions, summed."""
        rows = np.zeros((len(texts), self.dimension), np.float32)
        for place, text in enumerate(texts):
            for word in analyse(text, "id") or [""]:
                rows[place] += np.random.default_rng(crc32(word.encode())).standard_normal(64)
        normed: NDArray[np.float32] = rows / np.linalg.norm(rows, axis=1, keepdims=True)
        return normed

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Count words."""
        return [len(text.split()) for text in texts]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in an empty folder beside a copy of the seeds, without any user settings."""
    monkeypatch.setattr("index.article_index.load_embedder", lambda name=None: HashedWords())
    for name in ("KUTIP_INDEX", "KUTIP_LLM", "KUTIP_MODEL", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    shutil.copytree(SEEDS, tmp_path / "seeds")
    return tmp_path


@pytest.fixture
def articles(folder: Path) -> Path:
    """Return a folder with a text file, a web page, JSON lines and a table."""
    made = folder / "articles"
    shutil.copytree(SEEDS, made)
    (made / "heading.md").write_text("---\n\n# Judul *tebal*\n\nIsi satu kalimat.\n", "utf-8")
    (made / "demak.html").write_text(HTML, "utf-8")
    row = {"id": "r1", "title": "Kereta", "text": "Kereta cepat berangkat pukul 7.", "desk": "ekon"}
    (made / "rows.jsonl").write_text(json.dumps(row), "utf-8")
    (made / "table.csv").write_text('title,text,author\nPasar,"Harga beras naik.",Ani\n', "utf-8")
    return made


def run_json(
    capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0
) -> dict[str, object]:
    """Run a command with ``--json`` and return the one object on stdout."""
    capsys.readouterr()
    assert cli.run([*arguments, "--json"]) == code
    out = capsys.readouterr().out
    assert out.endswith("\n")
    value = json.loads(out)
    assert isinstance(value, dict)
    return value


def test_index_again_finds_everything_unchanged(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The default folder is ./kutip-index; the second run embeds nothing."""
    count = len(list(load_articles(SEEDS)))
    first = run_json(capsys, "index", "seeds")
    assert (first["added"], first["failed"]) == (count, [])
    assert (folder / "kutip-index").is_dir()
    again = run_json(capsys, "index", "seeds")
    assert (again["added"], again["unchanged"], again["embedded"]) == (0, count, 0)


def test_list_show_remove(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What was indexed can be read back exactly, and is gone once removed."""
    assert cli.run(["index", "seeds"]) == 0
    expected = {article.id: article for article in load_articles(SEEDS)}
    listed = run_json(capsys, "list")["articles"]
    assert isinstance(listed, list)
    assert {one["id"]: one["digest"] for one in listed} == {
        name: article.digest for name, article in expected.items()
    }
    shown = run_json(capsys, "show", GUTERRES)
    assert shown["text"] == (folder / "seeds" / GUTERRES).read_text("utf-8-sig")
    assert run_json(capsys, "remove", GUTERRES) == {"removed": 1}
    assert cli.run(["show", GUTERRES]) == 2
    assert "There is no article" in capsys.readouterr().err
    assert run_json(capsys, "stats")["articles"] == len(expected) - 1


@pytest.mark.parametrize(
    "question",
    [
        "what did Guterres ask Russia to do?",
        "How much does it cost to run the academy?",
        "Berapa rumah yang diterangi turbin?",
        "Berapa gol dicetak Messi?",
    ],
)
def test_ask_prints_what_the_library_answers(
    question: str, seed_index: ArticleIndex, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the bundled model: the same answer as ``qa.answer``, each quote exact in its article."""
    value = run_json(capsys, "ask", question, "--index", str(seed_index.path))
    expected = answer(question, index=seed_index)
    assert value == {**answer_json(expected), "timings": value["timings"]}
    assert isinstance(value["citations"], list)
    assert bool(value["citations"]) == value["found"]
    for quote in value["citations"]:
        article = seed_index.article(quote["article_id"])
        assert article.digest == quote["article_digest"]
        assert article.text[quote["start"] : quote["end"]] == quote["text"]
        place = slice(quote["sentence_start"], quote["sentence_end"])
        assert article.text[place] == quote["sentence"]
    assert cli.run(["ask", question, "--index", str(seed_index.path)]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith(expected.text)
    assert all(
        f"[{quote['number']}] {' '.join(quote['sentence'].split())}\n" in printed
        for quote in value["citations"]
    )


def test_search_prints_what_the_library_finds(
    seed_index: ArticleIndex, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the bundled model: what ``qa.find`` finds, and only what the filters allow."""
    query = "turbin menerangi rumah"
    arguments = ("search", query, "-k", "3")
    index = ("--index", str(seed_index.path))
    value = run_json(capsys, *arguments, *index)
    found = find(query, index=seed_index, k=3)
    assert value == found_json(found)
    assert list(found.hits) == search(query, index=seed_index, k=3)
    assert isinstance(value["hits"], list)
    assert value["hits"][0]["article_id"] == "turbin-lembah-tirta.md"
    english = run_json(capsys, *arguments, *index, "--lang", "en")["hits"]
    assert isinstance(english, list)
    assert {hit["language"] for hit in english} == {"en"}
    one = run_json(capsys, *arguments, *index, "--article", "turbin-lembah-tirta.md")
    assert one["facets"] == {
        "articles": 1,
        "languages": [{"value": "id", "articles": 1}],
        "sources": [{"value": value["hits"][0]["source"], "articles": 1}],
        "months": [{"value": "2023-09", "articles": 1}],
    }
    none = {"articles": 0, "languages": [], "sources": [], "months": []}
    nothing = run_json(capsys, *arguments, *index, "--to", "1999-12-31")
    assert nothing == {"hits": [], "facets": none}


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        ("--from 2024-02-09 --to 2024-02-09", True),
        ("--from 2024-02-10", False),
        ("--to 2024-02-08 --lang en", False),
        ("--from 2024-02-01 --lang en", True),
        ("--from 2024-02-01 --lang xx", False),
    ],
)
def test_list_filters_by_date_and_language(
    arguments: str, found: bool, articles: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Dates are inclusive, filters add up, and no match is an empty list."""
    assert cli.run(["index", str(articles / "demak.html")]) == 0
    listed = run_json(capsys, "list", *arguments.split())["articles"]
    assert isinstance(listed, list)
    assert [one["id"] for one in listed] == ["demak.html"] * found


def test_check_finds_and_repairs(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A sound index is exit 0; damaged full text is found (3), repaired (0), and sound again."""
    assert cli.run(["index", "seeds"]) == 0
    assert run_json(capsys, "check") == {"findings": []}
    with sqlite3.connect(folder / "kutip-index" / "store.db") as database:
        tables = database.execute("SELECT name FROM sqlite_master WHERE sql LIKE '%fts5%'")
        table = tables.fetchone()[0]
        database.execute(f"INSERT INTO {table}({table}) VALUES ('delete-all')")
    database.close()
    damaged = run_json(capsys, "check", code=3)["findings"]
    repaired = run_json(capsys, "check", "--repair")["findings"]
    assert isinstance(damaged, list)
    assert isinstance(repaired, list)
    assert [one["repaired"] for one in damaged] == [False]
    assert [one["repaired"] for one in repaired] == [True]
    assert run_json(capsys, "check") == {"findings": []}


@pytest.mark.parametrize("name", ["export.jsonl", "export.jsonl.gz"])
def test_export_comes_back_as_it_was(
    name: str, articles: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every article of every format: same id, title, text, date, address, authors, metadata."""
    assert cli.run(["index", str(articles)]) == 0
    assert cli.run(["export", name]) == 0
    assert cli.run(["index", name, "--index", "copy"]) == 0
    capsys.readouterr()
    with (
        ArticleIndex.open("kutip-index", readonly=True) as one,
        ArticleIndex.open("copy", readonly=True) as other,
    ):
        first = [one.article(info.id) for info in one.articles()]
        second = [other.article(info.id) for info in other.articles()]
    assert len(first) >= 5
    assert second == first


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("missing.txt", None),
        ("empty.txt", b""),
        ("blank.txt", b" \n\t\n"),
        ("photo.heic", b"\x00\x01"),
        ("broken.jsonl", b"{not json\n"),
        ("http://127.0.0.1:9/x", None),
        ("articles.zip", b"PK\x03\x04"),
    ],
)
def test_bad_input(
    name: str, content: bytes | None, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Alone: one sentence and exit 2. Among good files: reported, the rest indexed, exit 3."""
    if content is not None:
        (folder / name).write_bytes(content)
    assert cli.run(["index", name]) == 2
    alone = capsys.readouterr()
    assert alone.err.startswith("kutip: ")
    assert alone.err.count("\n") == 1
    assert name in alone.err
    assert alone.out == ""
    report = run_json(capsys, "index", name, "seeds", code=3)
    assert report["added"] == len(list(load_articles(SEEDS)))
    assert isinstance(report["failed"], list)
    assert len(report["failed"]) == 1


def test_no_index_says_how_to_make_one(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every command that reads needs an index, and says so in one line."""
    for command in ("list", "show x", "remove x", "stats", "check", "export x.jsonl"):
        assert cli.run(command.split()) == 2
        captured = capsys.readouterr()
        assert captured.out == ""
        assert captured.err.count("\n") == 1
        assert "kutip index" in captured.err
    assert not (folder / "kutip-index").exists()
