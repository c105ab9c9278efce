"""The project's own unanswerable questions are usable as they stand."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from qa.evaluation import half_of, read_questions

QUESTIONS = Path(__file__).parents[2] / "benchmarks" / "unanswerable.jsonl"


def test_unanswerable_questions() -> None:
    """Half English, half Indonesian, no two alike, none with an answer, both halves well filled."""
    questions = read_questions(QUESTIONS)
    assert Counter(question.question_lang for question in questions) == {"en": 52, "id": 52}
    assert len({question.question for question in questions}) == len(questions)
    assert [question.id for question in questions] == [f"U{n:03}" for n in range(1, 105)]
    assert not any(question.answerable or question.answers for question in questions)
    assert Counter(half_of(question) for question in questions)["tune"] >= 40
    assert Counter(half_of(question) for question in questions)["report"] >= 40
