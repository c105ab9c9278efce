"""``kutip ask`` and ``kutip search``: options reach the library, JSON has the contract's keys."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

import qa
from index import (
    Article,
    ArticleInfo,
    Facets,
    Filters,
    Hit,
    Passage,
    Sentence,
    Span,
)
from qa import Answer, Citation, Claim, Found
from ui import cli
from ui.describing import facets_line

TEXT = "Judul\nDia mendesak evakuasi. Kalimat lain."
ARTICLE = Article("a1", "Judul", TEXT, "berita.txt", "id", date(2022, 4, 26))
OTHER = Article("b2", "Title", "Title\nBody.", "news.txt", "en", url="https://example.org/b2")


def info_of(article: Article) -> ArticleInfo:
    """Describe an article as an index does."""
    return ArticleInfo(
        article.id,
        article.title,
        article.published,
        article.language,
        article.source,
        article.digest,
        article.url,
    )


HIT = Hit(
    Passage("a1", 6, 29, (Sentence("a1", 6, 29),), TEXT[6:29]), 0.5, 1, None, info_of(ARTICLE)
)
CITATION = Citation(
    number=1,
    article_id="a1",
    article_digest=ARTICLE.digest,
    title="Judul",
    source="berita.txt",
    url=None,
    published=date(2022, 4, 26),
    language="id",
    start=19,
    end=28,
    text="evakuasi",
    sentence_start=6,
    sentence_end=29,
    sentence=TEXT[6:29],
    score=0.75,
)
FACETS = Facets(3, (("id", 2), ("en", 1)), (("berita.txt", 3),), (("2022-04", 1), ("", 2)))
ANSWER = Answer(
    question="apa?",
    text="evakuasi",
    found=True,
    confidence=0.75,
    citations=(CITATION,),
    hits=(HIT,),
    unsupported=(Claim("tak terbukti", (), 0.1),),
    reader="sentences",
    language="id",
    timings={"total": 12.5},
    generation=3,
    as_of=date(2022, 4, 26),
)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Put recorders behind `qa`; each call is remembered."""
    for name in ("KUTIP_INDEX", "KUTIP_LLM", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    calls: list[Any] = []

    def answer(question: str, **options: Any) -> Answer:
        calls.append((question, options))
        return ANSWER

    def find(query: str, **options: Any) -> Found:
        calls.append((query, options))
        return Found((HIT,), (Span("a1", 6, 28),), FACETS)

    monkeypatch.setattr(qa, "answer", answer)
    monkeypatch.setattr(qa, "find", find)
    return calls


def test_ask_passes_everything_on(asked: list[Any], capsys: pytest.CaptureFixture[str]) -> None:
    """Each option of ``ask`` reaches ``qa.answer``."""
    arguments = (
        "ask apa? --index folder --llm fake:model --from 2022-01-01 --to 2022-12-31 "
        "--lang id --lang EN --source berita.txt --article a1 --article b2 -k 5 --steps 2"
    )
    assert cli.run(arguments.split()) == 0
    chosen = Filters(
        date(2022, 1, 1), date(2022, 12, 31), ("id", "en"), ("berita.txt",), ("a1", "b2")
    )
    options = {"index": "folder", "k": 5, "reader": "fake:model", "filters": chosen, "steps": 2}
    assert asked == [("apa?", options)]
    assert "evakuasi" in capsys.readouterr().out


def test_ask_leaves_defaults_to_the_library(asked: list[Any]) -> None:
    """Without options the library chooses index and reader, and nothing is filtered."""
    assert cli.run(["ask", "apa?"]) == 0
    defaults = {"index": None, "k": 8, "reader": None, "filters": None, "steps": 1}
    assert asked == [("apa?", defaults)]


@pytest.mark.parametrize("steps", ["0", "3", "two"])
def test_ask_takes_one_step_or_two(
    asked: list[Any], steps: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["ask", "apa?", "--steps", steps]) == 2
    assert asked == []
    assert "--steps" in capsys.readouterr().err


def test_environment_names_index_and_llm(asked: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """``KUTIP_INDEX`` and ``KUTIP_LLM`` stand in for options, and options win."""
    monkeypatch.setenv("KUTIP_INDEX", "elsewhere")
    monkeypatch.setenv("KUTIP_LLM", "fake:default")
    assert cli.run(["ask", "apa?"]) == 0
    assert cli.run(["ask", "apa?", "--index", "here", "--llm", "fake:chosen"]) == 0
    assert [(call["index"], call["reader"]) for _, call in asked] == [
        ("elsewhere", "fake:default"),
        ("here", "fake:chosen"),
    ]


@pytest.mark.usefixtures("asked")
def test_search_tells_what_it_can_be_narrowed_to(capsys: pytest.CaptureFixture[str]) -> None:
    """Languages, sources and months with their counts, where there is more than one."""
    assert cli.run(["search", "apa?"]) == 0
    assert capsys.readouterr().out.endswith("\n\nIn 3 articles: language id (2), en (1)\n")


def test_the_line_of_facets() -> None:
    months = tuple((f"2022-0{month}", 9 - month) for month in range(1, 8))
    files = (("a.txt", 1), ("b.txt", 1))
    assert facets_line(Facets(2, (("id", 2),), files, ())) == ""
    assert facets_line(Facets(9, (), (("x", 5), ("y", 4)), months)) == (
        "In 9 articles: source x (5), y (4); month 2022-01 (8), 2022-02 (7), 2022-03 (6), "
        "2022-04 (5), 2022-05 (4), …"
    )


@pytest.mark.usefixtures("asked")
def test_ask_json_has_the_contract_keys(capsys: pytest.CaptureFixture[str]) -> None:
    """One object, one line, the keys of design.md §4 and §9.6."""
    assert cli.run(["ask", "apa?", "--json"]) == 0
    captured = capsys.readouterr()
    assert captured.err == ""
    assert captured.out.count("\n") == 1
    value = json.loads(captured.out)
    keys = "question text found confidence reader language citations unsupported hits timings"
    assert set(value) == {*keys.split(), "notice", "generation", "as_of", "independent_sources"}
    assert value["independent_sources"] == 1
    assert value["as_of"] == "2022-04-26"
    keys = "number article_id title source url published start end text sentence"
    more = "sentence_start sentence_end score language article_digest page also_in"
    assert [set(citation) for citation in value["citations"]] == [{*keys.split(), *more.split()}]
    citation = value["citations"][0]
    assert citation["published"] == "2022-04-26"
    assert citation["url"] is None
    assert (citation["start"], citation["end"]) == (19, 28)
    assert value["unsupported"] == [{"text": "tak terbukti", "spans": [], "probability": 0.1}]
    assert value["timings"] == {"total": 12.5}


@pytest.mark.usefixtures("asked")
def test_search_json(capsys: pytest.CaptureFixture[str]) -> None:
    """``{"hits": […], "facets": …}`` with passage, place, fitting sentence and article."""
    assert cli.run(["search", "evakuasi", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {
        "hits": [
            {
                "score": 0.5,
                "dense_rank": 1,
                "lexical_rank": None,
                "article_id": "a1",
                "title": "Judul",
                "source": "berita.txt",
                "url": None,
                "published": "2022-04-26",
                "language": "id",
                "start": 6,
                "end": 29,
                "text": "Dia mendesak evakuasi. ",
                "also_in": [],
                "page": None,
                "sentence_start": 6,
                "sentence_end": 28,
            }
        ],
        "facets": {
            "articles": 3,
            "languages": [{"value": "id", "articles": 2}, {"value": "en", "articles": 1}],
            "sources": [{"value": "berita.txt", "articles": 3}],
            "months": [{"value": "2022-04", "articles": 1}, {"value": "", "articles": 2}],
        },
    }
