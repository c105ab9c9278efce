"""Where else an article stands: said in the terminal, in JSON and on the cards of the page."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from index import ArticleInfo
from tests.ui.test_cli_output import HOSTILE, make_answer, make_citation, make_found, make_hit
from ui.as_json import answer_json, dumps, found_json
from ui.describing import also_in_line
from ui.render import render_answer
from ui.terminal import print_answer, print_found
from ui.texts import ENGLISH, INDONESIAN


def copy(source: str, title: str = "", url: str | None = None) -> ArticleInfo:
    """Return an article that is a copy of another."""
    return ArticleInfo(f"id {source} {title}", title, None, "id", source, "e" * 64, url)


SHOWN = copy("papers/one.txt", "Judul")


@pytest.mark.parametrize(
    ("copies", "line"),
    [
        ([], ""),
        ([copy("two.txt")], "Also in two.txt"),
        ([copy("x", url="https://www.antaranews.com/berita/1")], "Also in www.antaranews.com"),
        ([copy("b/two.txt"), copy("c/two.txt")], "Also in two.txt"),
        ([copy(f"{n}.txt") for n in range(3)], "Also in 0.txt, 1.txt, 2.txt"),
        ([copy(f"{n}.txt") for n in range(5)], "Also in 0.txt, 1.txt, 2.txt and 2 more"),
        # From the same file as the one that is shown: the title tells them apart.
        ([copy("papers/one.txt", "Lain"), copy("two.txt")], "Also in Lain, two.txt"),
        ([copy("papers/one.txt")], "Also in one.txt"),
    ],
)
def test_three_places_are_named(copies: list[ArticleInfo], line: str) -> None:
    """Sources by their names, three of them, each once."""
    assert also_in_line(SHOWN, copies, ENGLISH) == line


def test_the_terminal_names_them(capsys: pytest.CaptureFixture[str]) -> None:
    """Below the source of a quote, below the head of a passage; escaped, and in the language."""
    hit = replace(make_hit("Kalimat."), also_in=(copy("dua.txt"), copy(f"{HOSTILE}.txt")))
    print_answer(make_answer(make_citation("Kalimat.", "Kalimat."), hits=(hit,)))
    told = capsys.readouterr().out
    assert "\n    Juga di dua.txt, " in told
    assert "\x1b" not in told
    assert "\u202e" not in told
    assert "· 1 sumber ·" in told
    print_found(make_found(hit))
    assert "\n   Also in dua.txt, " in capsys.readouterr().out
    print_found(make_found(make_hit("Kalimat.")))
    assert "Also in" not in capsys.readouterr().out


def test_json_lists_them() -> None:
    """Per citation and per hit, with what `kutip list` tells of an article."""
    hit = replace(make_hit("Kalimat."), also_in=(copy("dua.txt", "Dua"),))
    answer = make_answer(make_citation("Kalimat.", "Kalimat."), hits=(hit,))
    value = json.loads(dumps(answer_json(answer)))
    listed = [
        {"id": "id dua.txt Dua", "title": "Dua", "language": "id", "published": None,
         "source": "dua.txt", "url": None, "digest": "e" * 64}
    ]  # fmt: skip
    assert value["citations"][0]["also_in"] == listed
    assert value["hits"][0]["also_in"] == listed
    assert value["independent_sources"] == 1
    found = json.loads(dumps(found_json(make_found(hit))))
    assert found["hits"][0]["also_in"] == listed


def test_cards_name_them() -> None:
    """On the card of a citation and of a passage near to a question that was refused."""
    script = "<script>alert(1)</script>"
    hit = replace(make_hit("Kalimat."), also_in=(copy("dua.txt"), copy(script)))
    answer = make_answer(make_citation("Kalimat.", "Kalimat."), hits=(hit,))
    for one in (answer, make_answer(hits=(hit,))):
        page = render_answer(one, turn=1, texts=ENGLISH)
        assert "Juga di dua.txt, " in page
        assert "<script" not in page
    assert "Juga di" not in render_answer(
        make_answer(make_citation("Kalimat.", "Kalimat.")), turn=1, texts=INDONESIAN
    )
