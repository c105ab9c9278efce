"""Read the date an article carries; never the date of an event it tells of.

Two questions only: what date does this field hold, and does this text open or close with a
dateline? A date inside a sentence is no dateline, so most texts have none.
"""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache

FIRST_YEAR = 1600  # newspapers begin in 1605; anything older is a damaged field
_FIRST_LINES = 6
_LAST_LINES = 3
_LINE_LIMIT = 140  # a dateline is short, and a bounded line keeps the patterns below cheap

_LANGUAGES = (
    *("es", "pt", "fr", "de", "it", "nl", "nb", "da", "sv", "fi", "pl", "cs", "ro", "hu"),
    *("ru", "uk", "tr", "vi", "zh", "ja", "ko", "ar"),
)
_WORD = r"[^\W\d_]{3,10}\.?"
_DATE = re.compile(
    rf"""(?<![\w/.-])(?:
      [0-9]{{4}}(?P<a>[-/.])[0-9]{{1,2}}(?P=a)[0-9]{{1,2}}(?![0-9]|[-/.][0-9])
    | [0-9]{{1,2}}(?P<b>[-/.])[0-9]{{1,2}}(?P=b)[0-9]{{4}}(?![\w/-])
    | [0-9]{{1,2}}(?:st|nd|rd|th)?(?:[ ]of)?[ -]{_WORD},?[ -][0-9]{{4}}(?![\w/-])
    | {_WORD}[ ][0-9]{{1,2}}(?:st|nd|rd|th)?,?[ ][0-9]{{4}}(?![\w/-])
    )""",
    re.VERBOSE | re.IGNORECASE,
)
_YEAR_FIRST = re.compile(r"([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})")
_FIELD_LIMIT = 60  # characters of a date with its weekday and time, in any language
_YEAR = re.compile(r"(?<![0-9])[0-9]{4}(?![0-9]).*[^\W\d_]|[^\W\d_].*(?<![0-9])[0-9]{4}(?![0-9])")
_COMPACT = re.compile(r"([0-9]{4})(-?)([0-9]{2})\2([0-9]{2})(?![0-9])")

_SEPARATOR = r"(?:\s*[,|–—•·/-]+\s*|\s+(?=\())"
_WEEKDAY = (
    r"(?i:senin|isnin|selasa|rabu|kamis|khamis|jum['’]?at|jumaat|sabtu|minggu|ahad|mon(?:day)?"
    r"|tue(?:s(?:day)?)?|wed(?:nesday)?|thu(?:r(?:s(?:day)?)?)?|fri(?:day)?|sat(?:urday)?"
    r"|sun(?:day)?)\b\.?"
)
_TIME = (
    r"(?:(?i:pukul|pkl\.?|jam|at|T)\s*)?[0-9]{1,2}[:.][0-9]{2}(?:[:.][0-9]{2})?(?:\.[0-9]+)?"
    r"\s*(?i:[ap]\.?m\.?)?\s*(?:Z|\(?[A-Z]{2,4}\)?|[+-][0-9]{2}:?[0-9]{2})?"
)
_UPDATED = r"(?:last |terakhir )?(?:updated?|modified|diperbarui|pembaruan)"
_LABEL = (
    r"(?i:(?:(?:first )?publish(?:ed)?|posted|dated?|issued|released|edisi|dipublikasikan"
    r"|diterbitkan|terbit|tayang|dirilis|rilis|diunggah|diposting|ditulis|tanggal|tgl"
    rf"|(?P<updated>{_UPDATED}))\.?(?:\s+(?:date|on|at|pada|tanggal|tgl|terbit|tayang|rilis))*)"
    r"(?:\s*:\s*|\s+)"
)
_BYLINE = r"(?i:by|oleh|penulis|reporter|pewarta|laporan|author|editor)\b\s*:?\s*\S[^|]{0,60}?"
# A place or a paper: one word, up to three capitalised ones, or an agency in brackets.
_NAME = r"(?:[^\W\d_][\w.'’&]*|[A-Z][\w.'’&-]*(?: [A-Z][\w.'’&-]*){1,2})(?:\s*\([^()\d]{2,30}\))?"
_LEAD = re.compile(
    rf"\(?(?:{_LABEL})?(?:{_BYLINE}{_SEPARATOR})?(?:{_NAME}{_SEPARATOR}){{0,2}}"
    rf"(?:{_TIME}{_SEPARATOR})?(?:{_WEEKDAY}(?:{_SEPARATOR}|\s+))?\(?"
)
_TAIL = re.compile(rf"[\s.)\]]*(?:[\s,|•·/–—-]*{_TIME})?[\s.)\]]*(?:\([^()]{{1,40}}\))?[\s.]*")
_AUTHOR_TAIL = re.compile(rf".{{0,30}}[|•·–—-]\s*(?:{_BYLINE}|{_NAME})")
_BODY = re.compile(r"\s*(?:\([^()]{1,30}\)|/[^/]{1,20}/)?\s*[-–—]{1,2}\s+(?=\S)")
_MARKS = " \t*_#>=~`\u200b\ufeff"


