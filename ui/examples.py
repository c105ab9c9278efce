"""Questions to begin with, made for the articles that are there."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from ui.characters import is_blank, plain

if TYPE_CHECKING:
    from index import ArticleInfo
    from ui.texts import Language, Texts

_WANTED = 3
_TITLE = 90  # characters

# The articles of seeds/, by id: questions they answer.
_SEEDS: dict[str, dict[Language, str]] = {
    "000_93fbecafbda3aea8.txt": {
        "en": "What did Guterres ask Russia to do?",
        "id": "Apa kritik Guterres terhadap tindakan militer Rusia?",
    },
    "museum-palm-leaf-manuscript.html": {
        "en": "On which day is entry to the museum free?",
    },
    "panen-rumput-laut-teluk-mirai.txt": {
        "id": "Berapa harga rumput laut per kilogram di tingkat petani sekarang?",
    },
    "turbin-lembah-tirta.md": {
        "en": "Apa yang ditanam warga di hulu sungai?",  # any language will do
        "id": "Apa yang ditanam warga di hulu sungai?",
    },
}


def example_questions(articles: Iterable[ArticleInfo], texts: Texts) -> tuple[str, ...]:
    """Return up to three questions: known ones for the seeds, else after titles, in order.

    Titles in the language of the page come before others.
    """
    known: list[str] = []
    others: list[str] = []
    foreign: list[str] = []
    for article in articles:
        question = _SEEDS.get(article.id, {}).get(texts.language)
        if question:
            known.append(question)
        elif not is_blank(article.title):
            named = others if article.language == texts.language else foreign
            named.append(texts.about_title.format(plain(article.title, limit=_TITLE)))
    return tuple(dict.fromkeys([*known, *others, *foreign]))[:_WANTED]
