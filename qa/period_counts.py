"""Counted days, weeks and years: "two weeks ago", "tiga bulan terakhir", "the past 24 hours"."""

from __future__ import annotations

import re
from datetime import date, timedelta

from qa.day_arithmetic import Days, Said, shifted, whole
from qa.period_words import NUMBER_WORDS

UNITS = {
    "hari": "day", "pekan": "week", "minggu": "week", "bulan": "month", "tahun": "year",
    "dekade": "decade", "dasawarsa": "decade", "abad": "century", "jam": "hour",
    "kuartal": "quarter", "triwulan": "quarter", "akhir pekan": "weekend",
    "akhir minggu": "weekend",
}  # fmt: skip
_UNIT = re.compile(
    rf"(?i)\b(?:se)?(day|week|fortnight|month|year|decade|century|hour|{'|'.join(UNITS)})"
)
_SPOKEN = re.compile(rf"(?i)\b(?:{'|'.join(sorted(NUMBER_WORDS, key=len, reverse=True))})\b")
_VAGUE = re.compile(r"(?i)\b(?:few|several|beberapa)\b")
_FEW = (2, 9)  # "a few days ago" is so many days ago, or anything between
_HOURS = 24  # of a day
_AFTER = re.compile(r"(?i)\b(?:after|setelah|sesudah)\b")
_HALF = re.compile(r"(?i)\b(?:half|setengah)\b")


def rolling(said: Said) -> Days:
    """Read "past three days" and "sebulan terakhir", which end today."""
    number, unit = _counted(said.text)
    if unit == "hour":
        number, unit = -(-number // _HOURS), "day"
    return shifted(said.today, -number, unit), said.today


def ahead(said: Said) -> Days:
    """Read "next three days" and "sebulan ke depan", which begin today."""
    number, unit = _counted(said.text)
    return said.today, shifted(said.today, number, unit)


def ago(said: Said) -> Days:
    """Read "two weeks ago" and "setahun lalu": the week, month or year that was then."""
    number, unit = _counted(said.text)
    if unit == "hour":  # of a clock that is not known
        day = timedelta(days=1)
        return said.today - -(-number // _HOURS) * day, said.today - number // _HOURS * day
    if _VAGUE.search(said.text):
        return _then(said.today, -_FEW[1], unit)[0], _then(said.today, -_FEW[0], unit)[1]
    return _then(said.today, -number, unit)


def beside(text: str, days: Days) -> Days:
    """Read "two days before" and "sepekan setelah" some days."""
    number, unit = _counted(text)
    if _AFTER.search(text):
        return _then(days[1], number, unit)
    return _then(days[0], -number, unit)


def _then(day: date, number: int, unit: str) -> Days:
    return whole(shifted(day, number, unit), "year" if unit in ("decade", "century") else unit)


def _counted(text: str) -> tuple[int, str]:
    """Return number and unit of "two weeks", "past year", "sebulan", "satu setengah tahun"."""
    found = _UNIT.search(text)
    name = found[1].lower() if found else ""
    unit = UNITS.get(name, name)
    digits = re.search(r"\d+", text)
    spoken = [NUMBER_WORDS[" ".join(word.lower().split())] for word in _SPOKEN.findall(text)]
    if half := _HALF.search(text):
        first = 0 if half.start() == 0 else int(digits[0]) if digits else spoken[0]
        return 12 * first + 6, "month"  # the grammar has halves of years only
    number = int(digits[0]) if digits else sum(spoken) or 1
    return (2 * number, "week") if unit == "fortnight" else (number, unit)
