"""Days around a day: weeks, months, quarters, and counting them; dateparser reads dates."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal, TypeAlias

Days: TypeAlias = tuple[date, date]
Way = Literal["past", "future"]

STEPS = {"next": 1, "depan": 1, "mendatang": 1, "this": 0, "ini": 0}  # all others go back
YEAR = re.compile(r"(?<!\d)(?:1[5-9]|20)\d\d(?!\d)")
_YEARS = {"year": 1, "decade": 10, "century": 100}


@dataclass(frozen=True, slots=True)
class Said:
    """An expression without its year in words, the day it is, and the word of direction."""

    text: str
    today: date
    later: str

    @property
    def step(self) -> int:
        """Where the word of direction leads: 1 ahead, 0 to now, else -1."""
        return STEPS.get(self.later, -1)


def parsed(text: str, today: date, way: Way = "past") -> date:
    """Read a date with dateparser; the first day where the text names a month."""
    import dateparser

    relative = text.endswith("ago") or text.startswith("in ")
    found = dateparser.parse(
        _known(text),
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


def _known(text: str) -> str:
    """Write what dateparser does not know as it does: Agt, Feb, Maret and Jumat."""
    for forms, known in (("ags|agu|agust", "Agt"), ("febr", "Feb"), ("mrt", "Maret")):
        text = re.sub(rf"(?i)\b(?:{forms})\b\.?", known, text)
    return text.replace("'", "").replace("’", "")


def shifted(today: date, count: int, unit: str) -> date:
    """Return the day that many units after today, before it where the count is negative."""
    count, unit = count * _YEARS.get(unit, 1), "year" if unit in _YEARS else unit
    if not count:
        return today
    units = f"{abs(count)} {unit}s"
    return parsed(f"{units} ago" if count < 0 else f"in {units}", today)


def whole(day: date, unit: str) -> Days:
    """Return the first and last day of the week, month, ... around a day; weeks begin on Monday."""
    if unit in ("week", "weekend"):
        monday = day - timedelta(days=day.weekday())
        return monday + timedelta(days=5 * (unit == "weekend")), monday + timedelta(days=6)
    if unit == "day":
        return day, day
    count = {"month": 1, "quarter": 3, "year": 12}.get(unit)
    if count is None:
        decade = day.year // 10 * 10
        return date(decade, 1, 1), date(decade + 9, 12, 31)
    first = (day.month - 1) // count * count + 1
    return months(day.year, first, first + count - 1)


def months(year: int, first: int, last: int) -> Days:
    """Return the first day of one month of a year and the last day of another."""
    return date(year, first, 1), date(year, last, monthrange(year, last)[1])
