"""Which language a text is written in, as an ISO 639-1 code.

Three steps, cheapest first: scripts that one language owns, words that only English or
Indonesian questions have, and py3langid, whose model takes over a second to load and is
therefore loaded only when the first two cannot tell. py3langid alone takes short Indonesian
for Malay and short English for anything, hence the candidates: the collection's languages
plus English and Indonesian. This module knows no articles and no analysis.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Collection, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

_SAMPLE = 3000  # characters looked at: more does not change the verdict, only the time
_SHORT = 200  # letters; longer texts may quote another language, so the model reads them
_CONFIDENT = 0.6  # probability from which a language outside the candidates is believed
_PLAUSIBLE = 0.1  # a candidate less likely than this is not preferred to the best language
_EAST_ASIAN_WEIGHT = 6  # a Chinese text may hold so many letters of names for each of its own

# (first, last, script or the one language that uses it), by code point; Latin is what is left.
_SCRIPTS = (
    (0x0370, 0x03FF, "el"),
    (0x0400, 0x052F, "Cyrillic"),
    (0x0530, 0x058F, "hy"),
    (0x0590, 0x05FF, "he"),
    (0x0600, 0x077F, "Arabic"),
    (0x08A0, 0x08FF, "Arabic"),
    (0x0900, 0x097F, "Devanagari"),
    (0x0980, 0x09FF, "Bengali"),
    (0x0A00, 0x0A7F, "pa"),
    (0x0A80, 0x0AFF, "gu"),
    (0x0B00, 0x0B7F, "or"),
    (0x0B80, 0x0BFF, "ta"),
    (0x0C00, 0x0C7F, "te"),
    (0x0C80, 0x0CFF, "kn"),
    (0x0D00, 0x0D7F, "ml"),
    (0x0D80, 0x0DFF, "si"),
    (0x0E00, 0x0E7F, "th"),
    (0x0E80, 0x0EFF, "lo"),
    (0x1000, 0x109F, "my"),
    (0x10A0, 0x10FF, "ka"),
    (0x1100, 0x11FF, "ko"),
    (0x1200, 0x139F, "am"),
    (0x1780, 0x17FF, "km"),
    (0x1F00, 0x1FFF, "el"),
    (0x3040, 0x30FF, "ja"),
    (0x3130, 0x318F, "ko"),
    (0x31F0, 0x31FF, "ja"),
    (0x3400, 0x4DBF, "Han"),
    (0x4E00, 0x9FFF, "Han"),
    (0xAC00, 0xD7AF, "ko"),
    (0xF900, 0xFAFF, "Han"),
    (0xFB50, 0xFDFF, "Arabic"),
    (0xFE70, 0xFEFC, "Arabic"),
    (0xFF66, 0xFF9D, "ja"),
    (0x20000, 0x323AF, "Han"),
)
_FIRSTS = [first for first, _, _ in _SCRIPTS]
_SHARED = {
    "Arabic": ("ar", "fa", "ku", "ps", "ug", "ur"),
    "Bengali": ("as", "bn"),
    "Cyrillic": ("ba", "be", "bg", "kk", "ky", "mk", "mn", "ru", "sr", "tg", "tt", "uk"),
    "Devanagari": ("hi", "mr", "ne", "sa"),
}


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Words that tell English and Indonesian apart from each other and from other languages in
# Latin script; "for", "over", "di" and the like occur elsewhere. Question words count twice.
_ENGLISH = _words(
    "the of was were did does is are has have and from with that this his her their they would "
    "could should been about into between"
)
_INDONESIAN = _words(
    "yang dan dari untuk dengan pada dalam oleh kepada adalah ini itu tersebut tidak telah akan "
    "sudah karena sebagai merupakan menurut"
)
_ENGLISH_QUESTIONS = _words("what which whose who whom where when why how")
_INDONESIAN_QUESTIONS = _words(
    "apa apakah siapa siapakah kapan kapankah mana manakah dimana dimanakah kemana mengapa "
    "mengapakah kenapa bagaimana bagaimanakah berapa berapakah"
)
_WORD = re.compile(r"[^\W\d_]+")

# py3langid's labels that ISO 639-1 knows under another code; others of three letters have none.
_ALIASES = {"ary": "ar", "arz": "ar", "nn": "no", "pcm": "en", "uzs": "uz", "wuu": "zh"}
_ALIASES |= {"sdh": "ku", "yue": "zh"}


def detect_language(text: str, expected: Collection[str] = ()) -> str:
    """Return the ISO 639-1 code of the language of ``text``, or ``""`` without letters.

    ``expected`` are the collection's languages: they, English and Indonesian are preferred
    where the text is too short to be sure. Malay is answered as ``"id"`` unless expected.
    """
    sample = text[:_SAMPLE]
    scripts = _count_scripts(sample)
    letters = scripts.total()
    if not letters:
        return ""
    short = letters <= _SHORT
    script = _main_script(scripts, letters, expected)
    if script == "Latin":
        language = _by_words(sample, expected) if short else ""
        candidates = (*sorted(expected), "en", "id")
    elif script in _SHARED:
        candidates = tuple(code for code in _SHARED[script] if code in expected)
        language = candidates[0] if short and len(candidates) == 1 else ""
    else:
        return script
    return language or _by_model(sample, candidates, malay="ms" in expected)


def _count_scripts(text: str) -> Counter[str]:
    counts: Counter[str] = Counter()
    for character in text:
        if not character.isalpha():
            continue
        code = ord(character)
        place = bisect_right(_FIRSTS, code) - 1
        known = place >= 0 and code <= _SCRIPTS[place][1]
        counts[_SCRIPTS[place][2] if known else "Latin"] += 1
    return counts


def _main_script(scripts: Counter[str], letters: int, expected: Collection[str]) -> str:
    """Return the script that a third of the letters share (names are often Latin) or Latin."""
    kana, han = scripts["ja"], scripts["Han"]
    if _EAST_ASIAN_WEIGHT * (kana + han) >= letters - kana - han:
        # Kana makes Japanese; a sign or two may stand in Chinese, and titles may lack it.
        chinese = "ja" if "ja" in expected and "zh" not in expected else "zh"
        return "ja" if 10 * kana >= kana + han else chinese
    others = [(count, name) for name, count in scripts.items() if name not in ("Latin", "Han")]
    count, name = max(others, default=(0, "Latin"))
    return name if 3 * count >= letters else "Latin"


def _by_words(text: str, expected: Collection[str]) -> str:
    """Tell English and Indonesian by their function words; ``""`` when they do not say."""
    words = _WORD.findall(text.casefold())
    english = sum((word in _ENGLISH) + 2 * (word in _ENGLISH_QUESTIONS) for word in words)
    indonesian = sum((word in _INDONESIAN) + 2 * (word in _INDONESIAN_QUESTIONS) for word in words)
    if english >= 2 and english >= 3 * indonesian:
        return "en"
    if indonesian >= 2 and indonesian >= 3 * english:
        # Malay has the same function words: the collection says which of the two it is.
        return "ms" if "ms" in expected and "id" not in expected else "id"
    return ""


def _by_model(text: str, candidates: Sequence[str], *, malay: bool) -> str:
    probabilities: dict[str, float] = {}
    for label, probability in _load_identifier().rank(text):
        code = "id" if label == "ms" and not malay else _ALIASES.get(label, label)
        if len(code) == 2:
            probabilities[code] = probabilities.get(code, 0.0) + probability
    # Equally likely languages keep their order: the model's, and the collection's first.
    best = max(probabilities, key=probabilities.__getitem__)
    preferred = max(candidates, key=lambda code: probabilities.get(code, 0.0), default=best)
    if probabilities[best] >= _CONFIDENT:
        return best
    plausible = probabilities.get(preferred, 0.0) >= _PLAUSIBLE * probabilities[best]
    return preferred if plausible else best


@lru_cache(maxsize=1)
def _load_identifier() -> LanguageIdentifier:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
