"""The fixed phrases of answers, in the languages Kutip speaks: English and Indonesian."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Literal

Phrase = Literal["not_found", "no_question", "model_failed", "empty_index", "as_of"]

_ENGLISH: Mapping[Phrase, str] = {
    "not_found": "These articles do not answer that question.",
    "no_question": "Ask a question about your articles.",
    "model_failed": "{error} This answer was found without a language model.",
    "empty_index": "There are no articles to answer from yet.",
    "as_of": "as of {day}",
}
_INDONESIAN: Mapping[Phrase, str] = {
    "not_found": "Artikel-artikel ini tidak menjawab pertanyaan itu.",
    "no_question": "Ajukan pertanyaan tentang artikel Anda.",
    "model_failed": "{error} Jawaban ini ditemukan tanpa model bahasa.",
    "empty_index": "Belum ada artikel untuk menjawab.",
    "as_of": "per {day}",
}
_MONTHS = (
    "January February March April May June July August September October November December",
    "Januari Februari Maret April Mei Juni Juli Agustus September Oktober November Desember",
)


def phrase(name: Phrase, language: str) -> str:
    """Return a phrase in Indonesian for Indonesian and Malay questions, in English otherwise."""
    return (_INDONESIAN if _is_indonesian(language) else _ENGLISH)[name]


def written_day(day: date, language: str) -> str:
    """Write a date out, as in 26 April 2022, with the month in the phrases' language."""
    month = _MONTHS[_is_indonesian(language)].split()[day.month - 1]
    return f"{day.day} {month} {day.year}"


def _is_indonesian(language: str) -> bool:
    return language in ("id", "ms")
