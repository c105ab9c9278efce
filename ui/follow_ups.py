"""Questions to go on with, made for an answer: only such as its passages may answer."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ui.texts import Texts

if TYPE_CHECKING:
    from qa import Answer

_WANTED = 3
_PART = r"[A-Z\u00c0-\u00de](?=[\w'’-]*[a-z\u00df-\u00ff])[\w'’-]+"  # no abbreviation
_NAME = re.compile(rf"(?<![.!?:“\"‘'] )(?<!^)(?<!\n)\b{_PART}(?: {_PART})+")
_OFFICE = (
    r"(?:Presiden|Perdana|Menteri|Sekretaris|Jenderal|Sekjen|Gubernur|Wali|Ketua|Kepala|Juru|Bicara"
    r"|President|Prime|Minister|Secretary|General|Governor|Mayor|Senator|Chancellor|King|Queen)"
)
_OFFICES = re.compile(rf"(?:{_OFFICE} )+")
_HELD = re.compile(rf"\b{_OFFICE} \Z")
_DAY = re.compile(
    r"\b(?:\d{1,2}/\d{1,2}/\d{2,4}|(?:19|20)\d\d|\d{1,2} [A-Z][a-z]{2,8}"
    r"|(?:Senin|Selasa|Rabu|Kamis|Jumat|Sabtu|Minggu|Monday|Tuesday|Wednesday|Thursday|Friday"
    r"|Saturday|Sunday))\b"
)
_SAID = re.compile(r"\b(?:said|says|told|kata|mengatakan|ujar(?:nya)?|menurut)\b")
_PLACE = re.compile(r"\b(?:in|at|di|ke) [A-Z]\w+")
_PLACED = re.compile(r"\b(?:in|at|of|di|ke|dari|kota|desa|pulau) \Z", re.IGNORECASE)
_NO_PERSON = re.compile(
    r"\b(?:academy|agency|airport|army|assembly|association|bank|bay|board|cent(?:er|re)|city|club"
    r"|commission|committee|company|congress|council|court|department|district|force|forces|government"
    r"|hospital|house|institute|international|island|kingdom|lane|league|ministry|museum|nations|network"
    r"|news|office|organi[sz]ation|parliament|party|press|radio|republic|river|school|sea|senate"
    r"|state|states|street|supreme|team|times|trust|union|united|university|war|world"
    r"|akademi|badan|bandara|bangsa|desa|dewan|kabupaten|kantor|kementerian|kota|laut|museum|partai"
    r"|parlemen|pasukan|perang|provinsi|pulau|republik|sekolah|serikat|sungai|teluk|universitas"
    r"|yayasan|uni[oó]n|mahasabha|partido|liga)\b",
    re.IGNORECASE,
)
_ASKED = {
    "when": re.compile(r"\b(?:when|kapan|what (?:date|year|day)|tanggal|which day)\b", re.I),
    "where": re.compile(r"\b(?:where|di ?mana|which (?:city|country))\b", re.I),
    "who": re.compile(r"\b(?:who|siapa)\b", re.I),
}


def follow_ups(answer: Answer, texts: Texts) -> tuple[str, ...]:
    """Return up to three questions in the words of ``texts``; () where nothing was found."""
    if not answer.found or not answer.citations:
        return ()
    asked = answer.completed or answer.question
    around = answer.hits[0].passage.text if answer.hits else answer.citations[0].sentence
    sentence = answer.citations[0].sentence
    wanted = []
    if not _ASKED["when"].search(asked) and _DAY.search(around):
        wanted.append(texts.follow_when)
    if not _ASKED["who"].search(asked) and _SAID.search(sentence):
        wanted.append(texts.follow_who)
    known = asked.casefold()
    for match in _NAME.finditer(around):
        name = _person(match[0], around[: match.start()])
        placed = _PLACED.search(around[: match.start()])
        if not placed and name and not _NO_PERSON.search(match[0]) and name.casefold() not in known:
            wanted.append(texts.follow_who_is.format(name))
            break
    if not _ASKED["where"].search(asked) and _PLACE.search(around):
        wanted.append(texts.follow_where)
    return tuple(dict.fromkeys(wanted))[:_WANTED]


def _person(words: str, before: str) -> str:
    """Return a name without the office before it, nor the country of that; "" if none is left."""
    name = words[match.end() :] if (match := _OFFICES.match(words)) else words
    parts = name.split()
    if len(parts) > 3 or (len(parts) > 2 and _HELD.search(before)):
        parts = parts[-2:]
    return " ".join(parts) if len(parts) > 1 else ""
