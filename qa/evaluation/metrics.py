"""The measures: answer overlap, discrimination, calibration and the paired bootstrap.

Ranking measures are ``ir_measures``' (see ``qa.evaluation.retrieval``). A measure that has
nothing to measure, such as the mean of no values, is None.
"""

from __future__ import annotations

import string
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

Report = dict[str, Any]
"""What an evaluation returns: numbers, None and dictionaries, ready for JSON."""

UNSPACED = frozenset({"zh", "ja", "th", "lo", "km", "my"})
"""Languages written without spaces between words: compared by character."""

_ENGLISH_ARTICLES = frozenset({"a", "an", "the"})
_CALIBRATION_BINS = 10


class Outcome(Protocol):
    """One measured question; ``pair`` is ``"<question language>-<article language>"``."""

    @property
    def pair(self) -> str:
        """The language pair it is reported under."""
        ...


OutcomeT = TypeVar("OutcomeT", bound=Outcome)


def normalise(text: str, language: str) -> str:
    """Return what of ``text`` counts when answers in ``language`` are compared.

    As SQuAD's evaluation does it (Rajpurkar et al., 2016), for any language: compatibility
    forms and case folded, punctuation removed, white space folded; English articles go only
    from English, and white space goes entirely from languages written without it.
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    words = "".join(c for c in folded if not _is_punctuation(c)).split()
    if language == "en":
        words = [word for word in words if word not in _ENGLISH_ARTICLES]
    return ("" if language in UNSPACED else " ").join(words)


def exact_match(prediction: str, golds: Sequence[str], language: str) -> float:
    """Return 1.0 if ``prediction`` equals one of ``golds`` once normalised, else 0.0."""
    normalised = normalise(prediction, language)
    return float(any(normalised == normalise(gold, language) for gold in golds))


def f1(prediction: str, golds: Sequence[str], language: str) -> float:
    """Return the best F1 of ``prediction`` against ``golds``, over words or characters."""
    units = _units(prediction, language)
    return max((_overlap(units, _units(gold, language)) for gold in golds), default=0.0)


def occurs_in(answer: str, text: str, language: str) -> bool:
    """Say whether the words of ``answer`` stand in ``text`` once both are normalised."""
    border = "" if language in UNSPACED else " "
    needle = normalise(answer, language)
    haystack = border + normalise(text, language) + border
    return bool(needle) and border + needle + border in haystack


def average(values: Sequence[float]) -> float | None:
    """Return the mean of ``values``, or None where there are none."""
    return float(np.mean(values)) if values else None


def auroc(positives: Sequence[float], negatives: Sequence[float]) -> float | None:
    """Return the probability that a positive scores above a negative, ties counting half.

    None where either side is empty.
    """
    if not positives or not negatives:
        return None
    ordered = np.sort(np.asarray(negatives, dtype=np.float64))
    below = np.searchsorted(ordered, positives, side="left")
    not_above = np.searchsorted(ordered, positives, side="right")
    return float(np.mean((below + not_above) / (2 * len(ordered))))


def expected_calibration_error(confidences: Sequence[float], right: Sequence[bool]) -> float | None:
    """Return the mean gap between confidence and the share that was right.

    Over 10 bins of equal width, weighted by how many fall into each (Guo et al., 2017).
    """
    if not confidences:
        return None
    stated = np.asarray(confidences, dtype=np.float64)
    found = np.asarray(right, dtype=np.float64)
    bins = np.minimum((stated * _CALIBRATION_BINS).astype(np.int64), _CALIBRATION_BINS - 1)
    gaps = np.bincount(bins, weights=stated - found, minlength=_CALIBRATION_BINS)
    return float(np.abs(gaps).sum() / len(stated))


def paired_bootstrap(
    first: Sequence[float], second: Sequence[float], *, samples: int = 10_000, seed: int = 0
) -> tuple[float, float, float]:
    """Return mean(first) - mean(second) and the ends of its 95 % bootstrap interval.

    ``first[i]`` and ``second[i]`` measure the same question. ``first`` is better when the
    lower end is above 0. Raises ValueError where the two do not pair up.
    """
    if len(first) != len(second) or not first:
        raise ValueError(f"not paired: {len(first)} and {len(second)} values")
    differences = np.asarray(first, dtype=np.float64) - np.asarray(second, dtype=np.float64)
    generator = np.random.default_rng(seed)
    size = len(differences)
    means: NDArray[np.float64] = np.array(
        [differences[generator.integers(0, size, size)].mean() for _ in range(samples)]
    )
    low, high = np.percentile(means, [2.5, 97.5])
    return float(differences.mean()), float(low), float(high)


def report_by_pair(
    outcomes: Sequence[OutcomeT], summarise: Callable[[Sequence[OutcomeT]], Report]
) -> Report:
    """Summarise all ``outcomes``, and under ``"by_pair"`` those of each language pair."""
    pairs = sorted({outcome.pair for outcome in outcomes})
    by_pair = {p: summarise([o for o in outcomes if o.pair == p]) for p in pairs}
    return {**summarise(outcomes), "by_pair": by_pair}


def _is_punctuation(character: str) -> bool:
    # SQuAD's script also drops ASCII symbols such as "$" and "+", which Unicode does not
    # call punctuation; without them English figures would not compare with published ones.
    return unicodedata.category(character).startswith("P") or character in string.punctuation


def _units(text: str, language: str) -> list[str]:
    normalised = normalise(text, language)
    return list(normalised) if language in UNSPACED else normalised.split()


def _overlap(prediction: list[str], gold: list[str]) -> float:
    if not prediction or not gold:
        return float(prediction == gold)
    common = (Counter(prediction) & Counter(gold)).total()
    return 2 * common / (len(prediction) + len(gold))
