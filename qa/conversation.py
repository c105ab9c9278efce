"""Follow-up questions: complete a question that cannot stand alone from the turn before it.

No language model: the people, places and topic of the last answered turn are put in where the
question points back to them, so what was understood can be shown and searched like any question.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from index import analyse
from qa.types import Answer

_SHORT = 8  # a longer question names what it asks about, whatever pronouns it holds

_PEOPLE = "he she him her his hers they them their theirs dia ia beliau mereka".split()
_PLACES = r"there|(?:di|ke|dari) (?:sana|situ)"
_THINGS = "it its this that these those then itu ini tersebut begitu situ sana nya".split()
_POINTING = frozenset([*_PEOPLE, *_THINGS, "there"])
_OWNERS = {"his", "her", "hers", "their", "theirs"}
# Words that end in -nya and point at nothing.
_OWN_NYA = frozenset(
    "hanya tanya bertanya punya mempunyai biasanya akhirnya sebenarnya sebelumnya sebaiknya "
    "misalnya rupanya ternyata nyatanya seharusnya umumnya pertanyaan tentunya lainnya".split()
)
_ASKING = (
    r"what|which|who|whom|whose|when|where|why|how(?: (?:many|much|long|old|far|often|big))?"
    r"|apa(?:kah)?|siapa(?:kah)?|kapan(?:kah)?|di ?mana(?:kah)?|ke ?mana|dari mana|mana"
    r"|mengapa|kenapa|bagaimana(?:kah)?|berapa(?: (?:banyak|lama|jauh|kali))?"
)
_JOINING = (
    r"(?:(?:and|but|so|ok|okay|also|dan|lalu|terus|tapi|tetapi|oh|nah|then|kemudian)\b[\s,]*)+"
)
_ABOUT = r"(?:what about|how about|bagaimana dengan|gimana dengan|kalau|kalo)\b"
# Words beside a question word that ask nothing more: "when was that?", "kapan itu terjadi?".
_EMPTY = frozenset(
    "is was are were did does do has have had be been happen happened happening exactly "
    "terjadi adalah hal peristiwa kejadian yang saja ya sih tadi persisnya tepatnya".split()
)
# Asked of what happened; "how old is it?" is asked of a thing instead.
_EVENT = re.compile(
    r"when|where|why|who|kapan|di ?mana|ke ?mana|dari mana|mengapa|kenapa|siapa|how\Z|bagaimana",
    re.IGNORECASE,
)
_HIS = re.compile(r"\b(di\w{3,}|kata|menurut|ujar)nya\b", re.IGNORECASE)  # "what he said"
_OWN = re.compile(r"\b(\w{3,})nya\b", re.IGNORECASE)
_LAST_OWN = re.compile(r"\b(\w{3,})nya\W*\Z", re.IGNORECASE)  # "berapa harganya?"
_WORD = re.compile(r"\w+(?:[-'’]\w+)*")
_ASKS = re.compile(rf"(?:{_ASKING})\b", re.IGNORECASE)
_JOINED = re.compile(rf"\A\s*{_JOINING}", re.IGNORECASE)
_HELPING = re.compile(
    r"\A\s*(?:(?:did|does|do|is|are|was|were|has|have|had|will|can|could|would|yang|adalah|itu)\b\s*)+",
    re.IGNORECASE,
)
_ABOUT_OTHER = re.compile(rf"\A\s*(?:{_JOINING})?{_ABOUT}\s*", re.IGNORECASE)
_THERE_IS = re.compile(
    r"\b(?:is|are|was|were) there\b(?=\s+\w)|\bthere (?:is|are|was|were)\b", re.IGNORECASE
)
_PLACE_WORD = r"(?:\b(?:in|at|from|near|di|ke|dari|kota|desa|kabupaten|provinsi|pulau)\s+)"
_CAPITAL = r"[A-Z\u00c0-\u00de][\w'’-]*"
_NAME = re.compile(rf"(?P<place>{_PLACE_WORD})?(?P<name>{_CAPITAL}(?: {_CAPITAL})*)")
_WHO = re.compile(r"\s*(?:who|siapa)\b", re.IGNORECASE)
_SENTENCE_START = re.compile(r"(?:^|[.!?:]\s+|[“\"])$")


def stands_alone(question: str, language: str) -> bool:
    """Say whether a question names what it asks about."""
    words = [word.lower() for word in _WORD.findall(question)]
    if not analyse(question, language) or _ABOUT_OTHER.match(question):
        return False
    if len(words) > _SHORT:
        return True
    return not _points(words, question) and not _is_bare(question)


def search_question(question: str, history: Sequence[Answer], language: str) -> str:
    """Return the question completed from the last answered turn; itself where none is needed."""
    if stands_alone(question, language) and not _continues(question):
        return question
    last = _last(history)
    if last is None:
        return question
    before = last.completed or last.question
    own = _JOINED.sub("", question, count=1).strip()
    if other := _other(question, own, before):
        return other
    if _is_bare(own):
        asking = _ASKS.match(own)
        rest = re.sub(r"\A\s*(?:yang|adalah)\b", "", _without_asking(before))
        return _tidy(f"{asking[0] if asking else own.rstrip('?')} {rest}")
    return _pointed(own, last, before, language)


def _last(history: Sequence[Answer]) -> Answer | None:
    """Return the last answered turn; where there is none, the last that asked for something."""
    for turn in reversed(history):
        if turn.found:
            return turn
    tried = (turn for turn in reversed(history) if analyse(turn.question, turn.language))
    return next(tried, None)


def _points(words: Sequence[str], question: str) -> bool:
    idle = _THERE_IS.search(question) is not None
    return any(
        (word in _POINTING and not (word == "there" and idle))
        or (word.endswith("nya") and word not in _OWN_NYA)
        for word in words
    )


def _continues(question: str) -> bool:
    """Say whether a short question goes on with "and" and has no question word of its own."""
    joined = _JOINED.match(question)
    return bool(joined and joined.end()) and not _ASKS.search(question)


def _is_bare(question: str) -> bool:
    """Say whether nothing but a question word is asked: "why?", "and when was that?"."""
    own = _JOINED.sub("", question, count=1)
    asking = _ASKS.match(own)
    words = _WORD.findall(own[asking.end() :].lower()) if asking else []
    if asking is None or not _EVENT.match(asking[0]):
        return False
    return all(word in _EMPTY or word in _THINGS for word in words)


def _other(question: str, own: str, before: str) -> str | None:
    """Ask the question before of something else: "and Jakarta?", "what about the girls?"."""
    about = _ABOUT_OTHER.match(question)
    if not about and not _continues(question):
        return None
    thing = (question[about.end() :] if about else own).strip(" ?.!")
    if not thing:
        return None
    names = [name for name, _ in _names(before)]
    if names and thing[0].isupper():
        return before.replace(names[-1], thing)
    return _tidy(f"{before.rstrip(' ?')}, {thing}")


def _pointed(own: str, last: Answer, before: str, language: str) -> str:
    """Put the person or place before where a word points back to it; the topic where none does."""
    used = {name for name, _ in _names(own)}
    people, places = _subjects(last, before, used)
    if places and not _THERE_IS.search(own):
        own, done = re.subn(rf"\b(?:{_PLACES})\b", _in(places[0], language), own, flags=re.I)
        if done:
            return _tidy(own)
    if people:
        of = _OWN if _WHO.match(before) else _HIS
        own, done = of.subn(lambda word: f"{word[1]} {people[0]}", own)
        if done:
            return _tidy(own)
        pattern = rf"\b({'|'.join(_PEOPLE)})\b"
        own, done = re.subn(pattern, lambda word: _named(people[0], word[1]), own, flags=re.I)
        if done:
            return _tidy(own)
    topic = _topic(before)
    own, done = _LAST_OWN.subn(lambda word: f"{word[1]} {topic}", own)
    if done:
        return _tidy(own)
    own = re.sub(rf"\b(?:{'|'.join(_THINGS)})\b|(?<=\w\w\w)nya\b", "", own, flags=re.IGNORECASE)
    return _tidy(f"{own.strip(' ?')} ({topic})")


def _topic(question: str) -> str:
    """Return what a question asks about, without its question word and helping verbs."""
    return _HELPING.sub("", _without_asking(question)).strip(" ?")


def _in(place: str, language: str) -> str:
    return f"di {place}" if language in ("id", "ms") else f"in {place}"


def _named(person: str, pronoun: str) -> str:
    return f"{person}'s" if pronoun.lower() in _OWNERS else person


def _subjects(last: Answer, before: str, used: set[str]) -> tuple[list[str], list[str]]:
    """Return the people and places of a turn, what was talked about first."""
    asked_who = _WHO.match(before)
    if asked_who and not last.citations:  # not known by name: "the spokesman of the UN"
        return [_topic(before)], []
    quotes = [citation.text for citation in last.citations[:1]]
    around = [citation.sentence for citation in last.citations[:1]]
    texts = [*quotes, before, *around] if asked_who else [before, *quotes, *around]
    found = [pair for text in texts for pair in _names(text)]
    placed = {name for name, place in found if place}
    people = [name for name, _ in found if name not in placed and name not in used]
    places = [name for name, place in found if place and name not in used]
    return list(dict.fromkeys(people)), list(dict.fromkeys(places))


def _names(text: str) -> Iterator[tuple[str, bool]]:
    """Yield the names in a text, and whether a word before says that it is a place."""
    for match in _NAME.finditer(text):
        words = match["name"].split()
        first = match.start("name")
        if _SENTENCE_START.search(text[:first]) and (len(words) > 1 or _ASKS.match(words[0])):
            opening = words[0]
            if _ASKS.match(opening) or not (analyse(opening, "en") and analyse(opening, "id")):
                words = words[1:]
        elif _SENTENCE_START.search(text[:first]) and not match["place"]:
            continue  # one capital word that opens a sentence is a name only by chance
        if words:
            yield " ".join(words), match["place"] is not None


def _without_asking(question: str) -> str:
    """Return a question without its question word, and what stands before it."""
    own = _JOINED.sub("", question, count=1)
    asking = _ASKS.search(own)
    if asking is None:
        return own
    if asking.start() > len(own) // 2:  # "Guterres bertemu siapa?"
        return own[: asking.start()].strip()
    return f"{own[: asking.start()]}{own[asking.end() :]}".strip()


def _tidy(question: str) -> str:
    line = " ".join(question.split()).strip(" ?")
    return f"{line[:1].upper()}{line[1:]}?"
