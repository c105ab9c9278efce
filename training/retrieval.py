"""Find passages that look as if they answered: a full-text ranking for hard negatives."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Sequence

_WORD = re.compile(r"\w+")
_LONGEST_QUERY = 24


class PassageFinder:
    """BM25 over the passages of one language (SQLite's full-text index, in memory)."""

    def __init__(self, texts: Iterable[str]) -> None:
        self.texts = list(dict.fromkeys(texts))
        self._database = sqlite3.connect(":memory:")
        self._database.execute(
            "CREATE VIRTUAL TABLE passages USING fts5(text, tokenize='unicode61')"
        )
        self._database.executemany(
            "INSERT INTO passages (rowid, text) VALUES (?, ?)", enumerate(self.texts)
        )

    def find(self, query: str, count: int) -> list[str]:
        """Return the passages that rank highest for the words of the query, best first."""
        words = [word for word in dict.fromkeys(_WORD.findall(query.casefold())) if len(word) > 2]
        if not words:
            return []
        terms = " OR ".join(f'"{word}"' for word in words[:_LONGEST_QUERY])
        found = self._database.execute(
            "SELECT rowid FROM passages WHERE passages MATCH ? ORDER BY rank, rowid LIMIT ?",
            (terms, count),
        )
        return [self.texts[number] for (number,) in found]


def holds_answer(text: str, answers: Sequence[tuple[int, str]]) -> bool:
    """Tell whether one of the answers occurs in the text, letter case aside."""
    folded = text.casefold()
    return any(answer.casefold().strip(" .,") in folded for _, answer in answers)
