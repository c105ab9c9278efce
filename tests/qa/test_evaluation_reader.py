"""Reader evaluation against a scripted reader, with every figure worked out by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from index import Hit, KutipError, Span
from qa.evaluation.reader import evaluate_reader, read_each
from qa.evaluation.rows import GoldAnswer, ReaderRow
from qa.types import Claim, Draft

CONTEXT = "Ibu tinggal di Palu. Ayah tinggal di kota Poso."


@dataclass
class ScriptedReader:
    """Answers each question with claims of (start, end, probability); keeps what it was shown."""

    script: dict[str, list[tuple[int, int, float]]]
    threshold: float = 0.5
    name: str = "scripted"
    shown: list[Sequence[Hit]] = field(default_factory=list)

    def read(self, question: str, hits: Sequence[Hit]) -> Draft:
        """Propose what the script says."""
        self.shown.append(hits)
        article_id = hits[0].article.id
        return Draft(
            tuple(
                Claim("said otherwise", (Span(article_id, start, end),), probability)
                for start, end, probability in self.script[question]
            )
        )


class OracleReader:
    """Knows the answers, as ``evaluate_reader`` must score 1 on every measure."""

    name = "oracle"

    def __init__(self, rows: Sequence[ReaderRow]) -> None:
        self.rows = {row.id: row for row in rows}

    def read(self, question: str, hits: Sequence[Hit]) -> Draft:
        """Claim the row's first answer, or nothing."""
        row = self.rows[hits[0].article.id]
        return Draft(
            tuple(
                Claim(gold.text, (Span(row.id, gold.start, gold.start + len(gold.text)),), 1.0)
                for gold in row.answers[:1]
            )
        )


def count_words(texts: Sequence[str]) -> list[int]:
    """Count words as tokens."""
    return [len(text.split()) for text in texts]


def row(question: str, *answers: str, question_lang: str = "id", context: str = CONTEXT) -> Any:
    """Make a row whose id is its question."""
    golds = tuple(GoldAnswer(text, context.index(text)) for text in answers)
    return ReaderRow(question, question, question_lang, context, "id", golds, "")


ROWS = [
    row("exact", "Palu"),  # right
    row("part", "kota Poso"),  # "Poso": 1 common word of 1 and 2, so 2/3
    row("shy", "Palu"),  # right, but below the threshold
    row("wrong", "Palu", question_lang="en"),  # "Ayah"
    row("silent"),  # rightly nothing
    row("doubtful"),  # rightly below the threshold
    row("fooled", question_lang="en"),  # wrongly answered
]
SCRIPT = {
    "exact": [(15, 19, 0.9), (0, 3, 0.8)],
    "part": [(42, 46, 0.5)],
    "shy": [(15, 19, 0.4)],
    "wrong": [(21, 25, 0.7)],
    "silent": [],
    "doubtful": [(0, 3, 0.4)],
    "fooled": [(0, 3, 0.8)],
}


def test_evaluate_reader() -> None:
    """Each measure over all rows and by pair."""
    report = evaluate_reader(ROWS, ScriptedReader(SCRIPT), count_tokens=count_words)
    by_pair = report.pop("by_pair")
    assert report == {
        "n": 7,
        "em": pytest.approx(3 / 7),  # exact, silent, doubtful
        "f1": pytest.approx((1 + 2 / 3 + 0 + 0 + 1 + 1 + 0) / 7),
        "f1_answerable": pytest.approx((1 + 2 / 3 + 1 + 0) / 4),
        "no_answer_accuracy": pytest.approx(2 / 3),
        # Answerable 0.9 0.5 0.4 0.7 against 0 0.4 0.8: 3 + 2 + 1.5 + 2 of 12 pairs.
        "auroc": pytest.approx(8.5 / 12),
    }
    assert by_pair == {
        "en-id": {
            "n": 2,
            "em": 0.0,
            "f1": 0.0,
            "f1_answerable": 0.0,
            "no_answer_accuracy": 0.0,
            "auroc": 0.0,  # 0.7 against 0.8
        },
        "id-id": {
            "n": 5,
            "em": pytest.approx(3 / 5),
            "f1": pytest.approx((1 + 2 / 3 + 0 + 1 + 1) / 5),
            "f1_answerable": pytest.approx((1 + 2 / 3 + 1) / 3),
            "no_answer_accuracy": 1.0,
            "auroc": pytest.approx(5.5 / 6),
        },
    }


