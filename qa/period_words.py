"""The expressions of time that questions hold, in English and Indonesian: patterns, nothing else.

``ATOM`` matches one expression, and the name of its group says of what kind it is. The kinds of
``INTRODUCED`` mean other things as well ("may", "2000", "Sunday Times"): they count only after
the words given there.
"""

from __future__ import annotations

import re

_LONG = (
    "january|januari|february|februari|pebruari|march|maret|april|may|mei|june|juni|july|juli"
    "|august|agustus|september|october|oktober|november|nopember|december|desember"
)
_SHORT = "jan|feb|peb|mar|apr|jun|jul|aug|agt|ags|agu|sept|sep|oct|okt|nov|nop|dec|des"
_MONTH = rf"(?:{_LONG}|(?:{_SHORT})\b\.?)"
_DAY = r"(?:3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?"
_CENTURY = r"(?:1[5-9]|20)"
_YEAR = rf"{_CENTURY}\d\d(?!\w|[.,:/]\d|-\w|\s?%)"
YEAR_OF = r"(?:last|this|next)\s+year\b|tahun\s+(?:lalu|silam|kemarin|ini|depan)\b"
MONTH_OF = r"(?:last|this|next)\s+month\b|bulan\s+(?:lalu|silam|kemarin|ini|depan)\b"
_OF_YEAR = rf"(?:,?\s+(?:of\s+)?(?:(?:tahun\s+)?{_YEAR}|{YEAR_OF}))"
_TO = r"\s?(?:[-–—]|\b(?:to|and|until|through|dan|hingga|sampai(?:\s+dengan)?|s\.?/?d\.?))\s?"
_FIRST = (
    r"(?:first|second|third|fourth|1st|2nd|3rd|4th"
    r"|pertama|kedua|ketiga|keempat|ke-[1-4]|iv|i{1,3}|[1-4])"
)
_PART = r"(?:(?:the\s+)?(?:beginning|start|middle|end)\s+of|early|mid|late|awal|pertengahan|akhir)"
NUMBER_WORDS = {
    **{word: number for number, words in enumerate(
        "a,an,one,satu two,dua three,tiga four,empat five,lima six,enam seven,tujuh eight,delapan "
        "nine,sembilan ten,sepuluh eleven,sebelas twelve".split(), 1) for word in words.split(",")},
    "dua belas": 12, "a couple of": 2, "couple of": 2, "few": 5, "a few": 5, "several": 5,
    "beberapa": 5,
}  # fmt: skip
_NUMBER = rf"(?:\d{{1,3}}|{'|'.join(sorted(NUMBER_WORDS, key=len, reverse=True))})"
_UNITS = r"(?:day|week|month|year|decade)s?\b"
_SATUAN = r"(?:hari|pekan|minggu|bulan|tahun|dekade)\b"

