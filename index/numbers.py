"""Numbers and dates in one spelling, whatever the language wrote.

``1.250.000`` and ``1,250,000`` become ``1250000``, ``7,5`` becomes ``7.5``, and every way to
write a day becomes ``2022_04_26`` beside its day, ``month_04`` and its year. Tokens are
casefolded, with ASCII digits.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.words import AMBIGUOUS_MONTHS, MONTHS

# A single group of three digits is read as thousands in every language, so that "1.250" and
# "1,250" agree; what is lost is telling 1.250 (thousand) from 1.250 (one and a quarter).
_GROUPED = re.compile(r"([1-9]\d{0,2})((?:([.,])\d{3})(?:\3\d{3})*)(?:(?!\3)[.,](\d+))?")
_DECIMAL = re.compile(r"(\d+)[.,](\d+)")
_TIME = re.compile(r"(\d{1,2}):(\d\d)")
_DAY_FIRST = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4}|\d\d)")
_YEAR_FIRST = re.compile(r"(\d{4})([./-])(\d{1,2})\2(\d{1,2})(?:t.*)?")
_DAY_AND_MONTH = re.compile(r"(\d{1,2})/(\d{1,2})")
_EAST_ASIAN_DATE = re.compile(
    r"(\d{4})\s?[年년]\s?(\d{1,2})\s?[月월](?:\s?(\d{1,2})\s?[日号號일])?"
)
_DAY = re.compile(r"([12]\d|3[01]|0?[1-9])(?:st|nd|rd|th|er)?")
_YEAR = re.compile(r"1\d{3}|20\d\d")
_DIGITS = re.compile(r"\d+")
_BETWEEN = frozenset(("of", "de", "del", "tahun", "the"))


def number_terms(token: str, language: str) -> list[str]:
    """Return the terms of a token of digits and the marks between them, most telling first."""
    year_first, day_first = _YEAR_FIRST.fullmatch(token), _DAY_FIRST.fullmatch(token)
    if year_first:
        year, month, day = (int(year_first[group]) for group in (1, 3, 4))
        if _is_date(month, day):
            return _date_terms(year, month, day)
    if day_first and (len(day_first[4]) == 4 or day_first[2] == "/"):
        day, month, year = (int(day_first[group]) for group in (1, 3, 4))
        terms = _either_order(day, month, _full_year(year), language)
        if terms:
            return terms
    day_and_month = _DAY_AND_MONTH.fullmatch(token)
    if day_and_month:
        return _day_and_month_terms(int(day_and_month[1]), int(day_and_month[2]), language)
    number = _plain_number(token)
    return [number] if number else _DIGITS.findall(token)


def worded_date_terms(tokens: Sequence[str], place: int) -> list[str]:
    """Return the month and, if a day and year stand around it, the date at a month's name."""
    month = MONTHS[tokens[place]]
    before, after = _neighbour(tokens, place, -1), _neighbour(tokens, place, 1)
    day = _day(tokens, before)
    year = _year(tokens, after)
    if not day and not year:
        day = _day(tokens, after)
        year = _year(tokens, _neighbour(tokens, after, 1)) if day else 0
    if not day and not year and tokens[place] in AMBIGUOUS_MONTHS:
        return []
    terms = [f"month_{month:02}"]
    return [f"{year:04}_{month:02}_{day:02}", *terms] if day and year else terms


def east_asian_date_terms(text: str) -> list[str]:
    """Return the months and dates written as ``2022年4月26日`` in a text."""
    terms: list[str] = []
    for match in _EAST_ASIAN_DATE.finditer(text):
        year, month, day = (int(group or 1) for group in match.groups())
        if _is_date(month, day):
            terms += _date_terms(year, month, day)[: 2 if match[3] else 1][::-1]
    return terms


def _plain_number(token: str) -> str:
    """Return a number with a decimal point only, or ``""`` for several numbers in one token."""
    grouped = _GROUPED.fullmatch(token)
    decimal = _DECIMAL.fullmatch(token) or _TIME.fullmatch(token)
    if grouped:
        whole, fraction = grouped[1] + re.sub("[.,]", "", grouped[2]), grouped[4] or ""
    elif decimal:
        whole, fraction = decimal.groups()
    else:
        return token if token.isdecimal() else ""
    fraction = fraction.rstrip("0")
    return f"{whole}.{fraction}" if fraction else whole


def _either_order(day: int, month: int, year: int, language: str) -> list[str]:
    """Read day/month/year, and month/day/year where English leaves both open."""
    terms = _date_terms(year, month, day) if _is_date(month, day) else []
    if _is_date(day, month) and day != month and (not terms or language == "en"):
        terms += [term for term in _date_terms(year, day, month) if term not in terms]
    return terms


def _day_and_month_terms(first: int, second: int, language: str) -> list[str]:
    """Read "26/4": day and month where it can be told, two numbers in any case."""
    terms = [str(first), str(second)]
    if _is_date(second, first) and (language != "en" or first > 12):
        return [*terms, f"month_{second:02}"]
    if _is_date(first, second) and second > 12:
        return [*terms, f"month_{first:02}"]
    return terms


def _date_terms(year: int, month: int, day: int) -> list[str]:
    return [f"{year:04}_{month:02}_{day:02}", f"month_{month:02}", str(day), str(year)]


def _is_date(month: int, day: int) -> bool:
    return 1 <= month <= 12 and 1 <= day <= 31


def _full_year(year: int) -> int:
    if year >= 100:
        return year
    return year + (2000 if year < 50 else 1900)


def _neighbour(tokens: Sequence[str], place: int, step: int) -> int:
    """Return the next place in a direction, stepping over "of" and the like."""
    place += step
    if 0 <= place < len(tokens) and tokens[place] in _BETWEEN:
        place += step
    return place


def _day(tokens: Sequence[str], place: int) -> int:
    match = _DAY.fullmatch(tokens[place]) if 0 <= place < len(tokens) else None
    return int(match[1]) if match else 0


def _year(tokens: Sequence[str], place: int) -> int:
    match = _YEAR.fullmatch(tokens[place]) if 0 <= place < len(tokens) else None
    return int(match[0]) if match else 0
