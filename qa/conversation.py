"""Follow-up questions: complete a question that cannot stand alone from the turn before it.

No language model: the people, places and topic of the last answered turn are put in where the
question points back to them, so what was understood can be shown and searched like any question.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from index import analyse
from qa.mentions import PAIR, names_in, people_and_places
from qa.periods import find_periods
from qa.question_words import (
    ASKING,
    ASKING_PHRASE,
    ASKS,
    JOINED,
    JOINING,
    NAMING,
    WHO,
    topic_of,
    without_asking,
)
from qa.types import Answer

_SHORT = 8  # a longer question names what it asks about, whatever pronouns it holds

_PEOPLE = "he she him her his hers they them their theirs dia ia beliau mereka".split()
_PLACES = r"there|(?:di|ke|dari) (?:sana|situ)"
_THINGS = "it its this that these those then itu ini tersebut begitu situ sana nya".split()
_PERSON = re.compile(rf"\b({'|'.join(_PEOPLE)})\b", re.IGNORECASE)
_POINTING = frozenset([*_PEOPLE, *_THINGS, "there"])
_OWNERS = {"his", "her", "hers", "their", "theirs"}
_POSSESSIVE = ("his", "her", "its", "their")
_SEVERAL = {"they", "them", "their", "theirs", "mereka"}
# Words that end in -nya and point at nothing.
_OWN_NYA = frozenset(
    "hanya tanya bertanya punya mempunyai biasanya akhirnya sebenarnya sebelumnya sebaiknya "
    "misalnya rupanya ternyata nyatanya seharusnya umumnya pertanyaan tentunya lainnya "
    "berikutnya selanjutnya seterusnya pertamanya sepenuhnya sebagainya".split()
)
# A passive that names nothing it is about: "sekarang diganti dengan apa?".
_NO_SUBJECT = re.compile(
    r"\A\s*(?:(?:sekarang|kini|lalu|akhirnya|sudah|telah|akan)\s+)*di[a-z]{3,}\b", re.IGNORECASE
)
# "What does it do?", not "how long did it take?", which asks of what happened.
_IT = re.compile(
    r"\bit\b(?!\s+(?:take|took|last|happen|cost|mean|start|begin|end)\w*)", re.IGNORECASE
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
_ALONE = re.compile(rf"(?!what|which|apa|mana)(?:{ASKING})", re.IGNORECASE)  # "how often?"
_HIS = re.compile(r"\b(di\w{3,}|kata|menurut|ujar)nya\b", re.IGNORECASE)  # "what he said"
_OWN = re.compile(r"\b(\w{3,})nya\b", re.IGNORECASE)
_LAST_OWN = re.compile(r"\b(\w{3,})nya\W*\Z", re.IGNORECASE)  # "berapa harganya?"
_WORD = re.compile(r"\w+(?:[-'’]\w+)*")
_ABOUT_OTHER = re.compile(rf"\A\s*(?:{JOINING})?{_ABOUT}\s*", re.IGNORECASE)
_THIS_TIME = re.compile(r"\b(?:this (?:season|term|time)|(?:musim|kali|masa|periode) ini)\b", re.I)
_THERE_IS = re.compile(
    r"\b(?:is|are|was|were) there\b(?=\s+\w)|\bthere (?:is|are|was|were)\b", re.IGNORECASE
)
# "Who said that?": what was quoted, not what was asked.
_WHO_SAID = re.compile(
    r"\A\s*(?:who|siapa)\b.*\b(?:said|says?|claims?|claimed|(?:me|ber)\w*kata\w*|menyatakan|bilang)\s+"
    r"(?P<what>(?:hal )?(?:that|this|it|so|itu|tersebut|demikian|begitu))\W*\Z",
    re.IGNORECASE,
)


def stands_alone(question: str, language: str) -> bool:
    """Say whether a question names what it asks about."""
    words = [word.lower() for word in _WORD.findall(question)]
    if not analyse(question, language) or _ABOUT_OTHER.match(question):
        return False
    if len(words) > _SHORT:
        return True
    if language in ("id", "ms") and _NO_SUBJECT.match(question):
        return False
    return not _points(words, question) and not _is_bare(question)


def search_question(question: str, history: Sequence[Answer], language: str) -> str:
    """Return the question completed from the last answered turn; itself where none is needed."""
    if stands_alone(question, language) and not _continues(question):
        return question
    last = last_turn(history)
    if last is None:
        return question
    before = last.completed or last.question
    own = JOINED.sub("", question, count=1).strip()
    if other := _other(question, own, before):
        return other
    if _is_bare(own):
        return _bare(own, last, before)
    return _pointed(own, last, before, language)


def _bare(own: str, last: Answer, before: str) -> str:
    """Ask the question before with another question word.

    Where that was the subject, what answered it takes its place: "apa yang ditanam warga?" and
    "mengapa?" make "mengapa bambu ditanam warga?".
    """
    asking = ASKING_PHRASE.match(own)
    rest, found = re.subn(r"\A\s*yang\b", "", without_asking(before))
    quote = _short_quote(last) if found else ""
    rest = re.sub(r"\A\s*adalah\b", "", rest)
    return _tidy(f"{asking[0] if asking else own.rstrip('?')} {quote} {rest}")


def _short_quote(last: Answer) -> str:
    """Return what was quoted first, if it is short enough to stand for a thing."""
    quote = last.citations[0].text if last.citations else ""
    return quote if len(quote.split()) <= _SHORT else ""


def last_turn(history: Sequence[Answer]) -> Answer | None:
    """Return the last answered turn; where there is none, the last that asked for something."""
    for turn in reversed(history):
        if turn.found:
            return turn
    tried = (turn for turn in reversed(history) if analyse(turn.question, turn.language))
    return next(tried, None)


def _points(words: Sequence[str], question: str) -> bool:
    """Say whether a word points back: not "its" behind the name that it belongs to."""
    idle = _THERE_IS.search(question) is not None
    name = next((name for name, _ in names_in(question)), "")
    behind = question[question.find(name) + len(name) :].lower() if name else ""
    owned = {word for word in _POSSESSIVE if re.search(rf"\b{word}\b", behind)}
    return any(
        (word in _POINTING and word not in owned and not (word == "there" and idle))
        or (word.endswith("nya") and word not in _OWN_NYA)
        for word in words
    )


def _continues(question: str) -> bool:
    """Say whether a short question goes on with "and" and has no question word of its own."""
    joined = JOINED.match(question)
    return bool(joined and joined.end()) and not ASKS.search(question)


def _is_bare(question: str) -> bool:
    """Say whether nothing but a question word is asked: "why?", "and when was that?"."""
    own = JOINED.sub("", question, count=1)
    phrase = ASKING_PHRASE.match(own)
    asking = ASKS.search(phrase[0]) if phrase else None
    if phrase is None or asking is None:
        return False
    words = _WORD.findall(own[phrase.end() :].lower())
    if not (_EVENT if words else _ALONE).match(asking[0]):
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
    if find_periods(thing) and (time := _time_in(before)):
        return f"{before[: time[0]]}{thing}{before[time[1] :]}"
    names = [name for name, _ in names_in(before)]
    if names and thing[0].isupper():
        return before.replace(names[-1], thing)
    return _tidy(f"{before.rstrip(' ?')}, {thing}")


def _time_in(question: str) -> tuple[int, int] | None:
    """Return where a question names its time: "last month", "pada musim ini"."""
    if periods := find_periods(question):
        return periods[-1].start, periods[-1].end
    this = _THIS_TIME.search(question)
    return this.span() if this else None


def _pointed(own: str, last: Answer, before: str, language: str) -> str:
    """Put the person or place before where a word points back to it; the topic where none does."""
    if (said := _WHO_SAID.match(own)) and last.citations:
        quote = last.citations[0].text
        return _tidy(f"{own[: said.start('what')]}{quote}")
    used = {name for name, _ in names_in(own)}
    people, places = people_and_places(last, before, used)
    placed = 0
    if places and not _THERE_IS.search(own):
        where = rf"\b(?:{_PLACES})\b"
        own, placed = re.subn(where, _in(places[0], language), own, flags=re.IGNORECASE)
    if people:
        of = _OWN if WHO.match(before) else _HIS
        own, done = of.subn(lambda word: f"{word[1]} {people[0]}", own)
        if done:
            return _tidy(own)
        several = [pair[0] for pair in PAIR.finditer(before)]
        own, done = _PERSON.subn(lambda word: _named(people[0], word[1], several), own)
        if done:
            return _tidy(own)
    if placed and not _PERSON.search(own):
        return _tidy(own)
    topic = topic_of(before)
    if NAMING.match(before) and (quote := _short_quote(last)):
        own, done = _IT.subn(quote, own, count=1)
        topic = topic if done else f"{quote}, {topic}"
    own, done = _LAST_OWN.subn(lambda word: f"{word[1]} {topic}", own)
    if done:
        return _tidy(own)
    # The pronoun stays: a question without it reads like another one.
    return _tidy(f"{own.strip(' ?')} ({topic})")


def _in(place: str, language: str) -> str:
    return f"di {place}" if language in ("id", "ms") else f"in {place}"


def _named(person: str, pronoun: str, several: Sequence[str]) -> str:
    """Return the person that a pronoun stands for, or the first of ``several`` together."""
    named = several[0] if several and pronoun.lower() in _SEVERAL else person
    return f"{named}'s" if pronoun.lower() in _OWNERS else named


def _tidy(question: str) -> str:
    line = " ".join(question.split()).strip(" ?")
    return f"{line[:1].upper()}{line[1:]}?"
