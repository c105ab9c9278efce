"""The expressions of time that questions hold, in English and Indonesian: patterns, nothing else.

``ATOM`` matches one expression, and the name of its group says of what kind it is. What must stand
around it is in :mod:`qa.period_context`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_LONG = (
    "january|januari|february|februari|pebruari|march|maret|april|may|mei|june|juni|july|juli"
    "|august|agustus|september|october|oktober|november|nopember|december|desember"
)
_SHORT = (
    "jan|febr|feb|peb|mar|mrt|apr|jun|jul|aug|agust|agt|ags|agu|sept|sep|oct|okt|nov|nop|dec|des"
)
_MONTH = rf"(?:{_LONG}|(?:{_SHORT})\b\.?)"
_DAY = r"(?:3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?"
WEEKDAYS = (
    "monday|tuesday|wednesday|thursday|friday|saturday|sunday"
    "|senin|selasa|rabu|kamis|jum['’]?at|sabtu|minggu|ahad"
)
_CENTURY = r"(?:1[5-9]|20)"
_YEAR = rf"{_CENTURY}\d\d(?!\w|[.,:/]\d|-\w|\s?%)"
YEAR_OF = r"(?:last|this|next)\s+year\b|tahun\s+(?:lalu|silam|kemarin|ini|depan)\b"
MONTH_OF = r"(?:last|this|next)\s+month\b|bulan\s+(?:lalu|silam|kemarin|ini|depan)\b"
_OF_YEAR = rf"(?:,?\s+(?:of\s+)?(?:(?:tahun\s+)?{_YEAR}|{YEAR_OF}))"
_IN_YEAR = rf"(?:{_OF_YEAR}|\s?[/-]\s?{_YEAR}|\s+of\s+the\s+year)"  # of quarters: I/2021
_TO = r"\s?(?:[-–—]|\b(?:to|and|until|through|dan|hingga|sampai(?:\s+dengan)?|s\.?/?d\.?))\s?"
_FIRST = (
    r"(?:first|second|third|fourth|1st|2nd|3rd|4th"
    r"|pertama|kesatu|kedua|ketiga|keempat|(?:ke-)?(?:iv|i{1,3}|[1-4]))"
)
_PART = r"(?:(?:the\s+)?(?:beginning|start|middle|end)\s+of|early|mid|late|awal|pertengahan|akhir)"
_DIGITS = "satu dua tiga empat lima enam tujuh delapan sembilan".split()
_TENS = {
    **{word: 10 * tens for tens, word in enumerate(
        "twenty thirty forty fifty sixty seventy eighty ninety".split(), 2)},
    **{f"{digit} puluh": 10 * number for number, digit in enumerate(_DIGITS, 1)},
}  # fmt: skip
_ONES = {
    **{word: number for number, words in enumerate(
        "a,an,one,satu two,dua three,tiga four,empat five,lima six,enam seven,tujuh eight,delapan "
        "nine,sembilan".split(), 1) for word in words.split(",")},
}  # fmt: skip
NUMBER_WORDS = {
    **_ONES, **_TENS,
    **{word: number for number, words in enumerate(
        "ten,sepuluh eleven,sebelas twelve thirteen fourteen fifteen sixteen seventeen eighteen "
        "nineteen".split(), 10) for word in words.split(",")},
    **{f"{digit} belas": 10 + number for number, digit in enumerate(_DIGITS, 1)},
    "a couple of": 2, "couple of": 2, "few": 5, "a few": 5, "several": 5, "beberapa": 5,
}  # fmt: skip
ORDINAL_CENTURIES = {
    word.replace("_", " "): number
    for number, words in enumerate(
        "fifteenth,kelima_belas,xv sixteenth,keenam_belas,xvi seventeenth,ketujuh_belas,xvii "
        "eighteenth,kedelapan_belas,xviii nineteenth,kesembilan_belas,xix "
        "twentieth,kedua_puluh,xx twenty_first,kedua_puluh_satu,xxi".split(), 15)
    for word in words.split(",")
}  # fmt: skip


def _any(words: Iterable[str]) -> str:
    """Return a pattern of words, the longer before those they begin with."""
    return "|".join(word.replace(" ", r"[\s-]") for word in sorted(words, key=len, reverse=True))


NUMBER = rf"(?:\d{{1,3}}|(?:{_any(_TENS)})[\s-](?:{_any(_ONES)})|{_any(NUMBER_WORDS)})"
UNITS = r"(?:(?:hour|day|week|fortnight|month|year|decade)s?|century|centuries)\b"
SATUAN = r"(?:jam|hari|pekan|minggu|bulan|tahun|dekade|dasawarsa|abad)\b"
SO_MANY = rf"(?:{NUMBER}\s+|se){SATUAN}"
_CENTURIES = (
    rf"(?:\d\d?th|21st|{_any(ORDINAL_CENTURIES)})[\s-]century"
    rf"|abad\s+(?:(?:ke-?\s?)?(?:{_any(ORDINAL_CENTURIES)}|\d\d?(?!\d)))"
)
_DECADES = rf"{_CENTURY}\d0['’]?s|{_CENTURY}\d0-?an"
_SHORT_DECADES = r"['’]?[5-9]0['’]?s|(?:fif|six|seven|eigh|nine)ties"
_ERA = rf"(?:{_DECADES}|{_SHORT_DECADES}|[3-9]0-?an|{_CENTURIES})"
_SEASON = r"(?:spring|summer|autumn|winter|fall|musim\s+(?:semi|panas|gugur|dingin))"

_KINDS = {
    "days": rf"{_DAY}(?:,\s*{_DAY})*(?:{_TO}|,\s*(?:and|dan)\s){_DAY}\s+(?:of\s+)?"
    rf"{_MONTH}{_OF_YEAR}?"
    rf"|{_MONTH}\s+{_DAY}{_TO}{_DAY}(?![\d/%]|[:.,]\d|\s+(?:{_MONTH})){_OF_YEAR}?",
    "season": rf"{_SEASON}\s+(?:of\s+)?(?:{_CENTURY}\d\d\s?[/–-]\s?(?:20)?\d\d(?!\d)"
    rf"|(?:tahun\s+)?{_YEAR}|{YEAR_OF})|(?:last|this)\s+(?:spring|summer|autumn|winter)\b"
    r"|musim\s+(?:semi|panas|gugur|dingin)\s+(?:lalu|silam|kemarin|ini)",
    "years": rf"{_CENTURY}\d\d\s?[-–—]\s?{_YEAR}|{_CENTURY}\d\d/(?:20)?\d\d(?![\d/])"
    rf"|{_CENTURY}\d\d[-–](?:1[3-9]|[2-9]\d)(?![\w-])",
    "months": rf"{_MONTH}\s?[-–—/]\s?{_MONTH}{_OF_YEAR}",
    "day": rf"{_CENTURY}\d\d(?:-\d\d?-|/\d\d?/)\d\d?(?!\d)"
    rf"|\d\d?(?:-\d\d?-|/\d\d?/|\.\d\d?\.){_CENTURY}\d\d(?![\d/-])"
    r"|\d\d?/\d\d?/\d\d(?![\d/])"
    rf"|{_DAY}(?:\s+of\s+|\s+|-){_MONTH}(?:-{_YEAR}|{_OF_YEAR})|{_MONTH}\s+(?:the\s+)?{_DAY}{_OF_YEAR}",
    "slash": r"\d\d?/\d\d?(?![\d/%])",
    "third": rf"{_PART}(?:\s+|-)(?:the\s+)?"
    r"(?:(?:year|month\s+of|tahun|bulan|era|dekade|dasawarsa)\s+)?"
    rf"(?:{_MONTH}{_OF_YEAR}?|{_YEAR}(?!['’]s)|{YEAR_OF}|{MONTH_OF}|{_ERA})"
    r"|(?:the\s+)?(?:beginning|start)\s+of\s+the\s+(?:year|month)\b(?!['’])"
    r"|awal\s+(?:tahun|bulan)(?!\s+(?:ajaran|anggaran|pelajaran|akademik|fiskal|baru|puasa|suci"
    r"|ramad|muharram|syaw|depan|madu|\d)|-)",
    "quarter": rf"(?:the\s+)?{_FIRST}\s+quarter{_IN_YEAR}|q[1-4]{_IN_YEAR}|[1-4]q{_IN_YEAR}"
    rf"|{_YEAR}\s+q[1-4]|(?:(?<=in\s)|(?<=pada\s))q[1-4](?!\w|\s*[/-]|\s+(?:and|dan|to)\b)"
    rf"|(?:kuartal|triwulan)\s+{_FIRST}(?:{_IN_YEAR}|(?!\w|\s*[,/–-]|\s+(?:dan|atau|hingga|sampai|s)\b))",
    "half": rf"(?:the\s+)?{_FIRST}\s+half{_IN_YEAR}|(?:semester|paruh)\s+{_FIRST}{_IN_YEAR}"
    rf"|h[12]{_IN_YEAR}|[12]h{_IN_YEAR}",
    "month": rf"{_MONTH}{_OF_YEAR}|(?:19|20)\d\d-(?:0[1-9]|1[0-2])(?![\d-])",
    "decade": rf"(?:the\s+)?(?:{_DECADES}|{_CENTURIES})|the\s+(?:{_SHORT_DECADES})"
    r"|(?:tahun|era|dekade|dasawarsa|angkatan)\s+['’]?[3-9]0-?an",
    "date": rf"{_DAY}(?:\s+of)?\s+{_MONTH}|{_MONTH}\s+(?:the\s+)?{_DAY}(?![\d/%]|[:.,]\d)",
    "ofmonth": rf"{_DAY}\s+of\s+(?:last|this|next)\s+month\b"
    r"|(?:(?<=tanggal\s)|(?<=tgl\s))\d\d?\s+bulan\s+(?:lalu|silam|kemarin|ini|depan)\b",
    "rolling": rf"(?:last|past)\s+{NUMBER}\s+{UNITS}(?!\s+of)|past\s+{UNITS}(?!\s+of)"
    r"|(?<=the\s)last\s+(?:week|month|year|decade)\b(?!\s+(?:of|the|that|when)\b|['’])"
    rf"|{SO_MANY}\s+(?:terakhir|belakangan|ini)",
    "ahead": rf"next\s+{NUMBER}\s+{UNITS}|{SO_MANY}\s+(?:mendatang|ke\s+depan)",
    "ago": rf"half\s+a\s+year\s+ago|setengah\s+tahun\s+(?:yang\s+)?(?:lalu|silam)"
    rf"|{NUMBER}\s+(?:years?\s+and\s+a\s+half|and\s+a\s+half\s+years)\s+ago"
    rf"|{NUMBER}\s+setengah\s+tahun\s+(?:yang\s+)?(?:lalu|silam)"
    rf"|{NUMBER}\s+{UNITS}\s+ago|{SO_MANY}\s+(?:yang\s+)?(?:lalu|silam)",
    "named": r"(?:this|next|(?<!the\s)last)\s+(?:week|month|year|decade)\b(?!\s+of)"
    r"|(?:this|last|next)\s+(?:weekend|quarter)\b(?!\s+of)"
    r"|past\s+weekend|(?<=over\s)the\s+weekend|(?:weekend|week|month|year)\s+before\s+last"
    r"|(?:akhir\s+pekan|akhir\s+minggu|pekan|minggu|bulan|kuartal|triwulan|tahun|dekade|dasawarsa)"
    r"\s+(?:ini|lalu|kemarin|silam|depan|mendatang)",
    "near": r"day\s+(?:before\s+yesterday|after\s+tomorrow)|yesterday|today|tonight|tomorrow"
    r"|last\s+night|this\s+(?:morning|afternoon|evening)|hari\s+ini|kemarin\s+(?:lusa|dulu)"
    r"|lusa\s+kemarin|kemarin|besok|esok(?:\s+hari)?|lusa|semalam|tadi\s+(?:malam|pagi|siang|sore|subuh)"
    r"|dini\s+hari\s+tadi|(?:malam|pagi|siang|sore)\s+(?:ini|nanti)|nanti\s+(?:malam|siang|sore)",
    "weekday": WEEKDAYS,
    "name": _LONG,
    "year": _YEAR,
}
# A date is no part of a longer word, of a number with a sign before it, or of a name in quotes.
ATOM = re.compile(
    r"(?<![\w$€£])(?:(?<!\w-)(?<!\d[.,/])|(?=[a-z]))(?:"
    + "|".join(f"(?P<{kind}>{pattern})" for kind, pattern in _KINDS.items())
    + r")(?!\w)",
    re.IGNORECASE,
)
