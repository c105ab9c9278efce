"""From one expression of time to its first and last day; dateparser reads the dates."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from qa.day_arithmetic import STEPS, YEAR, Days, Said, months, parsed, shifted, whole
from qa.period_counts import UNITS, ago, ahead, rolling
from qa.period_eras import era, fraction, season, third
from qa.period_words import YEAR_OF

_NEAR = {
    "day before yesterday": -2, "kemarin lusa": -2, "lusa kemarin": -2, "kemarin dulu": -2,
    "yesterday": -1, "last night": -1, "kemarin": -1, "semalam": -1, "tadi malam": -1,
    "tomorrow": 1, "besok": 1, "esok": 1, "esok hari": 1, "day after tomorrow": 2, "lusa": 2,
}  # fmt: skip
_YEAR_OF = re.compile(YEAR_OF, re.IGNORECASE)
_KEPT = frozenset(("named", "ago", "rolling", "ahead"))  # read with their "last year"
_SHORT_YEAR = re.compile(r"\d\d?/\d\d?/(\d\d)")
_AHEAD = 10  # years that 26/4/22 may lie ahead; later ones are of the century before


@dataclass(frozen=True, slots=True)
class Atom:
    """One expression: its kind (a group of ``period_words.ATOM``), its text, its place."""

    kind: str
    text: str
    start: int
    end: int

    @property
    def lacks_year(self) -> bool:
        """Say whether it is a day or month of any year."""
        return self.kind in ("date", "name")

    def in_year(self, year: int) -> Atom:
        """Return a day or month without a year as that of a year."""
        kind = "day" if self.kind == "date" else "month"
        return Atom(kind, f"{self.text} {year}", self.start, self.end)


def days_of(atom: Atom, today: date, later: str = "") -> Days | None:
    """Return the first and last day an expression means; None for days that never were.

    :param later: the word of direction beside it: "last", "lalu", "next", "ini", or "".
    """
    text = " ".join(atom.text.split())
    if atom.kind not in _KEPT:  # "April last year", but not "last year" itself
        text = _YEAR_OF.sub(lambda found: str(_step(found[0], today.year)), text)
    try:
        return _READ[atom.kind](Said(text, today, later.lower()))
    except (ValueError, OverflowError):  # before the year 1, or the 31st of a shorter month
        return None


def _step(text: str, number: int) -> int:
    """Count on from a number by the word of direction in a text."""
    return number + next((s for word, s in STEPS.items() if word in text.lower().split()), -1)


def _day(said: Said) -> Days:
    text = re.sub(r"(?i)\bthe\b", " ", said.text)
    if short := _SHORT_YEAR.fullmatch(text):
        year = said.today.year // 100 * 100 + int(short[1])
        text = f"{text[:-2]}{year - 100 * (year > said.today.year + _AHEAD)}"
    found = parsed(text, said.today, "future" if said.step > 0 else "past")
    return found, found


def _slash(said: Said) -> Days:
    """Read "26/4", a day of the year that ends today."""
    day, month = (int(number) for number in said.text.split("/"))
    found = date(said.today.year, month, day)
    if found > said.today:
        found = date(said.today.year - 1, month, day)
    return found, found


def _of_month(said: Said) -> Days:
    """Read "26th of last month" and "26 bulan ini"."""
    number = re.match(r"\d+", said.text)
    first = shifted(whole(said.today, "month")[0], _step(said.text, 0), "month")
    found = first.replace(day=int(number[0]) if number else 0)
    return found, found


def _some_days(said: Said) -> Days:
    """Read "26-30 April 2022", "24, 25 and 26 April" and "April 26-30, 2022"."""
    first, *_, last = re.findall(r"(?<!\d)\d{1,2}(?!\d)", said.text)
    month = re.search(
        r"(?i)\b(?!(?:and|until|through|dan|hingga|sampai|dengan|tahun)\b)[a-z]{3,}", said.text
    )
    year = YEAR.search(said.text)
    named = f"{first} {month[0] if month else ''} {year[0] if year else ''}"
    start = parsed(named.strip(), said.today)
    return start, start.replace(day=int(last))


def _month(said: Said) -> Days:
    iso = re.fullmatch(r"\d{4}-\d\d", said.text)
    text = f"{said.text}-01" if iso else re.sub(r",|\b(?:of|tahun)\b", " ", said.text)
    found = parsed(text, said.today, "future" if said.step > 0 else "past")
    if said.step == 0:
        found = found.replace(year=said.today.year)
    return whole(found, "month")


def _some_months(said: Said) -> Days:
    """Read "Jan-Mar 2022" and "April/Mei 2022"."""
    one, other = re.split(r"\s?[-–—/]\s?", said.text, maxsplit=1)
    last = _month(replace(said, text=other))
    first = _month(replace(said, text=f"{one} {last[0].year}"))
    if first > last:
        first = _month(replace(said, text=f"{one} {last[0].year - 1}"))
    return first[0], last[1]


def _year(said: Said) -> Days:
    return months(int(said.text), 1, 12)


def _years(said: Said) -> Days | None:
    first, last = (int(number) for number in re.findall(r"\d+", said.text))
    if "/" in said.text or last < 100:  # a season: 2019/20
        last = first + 1 if last % 100 == (first + 1) % 100 else 0
    return (date(first, 1, 1), date(last, 12, 31)) if first < last else None


def _named(said: Said) -> Days:
    """Read "last week", "bulan ini", "akhir pekan lalu"."""
    lower = said.text.lower()
    names = [name for name in UNITS if name in lower]
    unit = UNITS[max(names, key=len)] if names else lower.split()[-1]
    step = -2 if lower.endswith("before last") else _step(lower, 0)
    if lower.endswith("before last"):
        unit = lower.split()[0]
    if unit == "quarter":
        return whole(shifted(whole(said.today, unit)[0], 3 * step, "month"), unit)
    moved = "week" if unit == "weekend" else unit
    return whole(shifted(whole(said.today, moved)[0], step, moved), unit)


def _near(said: Said) -> Days:
    return whole(said.today + timedelta(days=_NEAR.get(said.text.lower(), 0)), "day")


def _weekday(said: Said) -> Days:
    found, _ = _day(said)
    if said.step == 0:  # "this Friday" is that of this week
        found = whole(said.today, "week")[0] + timedelta(days=found.weekday())
    return found, found


def _third(said: Said) -> Days:
    return third(said, _month, _named)


_READ: Mapping[str, Callable[[Said], Days | None]] = {
    "days": _some_days, "season": season, "years": _years, "months": _some_months,
    "day": _day, "slash": _slash,
    "third": _third, "quarter": fraction, "half": fraction, "month": _month, "decade": era,
    "date": _day, "ofmonth": _of_month, "rolling": rolling, "ahead": ahead, "ago": ago,
    "named": _named, "near": _near, "weekday": _weekday, "name": _month, "year": _year,
}  # fmt: skip
