"""Parts of years, and longer times: thirds, quarters, seasons, decades, centuries."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date

from qa.day_arithmetic import YEAR, Days, Said, months, whole
from qa.period_words import MONTH_OF, ORDINAL_CENTURIES

ORDINALS = {
    "first": 1, "1st": 1, "pertama": 1, "kesatu": 1, "i": 1, "second": 2, "2nd": 2, "kedua": 2,
    "ii": 2, "third": 3, "3rd": 3, "ketiga": 3, "iii": 3, "fourth": 4, "4th": 4, "keempat": 4,
    "iv": 4,
}  # fmt: skip
_MONTH_OF = re.compile(MONTH_OF, re.IGNORECASE)
_THIRDS = ("early|beginning|start|awal", "mid|middle|pertengahan", "late|end|akhir")
_OF_THIRD = re.compile(
    rf"^(?:the )?(?:{'|'.join(_THIRDS)})[ -](?:of )?(?:the )?"
    r"(?:(?:year|month|month of|tahun|bulan|era|dekade|dasawarsa)(?: |$))?",
    re.IGNORECASE,
)
_ERA = re.compile(r"(?i)\d['’]?s$|\d-?an$|ties$|century|abad")
_DECADES = {
    "fifties": 50, "sixties": 60, "seventies": 70, "eighties": 80, "nineties": 90,
}  # fmt: skip
# First month and how many, as north of the equator; winter ends in the year after.
_SEASONS = {
    "spring": 3, "semi": 3, "summer": 6, "panas": 6, "autumn": 9, "fall": 9, "gugur": 9,
    "winter": 12, "dingin": 12,
}  # fmt: skip


def third(said: Said, month: Callable[[Said], Days], named: Callable[[Said], Days]) -> Days:
    """Read "early 2020", "akhir Maret", "awal 1990-an": a third of the year, month or era.

    :param month: reads a month, and ``named`` "last month".
    """
    starts = [re.match(rf"(?i)(?:the )?(?:{forms})\b", said.text) for forms in _THIRDS]
    part = next(number for number, match in enumerate(starts) if match)
    if of := _MONTH_OF.search(said.text):
        first, last = named(replace(said, text=of[0]))
    else:
        rest = _OF_THIRD.sub("", said.text)
        if rest.isdecimal():
            return months(int(rest), 4 * part + 1, 4 * part + 4)
        if not rest:  # "awal tahun", "the beginning of the month": of this one
            return _of_this(said, part)
        if _ERA.search(rest):
            return _of_era(era(replace(said, text=rest)), part)
        first, last = month(replace(said, text=rest))
    return _of_month(first, last, part)


def _of_this(said: Said, part: int) -> Days:
    if re.search(r"(?i)month|bulan", said.text):
        return _of_month(*whole(said.today, "month"), part)
    return months(said.today.year, 4 * part + 1, 4 * part + 4)


def _of_month(first: date, last: date, part: int) -> Days:
    ends = first.replace(day=10 * part + 10) if part < 2 else last
    return first.replace(day=10 * part + 1), ends


def _of_era(days: Days, part: int) -> Days:
    """Return years 0-3, 4-6 or 7-9 of ten, and as many tenths of a hundred."""
    begins = days[0].year
    tenths = (days[1].year - begins + 1) // 10
    first, last = ((0, 4), (4, 7), (7, 10))[part]
    return date(begins + first * tenths, 1, 1), date(begins + last * tenths - 1, 12, 31)


def fraction(said: Said) -> Days:
    """Read quarters and halves of a year; without one, of the last year that has begun them."""
    count = 6 if re.search(r"(?i)half|semester|paruh|\bh\d|\dh\b", said.text) else 3
    forms = "|".join(sorted(ORDINALS, key=len, reverse=True))
    numbered = re.sub(r"(?i)ke-(?=i)", "", YEAR.sub(" ", said.text))
    found = re.search(rf"(?i)\b(?:{forms}|(?:q|h|ke-)?[1-4][qh]?)\b", numbered)
    named = found[0].lower() if found else ""
    number = ORDINALS.get(named) or int(re.sub(r"\D", "", named))
    first, last = count * (number - 1) + 1, count * number
    if years := YEAR.findall(said.text):
        return months(int(years[-1]), first, last)
    this_year = re.search(r"(?i)year|tahun", said.text) or first <= said.today.month
    return months(said.today.year - (not this_year), first, last)


def era(said: Said) -> Days:
    """Read decades and centuries: "the 1990s", "tahun 90-an", "the nineties", "abad ke-19"."""
    if re.search(r"(?i)centur|abad", said.text):
        return _century(said.text)
    digits = re.sub(r"\D", "", said.text)
    first = int(digits) if digits else _DECADES[said.text.lower().split()[-1]]
    if first < 100:
        first += 1900
    # "The 1800s" are a century, "the 2000s" ten years, and "1900-an" too.
    century = first % 100 == 0 and first < 2000 and not said.text.endswith("an")
    return date(first, 1, 1), date(first + (99 if century else 9), 12, 31)


def _century(text: str) -> Days:
    name = " ".join(re.sub(r"(?i)\b(?:the|century|abad)\b|-", " ", text).split())
    digits = re.search(r"\d+", name)
    number = int(digits[0]) if digits else ORDINAL_CENTURIES[name.removeprefix("ke ").lower()]
    return date(100 * number - 99, 1, 1), date(100 * number, 12, 31)


def season(said: Said) -> Days:
    """Read "spring 2022", "last summer", "musim panas 2021", as north of the equator.

    A winter of one year may be that it begins or ends with, so its days are those of both.
    """
    name = next(name for name in _SEASONS if name in said.text.lower())
    first, years = _SEASONS[name], [int(year) for year in YEAR.findall(said.text)]
    if years and first == 12:
        between = re.search(r"[/–-]\s?\d\d", said.text)
        return date(years[0], 12 if between else 1, 1), months(years[0] + 1, 1, 2)[1]
    if years:
        return months(years[0], first, first + 2)
    now = re.search(r"(?i)\b(?:this|ini)\b", said.text)
    return _nearest(said.today, first, ended=not now)


def _nearest(today: date, first: int, *, ended: bool) -> Days:
    """Return the season that ended last, or that of this year or winter."""
    if first < 12:
        days = months(today.year, first, first + 2)
        return days if days[1] < today or not ended else months(today.year - 1, first, first + 2)
    # "Last winter" is over since February; "this winter" begins to be the next one in July.
    begins = today.year - 1 - (today.month <= 2) if ended else today.year - (today.month < 7)
    return date(begins, 12, 1), months(begins + 1, 1, 2)[1]
