"""What stands around expressions of time: words that make them one, open them, or forbid it.

The kinds of ``INTRODUCED`` mean other things as well ("may", "2000", "Sunday Times"): they count
only after the words given there.
"""

from __future__ import annotations

import re

from qa.period_words import NUMBER, SO_MANY, UNITS, WEEKDAYS

INTRODUCED = {
    "slash": "tanggal|tgl",
    "year": "in|during|throughout|since|before|prior to|after|later than|until|till|up to|from|of"
    "|for|between|year|pada|di|dalam|selama|sepanjang|sejak|semenjak|mulai|dari|sebelum|setelah|sesudah|hingga"
    "|sampai|antara|tahun|thn|per",
    "name": "in|during|since|until|till|between|last|next|month of|pada|bulan|selama|sejak"
    "|semenjak|mulai|sebelum|setelah|sesudah|hingga|sampai|antara|dari",
    "weekday": "on|since|until|till|before|after|from|between|last|next|this|pada|hari|sejak|mulai"
    "|hingga|sampai|sebelum|setelah|sesudah|dari|antara",
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
    r"|eruption|tsunami|summit|draft|awards?|oscars|grammys|finals?|riots?|massacre|bombings?"
    r"|uprising|revolution|invasion|hurricane|disaster|crash|vote|christmas|easter|ramadh?an"
    r"|pemilu|pilpres|pilkada|pileg|pilgub|olimpiade|piala|asian games|sea games|musim|sensus"
    r"|anggaran|apbn|gempa|banjir|tsunami|pandemi|krisis|kudeta|demo|kerusuhan|reformasi|serangan"
    r"|letusan|ktt|liga|tragedi|bom|kecelakaan|kebakaran|longsor|muktamar|kongres|natal|lebaran"
    r"|idul ?fitri|idul ?adha|imlek|nyepi|waisak|tahun baru|mudik)"
)
EVENT_AFTER = re.compile(rf"(?:\s+[\w'’.&-]+){{0,4}}?\s+{_EVENT}\b", re.IGNORECASE)
EVENT_BEFORE = re.compile(
    rf"\b{_EVENT}\s+(?:dunia\s+|eropa\s+|presiden\s+|legislatif\s+|serentak\s+"
    r"|(?-i:(?:[A-Z][\w-]*\s+){1,2}))?$",
    re.IGNORECASE,
)
# "The September 11 attacks" and "tragedi 12 Mei" are names, of no year that could be told.
EVENT_OF_DAY = re.compile(
    r"\s+(?:terror(?:ist)?\s+)?(?:attacks?|riots?|bombings?|massacre|hearings?|committee|movement"
    r"|incident|insurrection|coup|uprising|protests?|revolution|tragedy|shootings?)\b",
    re.IGNORECASE,
)
DAY_OF_EVENT = re.compile(
    r"\b(?:peristiwa|tragedi|insiden|kerusuhan|aksi|gerakan|reuni|kudeta|revolusi|serangan)\s+$",
    re.IGNORECASE,
)
# Round numbers count things more often than they are years: "in 1500 villages", "di 2000 titik".
ROUND = re.compile(r"\d\d[05]0")
THE = re.compile(r"\bthe\s+$", re.IGNORECASE)
YEAR_WORD = re.compile(r"\b(?:year|tahun|thn)\s+$", re.IGNORECASE)
COUNTS = re.compile(
    r"\s+(?!(?:and|or|but|when|where|who|what|which|that|how|why|was|were|is|are|did|does|do|has"
    r"|had|have|with|without|by|to|in|on|at|from|of|the|an|after|before|until|because|between|as"
    r"|for|through|than|alone|onwards?|according|dan|atau|yang|di|ke|dari|pada|oleh|dengan|untuk"
    r"|saat|ketika|hingga|sampai|sebelum|setelah|sejak|lalu|silam|itu|ini|adalah|terjadi|menurut"
    r"|karena|tentang|antara|bagi|dalam|s)\b)[a-z]{2,}"
)
# "65 juta tahun lalu" and "twenty-five years ago" are more than "tahun lalu" and "five years ago".
COUNTED = re.compile(
    r"(?:\d|\b(?:\w*(?:ratus|puluh|belas|ribu|juta|miliar)(?:an)?|setengah|half|hundred|thousand"
    r"|million|billion|dozen)(?:\s+and)?)\s+$|\w-$",
    re.IGNORECASE,
)
# "12 Mei '98" is of a year that is not told from others.
SHORT_YEAR = re.compile(r"\s+(?:['’]\d\d(?!\w)|\d\d\s*(?:[?.,)]|$))")
# "Open Monday to Friday" says nothing of one week.
FROM_WEEKDAY = re.compile(
    rf"\b(?:{WEEKDAYS})\s*(?:[-–—]|\b(?:to|until|till|through|hingga|sampai|s\.?/?d\.?))\s*$",
    re.IGNORECASE,
)
ON_A_WEEKDAY = re.compile(rf"\b(?:{WEEKDAYS}),?\s*\(?$", re.IGNORECASE)
# "Friday night lights" and "Monday night football" are names of other things.
TIME_OF_DAY = re.compile(
    r"\s+(?:(?:morning|afternoon|evening|night)\s*(?:[?.,:;]|$)"
    r"|(?:pagi|siang|sore|malam|dini hari|petang)\b)",
    re.IGNORECASE,
)
# The week around a day, the days up to it, and a week of a month.
WEEK_AROUND = re.compile(r"\bweek\s+(?:of|beginning|starting)\s+(?:the\s+)?$", re.IGNORECASE)
WEEK_UP_TO = re.compile(r"\bweek\s+(?:to|ending)\s+(?:the\s+)?$", re.IGNORECASE)
WEEK_OF_MONTH = re.compile(
    r"\b(?:(?P<of>first|second|third|fourth|last)\s+week\s+(?:of|in)"
    r"|(?:pekan|minggu)\s+(?P<ke>pertama|kedua|ketiga|keempat|terakhir)(?:\s+(?:di|pada|dari))?"
    r"(?:\s+bulan)?)\s+$",
    re.IGNORECASE,
)
# "Two days before 26 April", "the week after": not all the time before or after.
BESIDE = re.compile(
    rf"\b(?:{NUMBER}\s+{UNITS}|the\s+(?:day|week|month|year)|{SO_MANY})"
    r"\s+(?:before|after|sebelum|setelah|sesudah)\s+(?:(?:the|tanggal|tgl)\s+)*$",
    re.IGNORECASE,
)

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
AND_NOW = re.compile(
    r"\s+(?:and|dan)\s+(?:now|the present|sekarang|kini|saat ini)\b", re.IGNORECASE
)
FROM = re.compile(rf"\b(?:from|dari|mulai|sejak|since)\s+{_ARTICLES}$", re.IGNORECASE)
BETWEEN = re.compile(rf"\b(?:between|antara)\s+{_ARTICLES}$", re.IGNORECASE)
ALSO = re.compile(r"\s*(?:,|,?\s+(?:and|or|dan|atau))\s+" + _ARTICLES, re.IGNORECASE)
_OPERATORS = {
    "since": "since|starting (?:in|from|on)|not before|(?:no|not) earlier than|sejak|semenjak|mulai"
    "|terhitung|paling cepat",
    "until": "until|till|up to|(?:no|not) later than|hingga|sampai(?: dengan)?|paling lambat"
    "|selambat-lambatnya",
    "before": "before|prior to|earlier than|sebelum",
    "after": "after|later than|setelah|sesudah",
}
OPERATOR = re.compile(
    r"\b(?:"
    + "|".join(f"(?P<{name}>{words})" for name, words in _OPERATORS.items())
    + r")\s+(?:(?:the|year|month|in|on|last|next|this|pada|tanggal|tgl|bulan|tahun|hari)\s+)*$",
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
    r"(?:\s+(?:by|oleh|di)(?:\s+(?-i:[A-Z])[\w.-]*){1,3})?"
    r"(?:\s+(?:in|on|during|since|before|after|from|between|until|pada|di|dalam|sejak|sebelum"
    r"|setelah|antara|dari|hingga|tahun|bulan|tanggal|hari|the))*\s+$",
    re.IGNORECASE,
)
