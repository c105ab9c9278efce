"""Follow-up questions: complete a question that cannot stand alone with the one before it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from index import analyse
from qa.types import Answer

# Words that point back to something said before, in English and Indonesian.
_POINTING = frozenset(
    "he she it they him her them his hers its their theirs this that these those there then "
    "dia ia beliau mereka itu ini tersebut begitu situ sana nya".split()
)
_SHORT = 8
_WORD = re.compile(r"\w+")


def stands_alone(question: str, language: str) -> bool:
    """Say whether a question names what it asks about."""
    words = _WORD.findall(question.lower())
    if not analyse(question, language):
        return False
    pointing = any(word in _POINTING or word.endswith("nya") for word in words)
    return len(words) > _SHORT or not pointing


def search_question(question: str, history: Sequence[Answer], language: str) -> str:
    """Return the question to search for: with the last answered one in front where needed."""
    if stands_alone(question, language):
        return question
    last = next((turn for turn in reversed(history) if turn.found), None)
    return f"{last.question} {question}" if last else question
