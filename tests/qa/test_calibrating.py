"""How the development questions are taken and weighed before anything is fitted on them."""

from __future__ import annotations

import pytest

from benchmarks.calibrate_reader import Best, asked_weights, by_kind, fit_trust
from benchmarks.reader_samples import Sample, spread
from qa.reader.judging import TRUST


def made(task: str, name: str, *, answerable: bool) -> Sample:
    """Return a sample of a set; nothing of its reading matters here."""
    return Sample(
        set=name, task=task, tune=True, answerable=answerable, ranking=[], keys=[], nearness=[],
        articles=1, right=[], f1=[],
    )  # fmt: skip


def test_rows_are_taken_evenly() -> None:
    """From the first on, in steps that end before the last; all where there are fewer."""
    assert spread(list(range(10)), 4) == [0, 2, 5, 7]
    assert spread(list(range(3)), 9) == [0, 1, 2]
    assert spread([], 2) == []


def test_one_question_in_four_has_no_answer() -> None:
    """By hand: sets alike, then three quarters to the answerable, the rest to the tasks alike."""
    samples = [
        made("alone", "one", answerable=True),
        made("alone", "one", answerable=True),
        made("alone", "two", answerable=True),
        made("alone", "two", answerable=False),
        made("elsewhere", "one", answerable=False),
        made("elsewhere", "one", answerable=False),
    ]
    # Of 6 in three sets each set weighs 2: answerable ones 1, 1, 1, scaled to 4.5 in all.
    assert asked_weights(samples).tolist() == pytest.approx([1.5, 1.5, 1.5, 0.75, 0.375, 0.375])


def test_one_article_is_what_was_asked_alone() -> None:
    """A question to a collection is one even where all passages read are of one article."""
    best = [
        Best(made(task, "one", answerable=True), (), False, 0.0)
        for task in ("alone", "collection", "elsewhere", "withheld")
    ]
    assert [one.sample.articles for one in best] == [1] * 4
    assert by_kind(best) == ([best[1], best[3]], [best[0], best[2]])


def test_trust_follows_what_tells_right_from_wrong() -> None:
    """Of the features only the first matters: its weight is the greatest, and order is kept."""
    best = []
    for number in range(200):
        right = number % 2 == 0
        features = (
            (3.0 if right else -3.0) + number % 5 / 5,
            *[float(number % 3)] * (len(TRUST) - 1),
        )
        best.append(Best(made("alone", "one", answerable=True), features, right, float(right)))
    best.append(Best(made("alone", "one", answerable=False), (-9.0, *[0.0] * 5), False, 0.0))
    trust = fit_trust(best)
    assert max(trust.weights) == trust.weights[0] > 0
    low, high = (trust.probability((value, *[1.0] * 5)) for value in (-3.0, 3.0))
    assert low < 0.1 < 0.9 < high