def parse_date(value: str) -> date | None:
    """Read the date a field holds, ISO or as papers write it; None where it holds none.

    Names of months may be in any of some twenty languages: a field that holds a date is no text.
    Numbers alone are day, month, year, unless only month, day, year is possible. Years before
    1600 and after next year are taken for damage.
    """
    text = value.strip()[:_LINE_LIMIT]
    if iso := _COMPACT.match(text):
        return _checked(int(iso[1]), int(iso[3]), int(iso[4]))
    found = _DATE.search(text)
    day = _read(found[0]) if found else None
    is_date = len(text) <= _FIELD_LIMIT and _YEAR.search(text) is not None
    return day or (_read_whole(text) if is_date else None)


def iso_day(value: str) -> str:
    """Return the date in a value as 2022-04-26, as metadata hold it; "" where there is none."""
    day = parse_date(value)
    return day.isoformat() if day else ""


def find_dateline(text: str) -> date | None:
    """Return the date of the dateline among the first six or last three lines of ``text``.

    A date of publication wins over a date of updating; the first line wins otherwise.
    """
    updated: date | None = None
    for line, is_opening in _outer_lines(text):
        found = _dateline(line, is_opening=is_opening)
        if found is None:
            continue
        if not found[1]:
            return found[0]
        updated = updated or found[0]
    return updated


def is_dateline(line: str) -> bool:
    """Say whether a whole line is a dateline: such a line is no title."""
    return read_dateline(line) is not None


def read_dateline(line: str) -> tuple[date, bool] | None:
    """Return the day of a line that is a dateline as a whole, and whether it tells of an update."""
    return _dateline(line, is_opening=False)


def _outer_lines(text: str) -> list[tuple[str, bool]]:
    """Return the first and the last non-empty lines, and for each whether it is a first one."""
    opening = [line for line in text[: 20 * _LINE_LIMIT].split("\n") if line.strip(_MARKS)]
    tail = text[-10 * _LINE_LIMIT :].split("\n")
    # The first piece of a longer text's tail may be half a line, and half a line is no evidence.
    tail = tail if len(text) <= 10 * _LINE_LIMIT else tail[1:]
    closing = [line for line in tail if line.strip(_MARKS)]
    lines = [(line, True) for line in opening[:_FIRST_LINES]]
    return lines + [(line, False) for line in closing[-_LAST_LINES:]]


def _dateline(line: str, *, is_opening: bool) -> tuple[date, bool] | None:
    """Return the date of a dateline and whether it tells of an update."""
    stripped = line.strip(_MARKS)
    is_whole = len(stripped) <= _LINE_LIMIT
    start = " ".join(stripped[:_LINE_LIMIT].split())
    for found in _DATE.finditer(start):
        lead = _LEAD.fullmatch(start, 0, found.start())
        end = _closed(start, found.start(), found.end())
        if lead is None or end is None:
            continue
        if (is_whole and _closes_line(start[end:])) or (is_opening and _opens_body(start, end)):
            day = _read(found[0])
            return (day, lead["updated"] is not None) if day else None
    return None


def _closed(line: str, start: int, end: int) -> int | None:
    """Return where a date with its brackets ends; None when an open bracket stays open."""
    if not line[:start].endswith("("):
        return end
    return end + 1 if line.startswith(")", end) else None


def _closes_line(rest: str) -> bool:
    return bool(_TAIL.fullmatch(rest) or _AUTHOR_TAIL.fullmatch(rest))


def _opens_body(line: str, end: int) -> bool:
    """Say whether a dash and then text follow: "1 May 1900 – 2 June 1980" is a life instead."""
    dash = _BODY.match(line, end)
    return dash is not None and not _DATE.match(line, dash.end())


@lru_cache(maxsize=4096)
def _read(expression: str) -> date | None:
    """Turn one date expression into a date; None for a day that never was."""
    if found := _YEAR_FIRST.match(expression):
        return _checked(int(found[1]), int(found[2]), int(found[3]))
    import dateparser  # 0.1 s, and most articles carry ISO dates or none

    # Malay because its month names stand in Indonesian collections too (Mac, Ogos, Disember).
    parsed = dateparser.parse(
        re.sub(r"(?i)\bags(?:t)?\b\.?", "Agt", expression),
        languages=["id", "en", "ms"],
        settings={"DATE_ORDER": "DMY", "STRICT_PARSING": True, "PARSERS": ["absolute-time"]},
    )
    return _checked(parsed.year, parsed.month, parsed.day) if parsed else None


@lru_cache(maxsize=4096)
def _read_whole(field: str) -> date | None:
    """Turn a whole field in one of many languages into a date; None where it is anything else."""
    import dateparser

    try:
        parsed = dateparser.parse(
            field,
            languages=list(_LANGUAGES),
            settings={"DATE_ORDER": "DMY", "STRICT_PARSING": True, "PARSERS": ["absolute-time"]},
        )
    except (ValueError, OverflowError):
        return None
    return _checked(parsed.year, parsed.month, parsed.day) if parsed else None


def _checked(year: int, month: int, day: int) -> date | None:
    if not FIRST_YEAR <= year <= date.today().year + 1:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None
