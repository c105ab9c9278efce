"""Answers as plain text, and the questions offered after them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from index import Article
from tests.ui.made import cite
from tests.ui.room import found, hit
from ui.exports import as_plain
from ui.follow_ups import follow_ups
from ui.texts import ENGLISH


def article(text: str) -> Article:
    return Article("a", "Title", text, "a.txt", "en")


@pytest.mark.parametrize(
    ("sentence", "line"),
    [
        ("It rained.", "[1] “It rained.” — Title, a.txt"),
        ("“It rained,” he said.", "[1] “It rained,” he said. — Title, a.txt"),
        ('He said "rain" twice.', '[1] He said "rain" twice. — Title, a.txt'),
    ],
)
def test_a_quote_has_one_pair_of_marks(sentence: str, line: str) -> None:
    """What has quotation marks is copied as it is written."""
    answer = found("?", cite(1, article(sentence), sentence, sentence))
    assert as_plain(answer).splitlines()[-1] == line


@pytest.mark.parametrize(
    ("sentence", "offered"),
    [
        ("Then came the Harrow Lane Museum and won.", ()),
        ("Then came Imogen Astley and won.", ("Who is Imogen Astley?",)),
        ("Then came the United States and won.", ()),
        ("Then came Sekjen PBB and won.", ()),
        ("Then came the Kennedy Space Center and won.", ()),
        ("First it was.\nKritik Sekjen: it won.", ()),
        ("Then came President Imogen Astley and won.", ("Who is Imogen Astley?",)),
        ("Presiden Rusia Vladimir Putin won.", ("Who is Vladimir Putin?",)),
        ("Then came Abu Mahdi Hakim and won.", ("Who is Abu Mahdi Hakim?",)),
    ],
)
def test_nobody_asks_who_a_museum_is(sentence: str, offered: tuple[str, ...]) -> None:
    """Only names that may be somebody's are asked after."""
    last = sentence.splitlines()[-1]
    answer = found("What won?", cite(1, article(sentence), last, "won"))
    answer = replace(answer, hits=(hit(article(sentence), sentence),))
    assert follow_ups(answer, ENGLISH) == offered
