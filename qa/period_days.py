"""From one expression of time to its first and last day; dateparser reads the dates."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Literal, TypeAlias

from qa.period_words import MONTH_OF, NUMBER_WORDS, YEAR_OF

Days: TypeAlias = tuple[date, date]
Way = Literal["past", "future"]

_UNITS = {
    "hari": "day", "pekan": "week", "minggu": "week", "bulan": "month", "tahun": "year",
    "dekade": "decade", "kuartal": "quarter", "triwulan": "quarter", "akhir pekan": "weekend",
    "akhir minggu": "weekend",
}  # fmt: skip
_STEPS = {"next": 1, "depan": 1, "mendatang": 1, "this": 0, "ini": 0}  # all others go back
_NEAR = {
    "day before yesterday": -2, "kemarin lusa": -2, "kemarin dulu": -2, "yesterday": -1,
    "last night": -1, "kemarin": -1, "semalam": -1, "tadi malam": -1, "tomorrow": 1, "besok": 1,
    "day after tomorrow": 2, "lusa": 2,
}  # fmt: skip
_ORDINALS = {
    "first": 1, "1st": 1, "pertama": 1, "i": 1, "second": 2, "2nd": 2, "kedua": 2, "ii": 2,
    "third": 3, "3rd": 3, "ketiga": 3, "iii": 3, "fourth": 4, "4th": 4, "keempat": 4, "iv": 4,
}  # fmt: skip
_YEAR = re.compile(r"(?<!\d)(?:1[5-9]|20)\d\d(?!\d)")
_YEAR_OF = re.compile(YEAR_OF, re.IGNORECASE)
_MONTH_OF = re.compile(MONTH_OF, re.IGNORECASE)
_THIRDS = ("early|beginning|start|awal", "mid|middle|pertengahan", "late|end|akhir")
_OF_THIRD = re.compile(
    rf"^(?:the )?(?:{'|'.join(_THIRDS)})[ -](?:of )?(?:the )?(?:year |month of |tahun |bulan )?",
    re.IGNORECASE,
)


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


@dataclass(frozen=True, slots=True)
class _Said:
    """An expression without its year in words, the day it is, and the word of direction."""

    text: str
    today: date
    later: str

    @property
    def step(self) -> int:
        """Where the word of direction leads: 1 ahead, 0 to now, else -1."""
        return _STEPS.get(self.later, -1)


def days_of(atom: Atom, today: date, later: str = "") -> Days | None:
    """Return the first and last day an expression means; None for days that never were.

    :param later: the word of direction beside it: "last", "lalu", "next", "ini", or "".
    """
    text = " ".join(atom.text.split())
    if atom.kind not in ("named", "ago"):  # "April last year", but not "last year" itself
        text = _YEAR_OF.sub(lambda found: str(_step(found[0], today.year)), text)
    try:
        return _READ[atom.kind](_Said(text, today, later.lower()))
    except (ValueError, OverflowError):  # before the year 1, or the 31st of a shorter month
        return None


def _parsed(text: str, today: date, way: Way = "past") -> date:
    """Read a date with dateparser; the first day where the text names a month."""
    import dateparser

    relative = text.endswith("ago") or text.startswith("in ")
    found = dateparser.parse(
        # dateparser knows Agt of the short forms of Agustus, and Jumat without apostrophe
        re.sub(r"(?i)\b(?:ags|agu)\b\.?", "Agt", text).replace("'", "").replace("’", ""),
        languages=["en", "id"],
        settings={
            "RELATIVE_BASE": datetime(today.year, today.month, today.day),
            "PREFER_DATES_FROM": way,
            "PREFER_DAY_OF_MONTH": "current" if relative else "first",
            "DATE_ORDER": "DMY",
            "PARSERS": ["relative-time" if relative else "absolute-time"],
        },
    )
    if found is None:
        raise ValueError(text)
    return found.date()


def _step(text: str, number: int) -> int:
    """Count on from a number by the word of direction in a text."""
    return number + next((s for word, s in _STEPS.items() if word in text.lower().split()), -1)


def _shifted(today: date, count: int, unit: str) -> date:
    """Return the day that many units after today, before it where the count is negative."""
    if unit == "decade":
        count, unit = 10 * count, "year"
    if not count:
        return today
    units = f"{abs(count)} {unit}s"
    return _parsed(f"{units} ago" if count < 0 else f"in {units}", today)


def _whole(day: date, unit: str) -> Days:
    """Return the first and last day of the week, month, ... around a day; weeks begin on Monday."""
    if unit in ("week", "weekend"):
        monday = day - timedelta(days=day.weekday())
        return monday + timedelta(days=5 * (unit == "weekend")), monday + timedelta(days=6)
    if unit == "day":
        return day, day
    months = {"month": 1, "quarter": 3, "year": 12}.get(unit)
    if months is None:
        decade = day.year // 10 * 10
        return date(decade, 1, 1), date(decade + 9, 12, 31)
    first = (day.month - 1) // months * months + 1
    return _months(day.year, first, first + months - 1)


def _months(year: int, first: int, last: int) -> Days:
    return date(year, first, 1), date(year, last, monthrange(year, last)[1])


def _day(said: _Said) -> Days:
    found = _parsed(said.text, said.today, "future" if said.step > 0 else "past")
    return found, found


def _some_days(said: _Said) -> Days:
    """Read "26-30 April 2022" and "April 26-30, 2022"."""
    first, last = re.findall(r"(?<!\d)\d{1,2}(?!\d)", said.text)[:2]
    month = re.search(
        r"(?i)\b(?!(?:and|until|through|dan|hingga|sampai|dengan|tahun)\b)[a-z]{3,}", said.text
    )
    year = _YEAR.search(said.text)
    named = f"{first} {month[0] if month else ''} {year[0] if year else ''}"
    start = _parsed(named.strip(), said.today)
    return start, start.replace(day=int(last))


def _month(said: _Said) -> Days:
    iso = re.fullmatch(r"\d{4}-\d\d", said.text)
    text = f"{said.text}-01" if iso else re.sub(r",|\b(?:of|tahun)\b", " ", said.text)
    found = _parsed(text, said.today, "future" if said.step > 0 else "past")
    if said.step == 0:
        found = found.replace(year=said.today.year)
    return _whole(found, "month")


def _year(said: _Said) -> Days:
    return _months(int(said.text), 1, 12)


def _years(said: _Said) -> Days | None:
    first, last = (int(number) for number in re.findall(r"\d+", said.text))
    if "/" in said.text:  # a season: 2019/20
        last = first + 1 if last % 100 == (first + 1) % 100 else 0
    return (date(first, 1, 1), date(last, 12, 31)) if first < last else None


def _third(said: _Said) -> Days:
    """Read "early 2020" and "akhir Maret": a third of the year or month."""
    starts = [re.match(rf"(?i)(?:the )?(?:{forms})\b", said.text) for forms in _THIRDS]
    part = next(number for number, match in enumerate(starts) if match)
    if of := _MONTH_OF.search(said.text):
        first, last = _named(replace(said, text=of[0]))
    else:
        rest = _OF_THIRD.sub("", said.text)
        if rest.isdecimal():
            return _months(int(rest), 4 * part + 1, 4 * part + 4)
        first, last = _month(replace(said, text=rest))
    if part < 2:
        last = first.replace(day=10 * part + 10)
    return first.replace(day=10 * part + 1), last


def _fraction(said: _Said) -> Days:
    """Read quarters and halves of a year."""
    months = 6 if re.search(r"(?i)half|semester|paruh", said.text) else 3
    found = re.search(rf"(?i)\b(?:{'|'.join(_ORDINALS)}|(?:q|ke-)?[1-4])\b", said.text)
    named = found[0].lower() if found else ""
    number = _ORDINALS.get(named) or int(named[-1])
    year = int(_YEAR.findall(said.text)[-1])
    return _months(year, months * (number - 1) + 1, months * number)


def _decade(said: _Said) -> Days:
    first = int(re.sub(r"\D", "", said.text))
    # "The 1800s" are a century, "the 2000s" ten years, and "1900-an" too.
    century = first % 100 == 0 and first < 2000 and not said.text.endswith("an")
    return date(first, 1, 1), date(first + (99 if century else 9), 12, 31)


def _counted(text: str) -> tuple[int, str]:
    """Return number and unit of "two weeks", "past year", "sebulan", "lima hari"."""
    unit = re.search(rf"(?i)\b(?:se)?(day|week|month|year|decade|{'|'.join(_UNITS)})", text)
    name = unit[1].lower() if unit else ""
    digits = re.search(r"\d+", text)
    spoken = [word for word in NUMBER_WORDS if re.search(rf"(?i)\b{word}\b", text)]
    number = int(digits[0]) if digits else NUMBER_WORDS[max(spoken, key=len)] if spoken else 1
    return number, _UNITS.get(name, name)


def _rolling(said: _Said) -> Days:
    number, unit = _counted(said.text)
    return _shifted(said.today, -number, unit), said.today


def _ago(said: _Said) -> Days:
    number, unit = _counted(said.text)
    return _whole(_shifted(said.today, -number, unit), "year" if unit == "decade" else unit)


def _named(said: _Said) -> Days:
    """Read "last week", "bulan ini", "akhir pekan lalu"."""
    lower = said.text.lower()
    names = [name for name in _UNITS if name in lower]
    unit = _UNITS[max(names, key=len)] if names else lower.split()[-1]
    step = _step(lower, 0)
    if unit == "quarter":
        return _whole(_shifted(_whole(said.today, unit)[0], 3 * step, "month"), unit)
    moved = "week" if unit == "weekend" else unit
    return _whole(_shifted(_whole(said.today, moved)[0], step, moved), unit)


def _near(said: _Said) -> Days:
    return _whole(said.today + timedelta(days=_NEAR.get(said.text.lower(), 0)), "day")


def _weekday(said: _Said) -> Days:
    found, _ = _day(said)
    if said.step == 0:  # "this Friday" is that of this week
        found = _whole(said.today, "week")[0] + timedelta(days=found.weekday())
    return found, found


_READ: Mapping[str, Callable[[_Said], Days | None]] = {
    "days": _some_days, "years": _years, "day": _day, "third": _third, "quarter": _fraction,
    "half": _fraction, "month": _month, "decade": _decade, "date": _day, "rolling": _rolling,
    "ago": _ago, "named": _named, "near": _near, "weekday": _weekday, "name": _month, "year": _year,
}  # fmt: skip