_KINDS = {
    "days": rf"{_DAY}{_TO}{_DAY}\s+(?:of\s+)?{_MONTH}{_OF_YEAR}?"
    rf"|{_MONTH}\s+{_DAY}\s?[-–—]\s?{_DAY}(?!\d){_OF_YEAR}?",
    "years": rf"{_CENTURY}\d\d\s?[-–—]\s?{_YEAR}|{_CENTURY}\d\d/(?:20)?\d\d(?![\d/])",
    "day": rf"{_CENTURY}\d\d(?:-\d\d?-|/\d\d?/)\d\d?(?!\d)"
    rf"|\d\d?(?:-\d\d?-|/\d\d?/|\.\d\d?\.){_CENTURY}\d\d(?![\d/-])"
    rf"|{_DAY}(?:\s+of\s+|\s+|-){_MONTH}(?:-{_YEAR}|{_OF_YEAR})|{_MONTH}\s+{_DAY}{_OF_YEAR}",
    "third": rf"{_PART}(?:\s+|-)(?:(?:the\s+year|month\s+of|tahun|bulan)\s+)?"
    rf"(?:{_MONTH}{_OF_YEAR}?|{_YEAR}(?!['’]s)|{YEAR_OF}|{MONTH_OF})",
    "quarter": rf"(?:the\s+)?{_FIRST}\s+quarter{_OF_YEAR}|q[1-4]{_OF_YEAR}"
    rf"|(?:kuartal|triwulan)\s+{_FIRST}{_OF_YEAR}",
    "half": rf"(?:the\s+)?{_FIRST}\s+half{_OF_YEAR}|(?:semester|paruh)\s+{_FIRST}{_OF_YEAR}",
    "month": rf"{_MONTH}{_OF_YEAR}|(?:19|20)\d\d-(?:0[1-9]|1[0-2])(?![\d-])",
    "decade": rf"(?:the\s+)?{_CENTURY}\d0['’]?s|{_CENTURY}\d0-an",
    "date": rf"{_DAY}(?:\s+of)?\s+(?:{_LONG})|(?:{_LONG})\s+{_DAY}(?![\d/%]|[:.,]\d)",
    "rolling": rf"(?:last|past)\s+{_NUMBER}\s+{_UNITS}(?!\s+of)|past\s+{_UNITS}(?!\s+of)"
    rf"|(?:{_NUMBER}\s+|se){_SATUAN}\s+(?:terakhir|belakangan)",
    "ago": rf"{_NUMBER}\s+{_UNITS}\s+ago|(?:{_NUMBER}\s+|se){_SATUAN}\s+(?:yang\s+)?(?:lalu|silam)",
    "named": r"(?:this|last|next)\s+(?:weekend|week|month|quarter|year|decade)\b(?!\s+of)"
    r"|(?:akhir\s+pekan|akhir\s+minggu|pekan|minggu|bulan|kuartal|triwulan|tahun|dekade)"
    r"\s+(?:ini|lalu|kemarin|silam|depan|mendatang)",
    "near": r"day\s+(?:before\s+yesterday|after\s+tomorrow)|yesterday|today|tonight|tomorrow"
    r"|last\s+night|this\s+(?:morning|afternoon|evening)|hari\s+ini|kemarin\s+(?:lusa|dulu)|kemarin"
    r"|besok|lusa|semalam|tadi\s+(?:malam|pagi|siang|sore)|malam\s+ini",
    "weekday": "monday|tuesday|wednesday|thursday|friday|saturday|sunday"
    "|senin|selasa|rabu|kamis|jum['’]?at|sabtu|minggu|ahad",
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

INTRODUCED = {
    "year": "in|during|throughout|since|before|prior to|after|later than|until|till|up to|from|of"
    "|for|between|year|pada|di|dalam|selama|sepanjang|sejak|semenjak|mulai|dari|sebelum|setelah|sesudah|hingga"
    "|sampai|antara|tahun|thn|per",
    "name": "in|during|since|until|till|between|last|next|month of|pada|bulan|selama|sejak"
    "|semenjak|mulai|sebelum|setelah|sesudah|hingga|sampai|antara|dari",
    "weekday": "on|since|until|till|last|next|this|pada|hari|sejak|hingga|sampai",
}
# After a number, these make it an amount; "in 2000 homes" is no year.
AMOUNT = re.compile(
    r"\s+(?:people|persons?|men|women|children|soldiers|troops|workers|students|homes|houses"
    r"|families|votes|seats|words|met(?:er|re)s|miles|feet|km|m|kg|tons?|tonnes|years?|days|hours"
    r"|minutes|times|cases|deaths|dollars|euros|pounds|points|pages|orang|jiwa|kali|meter|kilometer"
    r"|rupiah|tahun|hari|jam|menit|kasus|korban|unit|ton|ekor|buah|rumah|warga|tentara|pasukan"
    r"|personel|siswa|keluarga|kepala|hektare?|ribu|juta|dolar|suara|kata|lembar)\b",
    re.IGNORECASE,
)
# "the 2019 election" and "Pemilu 2019" are years without a preposition.
_EVENT = (
    r"(?:elections?|referendum|olympics?|paralympics|games|championships?|cup|season|primar(?:y|ies)"
    r"|caucus(?:es)?|census|budget|earthquake|floods?|pandemic|war|coup|protests?|crisis|attacks?"
    r"|eruption|tsunami|summit|draft|awards?|oscars|grammys|finals?|pemilu|pilpres|pilkada|pileg"
    r"|pilgub|olimpiade|piala|asian games|sea games|musim|sensus|anggaran|apbn|gempa|banjir|pandemi"
    r"|krisis|kudeta|demo|kerusuhan|reformasi|serangan|letusan|ktt|liga)"
)
EVENT_AFTER = re.compile(rf"(?:\s+[\w'’.&-]+){{0,4}}?\s+{_EVENT}\b", re.IGNORECASE)
EVENT_BEFORE = re.compile(rf"\b{_EVENT}\s+(?:dunia\s+|eropa\s+|presiden\s+)?$", re.IGNORECASE)

# Institutions, streets and movements are named after days.
NAMED_AFTER = re.compile(
    r"\b(?:universit(?:as|y)|jalan|jln?\.?|stadi(?:on|um)|gerakan|movement|brigade?|front|museum"
    r"|rumah sakit|rs|bandara|plaza|monumen|taman|street|avenue|alun-alun|lapangan|kampus)\s+$",
    re.IGNORECASE,
)
# Laws are: "Peraturan Nomor 34 Tahun 2005".
NUMBERED = re.compile(r"\b(?:nomor|no\.?)\s*\d+\s+tahun\s+$", re.IGNORECASE)
# "She lost confidence in May", "who sang Yesterday".
NO_TIME = re.compile(
    r"\b(?:confidence|trust|faith|interest|believed?|rival|sang|sings?|sung|wrote|song|album|film"
    r"|movie|novel|lagu|buku|usa|india|psychology)\s+(?:in\s+)?$",
    re.IGNORECASE,
)
LATER = re.compile(r"\s+(?:yang\s+)?(lalu|silam|kemarin|ini|depan|mendatang)\b", re.IGNORECASE)
# What joins the ends of a range; "and" does so only after "between".
_ARTICLES = r"(?:(?:the|year|month|tanggal|tgl|bulan|tahun)\s+)*"
TO = re.compile(
    r"\s*(?:[-–—]|\b(?:to|until|till|through|hingga|sampai|sampai dengan|s\.?/?d\.?))\s*"
    + _ARTICLES,
    re.IGNORECASE,
)
AND = re.compile(r"\s+(?:and|dan|hingga|sampai)\s+" + _ARTICLES, re.IGNORECASE)
FROM = re.compile(rf"\b(?:from|dari|mulai|sejak|since)\s+{_ARTICLES}$", re.IGNORECASE)
BETWEEN = re.compile(rf"\b(?:between|antara)\s+{_ARTICLES}$", re.IGNORECASE)
ALSO = re.compile(r"\s*(?:,|,?\s+(?:and|or|dan|atau))\s+" + _ARTICLES, re.IGNORECASE)
_OPERATORS = {
    "since": "since|starting (?:in|from|on)|sejak|semenjak|mulai|terhitung",
    "before": "before|prior to|earlier than|sebelum",
    "after": "after|later than|setelah|sesudah",
    "until": "until|till|up to|hingga|sampai(?: dengan)?",
}
OPERATOR = re.compile(
    r"\b(?:"
    + "|".join(f"(?P<{name}>{words})" for name, words in _OPERATORS.items())
    + r")\s+(?:(?:the|year|month|in|on|pada|tanggal|tgl|bulan|tahun|hari)\s+)*$",
    re.IGNORECASE,
)
ONWARDS = re.compile(
    r"\s+(?:onwards?|on\b(?!\s+\w)|dan seterusnya|ke atas"
    r"|(?:to|until|till|up to|hingga|sampai)\s+(?:now|the present|sekarang|kini|saat ini))\b",
    re.IGNORECASE,
)
PUBLISHED = re.compile(
    r"\b(?:articles?|news|artikel|berita)\b(?:\s+[\w'’-]+){0,8}?\s+(?:published|posted|dated|printed"
    r"|terbit|terbitan|diterbitkan|dimuat|tayang|dipublikasikan|diunggah|bertanggal)"
    r"(?:\s+(?:in|on|during|since|before|after|from|between|until|pada|di|dalam|sejak|sebelum"
    r"|setelah|antara|dari|hingga|tahun|bulan|tanggal|hari|the))*\s+$",
    re.IGNORECASE,
)
