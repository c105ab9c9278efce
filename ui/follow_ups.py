"""Questions to go on with, made for an answer: only such as its passages may answer."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ui.texts import Texts

if TYPE_CHECKING:
    from qa import Answer

_WANTED = 3
_NAME = re.compile(
    r"(?<![.!?“\"‘'] )(?<!^)\b[A-Z\u00c0-\u00de][\w'’-]+(?: [A-Z\u00c0-\u00de][\w'’-]+)+"
)
_DAY = re.compile(
    r"\b(?:\d{1,2}/\d{1,2}/\d{2,4}|(?:19|20)\d\d|\d{1,2} [A-Z][a-z]{2,8}"
    r"|(?:Senin|Selasa|Rabu|Kamis|Jumat|Sabtu|Minggu|Monday|Tuesday|Wednesday|Thursday|Friday"
    r"|Saturday|Sunday))\b"
)
_SAID = re.compile(r"\b(?:said|says|told|kata|mengatakan|ujar(?:nya)?|menurut)\b")
_PLACE = re.compile(r"\b(?:in|at|di|ke) [A-Z]\w+")
_PLACED = re.compile(r"\b(?:in|at|of|di|ke|dari|kota|desa|pulau) \Z", re.IGNORECASE)
_NO_PERSON = re.compile(
    r"\b(?:academy|agency|bank|bay|city|club|company|council|court|house|institute|island|lane|league"
    r"|ministry|museum|office|party|radio|river|school|street|team|trust|union|university"
    r"|akademi|badan|desa|dewan|kabupaten|kantor|kementerian|kota|museum|partai|pasukan|provinsi"
    r"|pulau|sekolah|sungai|teluk|universitas|yayasan)\b",
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
        words = match[0].split()
        name = " ".join(words if len(words) < 4 else words[-2:])  # without a title of office
        placed = _PLACED.search(around[: match.start()])
        if not placed and not _NO_PERSON.search(match[0]) and name.casefold() not in known:
            wanted.append(texts.follow_who_is.format(name))
            break
    if not _ASKED["where"].search(asked) and _PLACE.search(around):
        wanted.append(texts.follow_where)
    return tuple(dict.fromkeys(wanted))[:_WANTED]
