"""What a question says of time, for the search; and of which day an answer about now is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from index import Filters, Timing
from qa.periods import find_periods
from qa.types import Citation

_PRESENT = re.compile(
    r"""
    \b(?:latest|newest|most\ recent(?:ly)?|currently|nowadays|presently|recently|these\ days|so\ far
    |in\ recent\ (?:days|weeks|months|years)
    |right\ now|(?<!until\ )(?<!till\ )(?<!by\ )(?<!to\ )(?<!up\ to\ )(?-i:now)
    |at\ (?:the\ moment|present)|as\ of\ now|up\ to\ date
    |terbaru|teranyar|terkini|terakhir\ kali|paling\ baru|dewasa\ ini|belakangan\ ini
    |akhir-akhir\ ini|belum\ lama\ ini|baru-baru\ ini|sejauh\ ini
    |(?<!sampai\ )(?<!hingga\ )(?:saat\ ini|sekarang|kini))\b
    # an electric current is none
    |(?<!electric\ )(?<!ocean\ )(?<!direct\ )(?<!alternating\ )
     \bcurrent\b(?!\s+(?:in|of|through|flows?|density|account)\b)
    """,
    re.IGNORECASE | re.VERBOSE,
)
# Who holds an office changes, and a question in the present tense asks who does now.
_OFFICE = (
    r"(?:president|presiden|prime minister|perdana menteri|chancellor|kanselir|minister|menteri"
    r"|governor|gubernur|mayor|wali ?kota|bupati|king|queen|raja|ratu|pope|paus"
    r"|secretary[- ]general|sekretaris jenderal|sekjen|chair(?:wo)?man|chair|ketua|coach|pelatih"
    r"|captain|kapten|ceo|chief executive|direktur utama|dirut|director|direktur|commander"
    r"|panglima|kapolri|kapolda|speaker|ambassador|duta besar|champion|leader|pemimpin)"
)
_HOLDS_OFFICE = re.compile(
    rf"\s*(?P<asking>who(?:\s+is|['’]s|\s+are)|siapa(?:kah)?(?:\s+yang\s+(?:menjadi|menjabat))?)"
    rf"\s+(?:\w[\w'’-]*\s+){{0,3}}?{_OFFICE}s?\b",
    re.IGNORECASE,
)
_LED_BY = re.compile(
    r"(?:\b(?:in|on|at|during|throughout|of|from|for|the|year|month|pada|di|dalam|selama|sepanjang"
    r"|tanggal|tgl|bulan|tahun|hari)\s+)*$",
    re.IGNORECASE,
)
_FOLLOWED_BY = re.compile(r"^\s+(?:yang\s+)?(?:lalu|silam|kemarin|ini)\b", re.IGNORECASE)
_UP_TO_NOW = re.compile(r"\b(?:today|tonight|this|past|ini|terakhir|belakangan)\b", re.IGNORECASE)
_TODAY = re.compile(r"today|tonight|hari\s+ini|malam\s+ini", re.IGNORECASE)
_NOT_NOW = re.compile(
    r"\b(?:first|second|third|last|former|previous|youngest|oldest|greatest|longest|best|worst|most|ever|when|during|that|who|whose"
    r"|in\s+the\s+(?:film|movie|book|series|novel|song)|of\s+all\s+time|pertama|kedua|ketiga"
    r"|ter\w+|mantan|dulu|sebelumnya|ketika|waktu\s+itu|saat\s+itu|yang|dalam\s+film)\b",
    re.IGNORECASE,
)


def question_time(
    question: str, filters: Filters | None = None, today: date | None = None
) -> tuple[Timing, Filters | None]:
    """Return what the search should prefer, and the filters, with what the question adds to them.

    "Articles published in 2021" filters like ``--from`` and ``--to``, unless those are given.
    """
    found = find_periods(question, today)
    published = [one.period for one in found if one.role == "published"]
    periods = tuple(one.period for one in found if one.role == "event")
    narrowed = filters or Filters()
    if published and not (narrowed.published_from or narrowed.published_to):
        first, last = published[0].first, published[0].last
        narrowed = replace(narrowed, published_from=first, published_to=last)
    # Who names a time that is over does not ask of now: "the latest news of April 2022".
    over = any(
        one.period.last and not _UP_TO_NOW.search(question, one.start, one.end) for one in found
    )
    today_named = any(_TODAY.fullmatch(question, one.start, one.end) for one in found)
    present = not over and (today_named or asks_of_now(question))
    return Timing(periods, present), narrowed or None


def without_time(question: str, today: date | None = None) -> str:
    """Return a question without its words of time, for articles whose own date says them."""
    found = [(one.start, one.end) for one in find_periods(question, today)]
    found += [match.span() for match in _PRESENT.finditer(question)]
    for start, end in sorted(found, reverse=True):
        before, after = question[:start], question[end:]
        if before and not before[-1].isspace():  # part of a longer word or in brackets
            continue
        question = _LED_BY.sub("", before) + _FOLLOWED_BY.sub("", after)
    return " ".join(question.split()).replace(" ?", "?")


def asks_of_now(question: str) -> bool:
    """Say whether a question asks how things are now: "latest", "saat ini", "who is the mayor"."""
    if _PRESENT.search(question):
        return True
    office = _HOLDS_OFFICE.match(question)
    return office is not None and not _NOT_NOW.search(question, office.end("asking"))


def newest_cited(citations: Sequence[Citation]) -> date | None:
    """Return the newest day among the articles cited; None where none has a date."""
    return max((one.published for one in citations if one.published), default=None)
