"""Names in a turn of a conversation, and what a pronoun after it can stand for."""

from __future__ import annotations

import re
from collections.abc import Iterator

from index import analyse
from qa.question_words import ASKS, WHERE, WHO, topic_of
from qa.types import Answer

_PLACE_WORD = r"(?:\b(?:in|at|from|near|di|ke|dari|kota|desa|kabupaten|provinsi|pulau)\s+)"
_CAPITAL = r"[A-Z\u00c0-\u00de][\w'’-]*"
_WHOLE = rf"{_CAPITAL}(?: {_CAPITAL})*"
_NAME = re.compile(rf"(?P<place>{_PLACE_WORD})?(?P<name>{_WHOLE})")
PAIR = re.compile(rf"{_WHOLE} (?:and|dan) {_WHOLE}(?: [a-z]+s\b)?")  # "Russian and Ukrainian talks"
_SENTENCE_START = re.compile(r"(?:^|[.!?:]\s+|[“\"])$")


def names_in(text: str) -> Iterator[tuple[str, bool]]:
    """Yield the names in a text, and whether a word before says that it is a place."""
    for match in _NAME.finditer(text):
        words = match["name"].split()
        first = match.start("name")
        if _SENTENCE_START.search(text[:first]) and (len(words) > 1 or ASKS.match(words[0])):
            opening = words[0]
            if ASKS.match(opening) or not (analyse(opening, "en") and analyse(opening, "id")):
                words = words[1:]
        elif _SENTENCE_START.search(text[:first]) and not match["place"]:
            continue  # one capital word that opens a sentence is a name only by chance
        if words:
            yield " ".join(words), match["place"] is not None


def people_and_places(last: Answer, before: str, used: set[str]) -> tuple[list[str], list[str]]:
    """Return the people and places of a turn, what was talked about first.

    What answers "where?" is a place, whatever it looks like.
    """
    asked_who = WHO.match(before)
    if asked_who and not last.citations:  # not known by name: "the spokesman of the UN"
        return [topic_of(before)], []
    quotes = [citation.text for citation in last.citations[:1]]
    around = [citation.sentence for citation in last.citations[:1]]
    texts = [*quotes, before, *around] if asked_who else [before, *quotes, *around]
    found = [pair for text in texts for pair in names_in(text)]
    placed = {name for name, place in found if place}
    people = [name for name, _ in found if name not in placed and name not in used]
    answered = quotes if WHERE.match(before) else []
    places = [*answered, *(name for name, place in found if place and name not in used)]
    return list(dict.fromkeys(people)), list(dict.fromkeys(places))
