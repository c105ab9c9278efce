"""Whether an expression speaks of time where it stands, judging by the words around it."""

from __future__ import annotations

import re

from qa import period_context as words
from qa.period_days import Atom

BESIDE = 120  # characters beside an expression that are looked at
_RELATIVE = frozenset(("near", "named", "rolling", "ahead", "ago"))
_CAPITAL = re.compile(r"\s+([A-Z][\w-]*)")
_SMALL = frozenset("in on at and to of the di pada dan yang lalu tahun".split())
_ENGLISH = re.compile(r"(?i)(?:this|last|next|past|yesterday|today|tonight|tomorrow|day)\b")


def words_before(question: str, atom: Atom) -> str:
    """Return the words before an expression, as many as are looked at."""
    return question[max(atom.start - BESIDE, 0) : atom.start]


def is_time(question: str, atom: Atom, following: Atom | None) -> bool:
    """Say whether an expression speaks of time here, judging by what stands around it."""
    before, after = words_before(question, atom), question[atom.end : atom.end + BESIDE]
    named = atom.kind in ("date", "day", "days") and words.NAMED_AFTER.search(before)
    if named or words.NO_TIME.search(before):
        return False
    if atom.kind == "date" and _of_unknown_year(before, after):
        return False
    if atom.kind in words.INTRODUCED:
        return _is_introduced(question, atom, following)
    if atom.kind in _RELATIVE:
        more = not _ENGLISH.match(atom.text) and words.COUNTED.search(before)
        return not more and not _is_title(question, atom)
    return not (atom.text[-1].isdigit() and words.AMOUNT.match(after))


def _of_unknown_year(before: str, after: str) -> bool:
    """Say whether a day is not simply the last one of its name: "the September 11 attacks"."""
    found = words.EVENT_OF_DAY.match(after) or words.SHORT_YEAR.match(after)
    return bool(found or words.DAY_OF_EVENT.search(before))


def _is_introduced(question: str, atom: Atom, following: Atom | None) -> bool:
    """Say so of a year, month or weekday alone, which needs words that speak of time beside it."""
    before, after = words_before(question, atom), question[atom.end : atom.end + BESIDE]
    introduced = re.search(rf"\b(?:{words.INTRODUCED[atom.kind]})\s+$", before, re.IGNORECASE)
    if atom.kind == "year":
        event = words.EVENT_AFTER.match(after) or words.EVENT_BEFORE.search(before)
        if _is_count(atom.text, before, after):
            return False
        named = words.AMOUNT.match(after) or words.NUMBERED.search(before)
        return not named and bool(introduced or event)
    if _names_more(after) or (following and same_day(question, atom, following)):
        return False
    if atom.kind == "slash":
        return bool(introduced or words.ON_A_WEEKDAY.search(before))
    if atom.kind == "weekday":
        return not words.FROM_WEEKDAY.search(before) and bool(
            introduced or words.LATER.match(after) or words.TIME_OF_DAY.match(after)
        )
    opened = words.ONWARDS.match(after) or words.WEEK_OF_MONTH.search(before)
    return bool(introduced or words.LATER.match(after) or opened)


def _is_count(number: str, before: str, after: str) -> bool:
    """Say whether a round number counts what follows: "of 2000 refugees"."""
    if not words.ROUND.fullmatch(number) or not words.COUNTS.match(after):
        return False
    event = words.THE.search(before) and words.EVENT_AFTER.match(after)
    return not (event or words.YEAR_WORD.search(before))


def _names_more(after: str) -> bool:
    """Say whether a name goes on, as in "Sunday Times", "May Smith" and "May's government"."""
    capital = _CAPITAL.match(after)
    return after[:2] in ("'s", "’s") or bool(capital and capital[1].lower() not in _SMALL)


def same_day(question: str, weekday: Atom, date_after: Atom) -> bool:
    """Say whether a date right after the weekday says the same: "Senin (26/4/2022)"."""
    gap = question[weekday.end : date_after.start]
    return (
        weekday.kind == "weekday"
        and date_after.kind in ("day", "date", "slash")
        and not gap.strip(" ,(")
    )


def _is_title(question: str, atom: Atom) -> bool:
    """Say whether capitals, or what follows, make a title: "Last Week Tonight", "today show"."""
    if re.match(r"\s+(?:show|tonight)\b", question[atom.end :], re.IGNORECASE):
        return True
    if question.isupper() or not _ENGLISH.match(atom.text):
        return False
    opens = not question[: atom.start].strip(" ¿\"'(")
    return any(letter.isupper() for letter in atom.text[opens:])
