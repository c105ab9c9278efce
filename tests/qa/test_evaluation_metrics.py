"""Every expected value here was worked out by hand."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.evaluation.metrics import (
    auroc,
    average,
    exact_match,
    expected_calibration_error,
    f1,
    normalise,
    occurs_in,
    paired_bootstrap,
    report_by_pair,
)

scores = st.lists(st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.9, 1.0]), min_size=1, max_size=12)


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("The Government of a Wales, an Act!", "en", "government of wales act"),
        ("An dan Si Kancil", "id", "an dan si kancil"),
        ("“Undang-Undang”  No. 5", "id", "undangundang no 5"),
        ("Rp 1.250.000,00", "id", "rp 125000000"),
        ("$26.750", "en", "26750"),
        ("£125 juta", "id", "£125 juta"),
        ("\uff21\uff22\uff13", "id", "ab3"),  # full-width letters and digit
        ("Stra\u00dfe\u00a0Eins\n", "de", "strasse eins"),
        ("东京 大学。", "zh", "东京大学"),
        ("กรุงเทพ มหานคร", "th", "กรุงเทพมหานคร"),
        ("서울 대학교.", "ko", "서울 대학교"),
        ("¿...?", "es", ""),
    ],
)
def test_normalise(text: str, language: str, expected: str) -> None:
    """Case, forms, punctuation and spaces do not count; English articles only in English."""
    assert normalise(text, language) == expected


def test_exact_match_takes_any_gold() -> None:
    """One equal gold answer is enough, and none makes 0."""
    assert exact_match("The 48 hours.", ["2 days", "48 hours"], "en") == 1.0
    assert exact_match("The 48 hours.", ["2 days", "48 hours"], "id") == 0.0
    assert exact_match("48 jam", [], "id") == 0.0


def test_f1_counts_words_as_often_as_both_have_them() -> None:
    """ "dua dua tiga" against "dua tiga empat": 2 common of 3 and 3, so 2/3."""
    assert f1("dua dua tiga", ["dua tiga empat"], "id") == pytest.approx(2 / 3)
    assert f1("di Jakarta", ["Jakarta"], "id") == pytest.approx(2 / 3)
    assert f1("di Jakarta", ["Bandung", "di Jakarta Pusat"], "id") == pytest.approx(0.8)
    assert f1("di Jakarta", ["Bandung"], "id") == 0.0
    assert f1("di Jakarta", [], "id") == 0.0


def test_f1_of_articles_only() -> None:
    """ "a Jakarta" loses its article in English, not in Indonesian."""
    assert f1("a Jakarta", ["Jakarta"], "en") == 1.0
    assert f1("a Jakarta", ["Jakarta"], "id") == pytest.approx(2 / 3)


def test_f1_of_nothing() -> None:
    """As in SQuAD's script, an empty answer equals only an empty gold."""
    assert f1("", ["the"], "en") == 1.0
    assert f1("", ["Jakarta"], "en") == 0.0
    assert f1("the", ["Jakarta"], "en") == 0.0


@pytest.mark.parametrize("language", ["zh", "ja"])
def test_f1_by_character(language: str) -> None:
    """Without spaces characters are compared: 东京大学 and 东京 share 2 of 4 and 2."""
    assert f1("东京大学", ["东京"], language) == pytest.approx(2 / 3)
    assert f1("东京大学", ["东京"], "id") == 0.0


def test_occurs_in_whole_words() -> None:
    """ "48 jam" is in "selama 48 jam." but not in "148 jam" or "48 jaman"."""
    assert occurs_in("48 jam", "Ditutup selama 48 jam.", "id")
    assert occurs_in("ditutup", "Ditutup selama 48 jam.", "id")
    assert not occurs_in("48 jam", "148 jam", "id")
    assert not occurs_in("48 jam", "48 jaman", "id")
    assert occurs_in("the boycott", "A boycott of shops", "en")
    assert occurs_in("大学", "东京大学。", "zh")
    assert not occurs_in("...", "a b", "id")


