"""The fixed phrases of answers, in the languages Kutip speaks: English and Indonesian."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

Phrase = Literal["not_found", "no_question", "model_failed", "empty_index"]

_ENGLISH: Mapping[Phrase, str] = {
    "not_found": "These articles do not answer that question.",
    "no_question": "Ask a question about your articles.",
    "model_failed": "{error} This answer was found without a language model.",
    "empty_index": "There are no articles to answer from yet.",
}
_INDONESIAN: Mapping[Phrase, str] = {
    "not_found": "Artikel-artikel ini tidak menjawab pertanyaan itu.",
    "no_question": "Ajukan pertanyaan tentang artikel Anda.",
    "model_failed": "{error} Jawaban ini ditemukan tanpa model bahasa.",
    "empty_index": "Belum ada artikel untuk menjawab.",
}


def phrase(name: Phrase, language: str) -> str:
    """Return a phrase in Indonesian for Indonesian and Malay questions, in English otherwise."""
    return (_INDONESIAN if language in ("id", "ms") else _ENGLISH)[name]
