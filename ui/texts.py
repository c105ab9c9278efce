"""Which words the page uses: English or Indonesian, by browser or by question.

Everything here is ours and trusted; still it goes through the same escaping as the rest.
"""

from __future__ import annotations

import re

from ui.english import ENGLISH
from ui.indonesian import INDONESIAN
from ui.wording import Language, Texts, confidence_level

__all__ = [
    "ENGLISH",
    "INDONESIAN",
    "Language",
    "Texts",
    "confidence_level",
    "texts_for_browser",
    "texts_for_question",
]

# Malay readers get Indonesian, and "in" is what old browsers send for it.
_SPOKEN: dict[str, Language] = {"en": "en", "id": "id", "in": "id", "ms": "id"}

_TEXTS: dict[Language, Texts] = {"en": ENGLISH, "id": INDONESIAN}


def texts_for_browser(accept_language: str | None) -> Texts:
    """Choose by an Accept-Language header: the first language of ours it prefers, or English."""
    wishes: list[tuple[float, int, Language]] = []
    for position, wish in enumerate((accept_language or "")[:1000].split(",")):
        tag, _, parameters = wish.strip().partition(";")
        spoken = _SPOKEN.get(tag.split("-")[0].strip().lower())
        quality = re.fullmatch(r"\s*q\s*=\s*([01](?:\.\d{0,3})?)\s*", parameters)
        weight = float(quality[1]) if quality else 1.0
        if spoken and weight > 0:
            wishes.append((-weight, position, spoken))
    return _TEXTS[min(wishes)[2]] if wishes else ENGLISH


def texts_for_question(language: str, otherwise: Texts) -> Texts:
    """Choose by the language of a question; ``otherwise`` where it is not one of ours."""
    spoken = _SPOKEN.get(language)
    return _TEXTS[spoken] if spoken else otherwise
