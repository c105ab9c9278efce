"""Score predicted answers: exact match, F1 and AUROC, as SQuAD and MLQA define them."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence

_ARTICLES = re.compile(r"\b(a|an|the)\b")
_CHARACTERS = ("ja", "zh", "th")  # written without spaces: characters are compared


def normalise(text: str, language: str) -> list[str]:
    """Return the words (or characters) of an answer without case, punctuation and articles."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    plain = "".join(one for one in folded if not unicodedata.category(one).startswith("P"))
    if language == "en":
        plain = _ARTICLES.sub(" ", plain)
    words = plain.split()
    return list("".join(words)) if language in _CHARACTERS else words


def overlap(prediction: str, gold: str, language: str) -> tuple[float, float]:
    """Return exact match and F1 of one prediction and one gold answer."""
    left, right = normalise(prediction, language), normalise(gold, language)
    common = sum((Counter(left) & Counter(right)).values())
    if not common:
        return float(left == right), float(left == right)
    return float(left == right), 2 * common / (len(left) + len(right))


def best_overlap(prediction: str, golds: Sequence[str], language: str) -> tuple[float, float]:
    """Return exact match and F1 against the gold answer that fits best; "" where none is right."""
    if not golds:
        return float(not prediction), float(not prediction)
    pairs = [overlap(prediction, gold, language) for gold in golds]
    return max(pair[0] for pair in pairs), max(pair[1] for pair in pairs)


def auroc(positives: Sequence[float], negatives: Sequence[float]) -> float:
    """Return how often a positive scores above a negative; ties count half."""
    if not positives or not negatives:
        return float("nan")
    higher = sum((a > b) + 0.5 * (a == b) for a in positives for b in negatives)
    return higher / (len(positives) * len(negatives))