def test_threshold_argument_wins() -> None:
    """At 0.4 nothing but the missing claim is refused: "shy" is right, "doubtful" is not."""
    report = evaluate_reader(ROWS, ScriptedReader(SCRIPT), threshold=0.4, count_tokens=count_words)
    assert report["em"] == pytest.approx(3 / 7)  # exact, shy, silent
    assert report["no_answer_accuracy"] == pytest.approx(1 / 3)
    assert report["f1_answerable"] == pytest.approx((1 + 2 / 3 + 1 + 0) / 4)


def test_oracle_scores_one() -> None:
    """A reader that knows everything gets 1 everywhere, without a threshold of its own."""
    report = evaluate_reader(ROWS, OracleReader(ROWS), count_tokens=count_words)
    n, _ = report.pop("n"), report.pop("by_pair")
    assert n == 7
    assert set(report.values()) == {1.0}


def test_measures_of_nothing_are_none() -> None:
    """Without unanswerable rows two measures have nothing to say, and the reverse."""
    report = evaluate_reader(ROWS[:1], ScriptedReader(SCRIPT), count_tokens=count_words)
    assert (report["no_answer_accuracy"], report["auroc"]) == (None, None)
    report = evaluate_reader(ROWS[4:5], ScriptedReader(SCRIPT), count_tokens=count_words)
    assert (report["f1_answerable"], report["auroc"], report["em"]) == (None, None, 1.0)


def test_reader_is_shown_the_context_as_passages() -> None:
    """A long context comes in several passages that lie where they say and miss no word."""
    context = " ".join(f"Kalimat nomor {n} berbicara tentang hal ke-{n} saja." for n in range(60))
    reader = ScriptedReader({"long": [(0, 7, 1.0)]})
    evaluate_reader([row("long", "Kalimat", context=context)], reader, count_tokens=count_words)
    (hits,) = reader.shown
    assert len(hits) > 2
    covered = set[int]()
    for hit in hits:
        assert hit.article.id == hit.passage.article_id == "long"
        assert hit.article.language == "id"
        assert context[hit.passage.start : hit.passage.end] == hit.passage.text
        covered.update(range(hit.passage.start, hit.passage.end))
    assert {n for n, c in enumerate(context) if not c.isspace()} <= covered


@pytest.mark.parametrize(
    "claim",
    [
        Claim("Palu", (), 1.0),
        Claim("Palu", (Span("another", 15, 19),), 1.0),
        Claim("Palu", (Span("exact", 1000, 1004),), 1.0),
    ],
)
def test_claim_without_a_place_is_wrong(claim: Claim) -> None:
    """What a reader says does not count, only the characters it points to."""

    class Liar:
        name = "liar"

        def read(self, question: str, hits: Sequence[Hit]) -> Draft:
            return Draft((claim,))

    (outcome,) = read_each(ROWS[:1], Liar(), count_tokens=count_words)
    assert (outcome.prediction, outcome.em, outcome.f1) == ("", 0.0, 0.0)


def test_first_span_of_the_best_claim_counts() -> None:
    """Later spans and later claims are support, not the answer."""
    spans = (Span("exact", 15, 19), Span("exact", 0, 3))

    class Thorough:
        name = "thorough"

        def read(self, question: str, hits: Sequence[Hit]) -> Draft:
            return Draft((Claim("", spans, 0.6), Claim("", spans[1:], 0.9)))

    (outcome,) = read_each(ROWS[:1], Thorough(), count_tokens=count_words)
    assert (outcome.prediction, outcome.probability, outcome.em) == ("Palu", 0.6, 1.0)


def test_half() -> None:
    """The halves are disjoint, and together they are everything."""
    reader = ScriptedReader(SCRIPT)
    sizes = {
        half: len(read_each(ROWS, reader, half=half, count_tokens=count_words))
        for half in ("all", "tune", "report")
    }
    assert sizes["tune"] + sizes["report"] == sizes["all"] == 7
    assert 0 < sizes["tune"] < 7


def test_nothing_left() -> None:
    """No rows at all are the user's mistake."""
    with pytest.raises(KutipError, match="nothing to evaluate"):
        evaluate_reader([], ScriptedReader(SCRIPT), count_tokens=count_words)
