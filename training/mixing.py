"""Choose what the reader learns from: shares of the sets, unanswerable rows, and their forms.

Everything follows from the seed: the same data and seed give the same windows in the same order.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from qa.reader.windows import LONGEST_WINDOW
from training.retrieval import PassageFinder, holds_answer
from training.rows import Row, parallel_questions, read_rows, split_by_article
from training.windows import Window, training_window

# Parts of all rows. The human Indonesian sets and the cross-lingual sets come more often than
# their size says, as that is what the product is asked most; the rest keeps the other languages.
SHARES = {
    "idk_mrc.id": 20, "facqa_news.id": 12, "squad2_crosslingual.en-id": 21,
    "squad1_crosslingual.id-en": 5, "squad2_translated.id": 9, "squad1.en": 5,
    "squad2_unanswerable.en": 3, "squadshifts.en": 7, "natural_questions_qed.en": 4,
    "tydiqa.en": 3, "tydiqa.sw": 2, "tydiqa.ko": 2, "jaquad.ja": 2, "norquad.no": 4, "afriqa": 2,
}  # fmt: skip
VALIDATION_SHARE = 0.03
# Of the answerable rows, so many are given a text that does not answer.
_NEGATIVE = {"idk_mrc.id": 0.06, "squad2_crosslingual.en-id": 0.1, "squad2_translated.id": 0.0}
_NEGATIVE_ELSEWHERE = 0.17
_TITLE, _COMPANY, _LOWER, _UNMARKED = 0.4, 0.12, 0.2, 0.2
_COMPANY_IN_NEWS = 0.4  # FacQA passages are a sentence or two: alone they are too easy
_ELSEWHERE_IN_TEXT = 0.12  # of long texts, how many are cut so that they do not answer
_SHORT, _SHORT_SHARE = 208, 0.7  # most windows are as long as what retrieval gives
BLOCK_BATCHES = 32  # drawn, sorted by length and shuffled together
_POOL = 12  # hard negatives are drawn from so many of the highest ranks


class Mixer:
    """Draws windows from the training sets, endlessly and reproducibly."""

    def __init__(self, rows: Sequence[Row], seed: int) -> None:
        self.seed, self.drawn, self.block = seed, dict.fromkeys(SHARES, 0), 0
        self.chance = random.Random(seed)
        self._wordings = parallel_questions(rows)
        self._by_source: dict[str, list[Row]] = defaultdict(list)
        self._by_group: dict[tuple[str, str], list[Row]] = defaultdict(list)
        self._titles: dict[str, str] = {}
        self._orders: dict[str, tuple[int, list[int]]] = {}
        texts: dict[str, list[str]] = defaultdict(list)
        for row in rows:
            self._by_source[row.source].append(row)
            self._by_group[row.source, row.group].append(row)
            self._titles.setdefault(row.text, row.title)
            texts[row.language].append(row.text)
        self._finders = {name: PassageFinder(found) for name, found in sorted(texts.items())}

    def next_batches(self, size: int) -> list[list[Window]]:
        """Draw the next block of batches; what comes depends on ``block`` and ``drawn`` alone."""
        self.chance = random.Random(f"{self.seed} block {self.block}")
        batches = bucketed(self.windows(BLOCK_BATCHES * size), size, self.chance)
        self.block += 1
        return batches

    def windows(self, count: int) -> list[Window]:
        """Draw so many windows, in the order in which they are to be learned from."""
        names = [name for name in SHARES if self._by_source[name]]
        weights = [SHARES[name] for name in names]
        drawn: list[Window] = []
        while len(drawn) < count:
            (name,) = self.chance.choices(names, weights)
            window = self.window(self._next(name))
            if window is not None:
                drawn.append(window)
        return drawn

    def window(self, row: Row) -> Window | None:
        """Give a row one of its many forms and cut a window; None where that does not work."""
        share = _NEGATIVE.get(row.source, _NEGATIVE_ELSEWHERE)
        if row.answers and self.chance.random() < share:
            text: str | None = self._wrong_text(row)
            if text is None:
                return None
            return self._cut(row, self._titles.get(text, ""), text, None)
        answer = self.chance.choice(row.answers) if row.answers else None
        text, moved = self._with_company(row, answer)
        if answer is None or moved is None:
            return self._cut(row, row.title, text, None)
        if len(text) > 1200 and self.chance.random() < _ELSEWHERE_IN_TEXT:
            rest = max((text[:moved], text[moved + len(answer[1]) :]), key=len)
            if not holds_answer(rest, row.answers):
                return self._cut(row, row.title, rest, None)
        return self._cut(row, row.title, text, (moved, moved + len(answer[1])))

    def _next(self, name: str) -> Row:
        """Return the set's next row; a set begins anew, in another order, when it is used up."""
        rows = self._by_source[name]
        epoch, place = divmod(self.drawn[name], len(rows))
        if self._orders.get(name, (-1, []))[0] != epoch:
            order = list(range(len(rows)))
            random.Random(f"{self.seed} {name} {epoch}").shuffle(order)
            self._orders[name] = (epoch, order)
        self.drawn[name] += 1
        return rows[self._orders[name][1][place]]

    def _wrong_text(self, row: Row) -> str | None:
        """Choose a passage that does not hold the answer but looks as if it might."""
        kind = self.chance.random()
        if kind < 0.4:
            texts = [other.text for other in self._by_group[row.source, row.group]]
        elif kind < 0.9:
            texts = self._ranked(row)
        else:
            texts = [other.text for other in self.chance.sample(self._by_source[row.source], 4)]
        texts = [text for text in dict.fromkeys(texts) if not holds_answer(text, row.answers)]
        if not texts:
            texts = [text for text in self._ranked(row) if not holds_answer(text, row.answers)]
        return self.chance.choice(texts) if texts else None

    def _ranked(self, row: Row) -> list[str]:
        """Rank all passages of the row's language for its question, worded in that language."""
        wordings = self._wordings.get(row.key, {})
        query = wordings.get(row.language, row.question)
        found = self._finders[row.language].find(query, _POOL + 1)
        return [text for text in found if text != row.text]

    def _with_company(self, row: Row, answer: tuple[int, str] | None) -> tuple[str, int | None]:
        """Put other passages around the text for a share of the rows: a longer article."""
        start = answer[0] if answer is not None else None
        share = _COMPANY_IN_NEWS if row.source == "facqa_news.id" else _COMPANY
        if len(row.text) > 700 or self.chance.random() >= share:
            return row.text, start
        others = [text for text in self._ranked(row) if len(text) < 700]
        if row.answers:
            others = [text for text in others if not holds_answer(text, row.answers)]
        elif row.source != "facqa_news.id":
            # What else ranks high may well answer a question that this text leaves open.
            return row.text, start
        if not others:
            return row.text, start
        chosen = self.chance.sample(others, min(len(others), self.chance.randint(1, 2)))
        before = chosen[:1] if self.chance.random() < 0.6 else []
        parts = [*before, row.text, *chosen[len(before) :]]
        shift = sum(len(part) + 1 for part in before)
        return "\n".join(parts), None if start is None else start + shift

    def _cut(
        self, row: Row, title: str, text: str, answer: tuple[int, int] | None
    ) -> Window | None:
        """Word the question, put the title in front and cut."""
        question = row.question
        if self.chance.random() < _LOWER:
            question = question.lower()
        if self.chance.random() < _UNMARKED:
            question = question.rstrip("?？ ") or question
        if title and self.chance.random() < _TITLE and not text.startswith(title):
            text = f"{title}\n{text}"
            if answer is not None:
                answer = (answer[0] + len(title) + 1, answer[1] + len(title) + 1)
        longest = _SHORT if self.chance.random() < _SHORT_SHARE else LONGEST_WINDOW
        return training_window(question, text, answer, longest, self.chance)


def read_training_rows(folder: Path) -> tuple[list[Row], list[Row]]:
    """Read the sets that have a share; return training rows and validation rows."""
    rows = [row for name in SHARES for row in read_rows(folder / f"{name}.jsonl.gz")]
    return split_by_article(rows, VALIDATION_SHARE)


def bucketed(windows: Sequence[Window], size: int, chance: random.Random) -> list[list[Window]]:
    """Group windows of like length into batches, the batches in random order."""
    ordered = sorted(windows, key=lambda window: len(window.ids))
    batches = [ordered[place : place + size] for place in range(0, len(ordered), size)]
    chance.shuffle(batches)
    return batches