def test_average() -> None:
    """The mean of nothing is None."""
    assert average([0.0, 1.0, 0.5]) == 0.5
    assert average([]) is None


def test_auroc() -> None:
    """Of 2 x 2 pairs 0.9 beats both, 0.4 ties with one and beats the other: 3.5 of 4."""
    assert auroc([0.9, 0.4], [0.4, 0.1]) == pytest.approx(3.5 / 4)
    assert auroc([0.1], [0.2, 0.3]) == 0.0
    assert auroc([], [0.2]) is None
    assert auroc([0.2], []) is None


@given(scores, scores)
def test_auroc_counts_pairs(positives: list[float], negatives: list[float]) -> None:
    """It equals the count over all pairs."""
    won = [(p > n) + 0.5 * (p == n) for p in positives for n in negatives]
    assert auroc(positives, negatives) == pytest.approx(sum(won) / len(won))


def test_expected_calibration_error() -> None:
    """Bins: 0.95 and 1.0 (both right: gap 0.05), 0.25 (right: 0.75 x 1), 0.5 (wrong: 0.5 x 1)."""
    error = expected_calibration_error([0.95, 1.0, 0.25, 0.5], [True, True, True, False])
    assert error == pytest.approx((0.05 + 0.75 + 0.5) / 4)
    assert expected_calibration_error([0.3, 0.3], [True, False]) == pytest.approx(0.2)
    assert expected_calibration_error([], []) is None


def test_expected_calibration_error_of_perfect_confidence() -> None:
    """0 and 1 fall into the outer bins."""
    assert expected_calibration_error([0.0, 1.0], [False, True]) == 0.0
    assert expected_calibration_error([0.0, 1.0], [True, False]) == 1.0
    # 0.9 and 1.0 share the last bin: |0.9 - 1 + 1 - 0| over 2.
    assert expected_calibration_error([0.9, 1.0], [True, False]) == pytest.approx(0.45)


def test_paired_bootstrap_of_equal_differences() -> None:
    """Where each question improves by the same, the interval is that point."""
    assert paired_bootstrap([0.75, 0.5], [0.5, 0.25]) == (0.25, 0.25, 0.25)


def test_paired_bootstrap_interval() -> None:
    """50 wins, 50 losses: the mean's standard error is 0.1, so 95 % is about 0 +- 0.196."""
    first, second = [1.0, 0.0] * 50, [0.0, 1.0] * 50
    mean, low, high = paired_bootstrap(first, second)
    assert mean == 0.0
    assert low == pytest.approx(-0.196, abs=0.02)
    assert high == pytest.approx(0.196, abs=0.02)
    assert paired_bootstrap(first, second) == (mean, low, high)


def test_paired_bootstrap_is_paired() -> None:
    """A small gain on every question is certain, though the questions differ widely."""
    second = list(np.linspace(0.0, 0.9, 40))
    first = [value + (0.05 if number % 2 else 0.03) for number, value in enumerate(second)]
    mean, low, high = paired_bootstrap(first, second)
    assert mean == pytest.approx(0.04)
    assert 0.03 < low < 0.04 < high < 0.05


@pytest.mark.parametrize(("first", "second"), [([1.0], []), ([], [])])
def test_paired_bootstrap_of_unpaired_values(first: list[float], second: list[float]) -> None:
    """Values that do not pair up are a mistake."""
    with pytest.raises(ValueError, match=f"{len(first)} and 0"):
        paired_bootstrap(first, second)


@dataclass(frozen=True)
class _Scored:
    pair: str
    score: float


def test_report_by_pair() -> None:
    """Each pair gets the same keys over its own outcomes, in order of name."""
    outcomes = [_Scored("id-id", 1.0), _Scored("en-id", 0.0), _Scored("id-id", 0.5)]
    report = report_by_pair(outcomes, lambda some: {"n": len(some), "f1": some[0].score})
    assert report == {
        "n": 3,
        "f1": 1.0,
        "by_pair": {"en-id": {"n": 1, "f1": 0.0}, "id-id": {"n": 2, "f1": 1.0}},
    }
    assert list(report["by_pair"]) == ["en-id", "id-id"]
