"""Follow-up questions: what is carried over, and how often that answers like asking outright."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from index import ArticleIndex
from qa import Answer, Citation, answer
from qa.conversation import search_question, stands_alone

ROWS = [
    json.loads(line)
    for line in (Path(__file__).parents[1] / "conversations.jsonl").read_text("utf-8").splitlines()
]


def turn(question: str, said: str = "", sentence: str = "", language: str = "en") -> Answer:
    """Return an answered turn whose citation is ``said`` in ``sentence``."""
    sentence = sentence or said
    start = sentence.index(said)
    citation = Citation(
        number=1, article_id="a", article_digest="d", title="", source="", url=None, published=None,
        language=language, start=start, end=start + len(said), text=said, sentence_start=0,
        sentence_end=len(sentence), sentence=sentence, score=0.9,
    )  # fmt: skip
    return Answer(question, said, True, 0.9, (citation,), (), (), "scripted", language)


@pytest.mark.parametrize(
    ("before", "said", "question", "completed"),
    [
        ("What did Guterres ask Russia to do?", "x", "When?",
         "When did Guterres ask Russia to do?"),
        ("Who led the team?", "Imogen Astley-Rao", "What did she say?",
         "What did Imogen Astley-Rao say?"),
        ("When did Guterres meet Putin?", "Monday", "And what did he say to Putin?",
         "What did Guterres say to Putin?"),
        ("How many people live in Jakarta?", "ten", "What about Bandung?",
         "How many people live in Bandung?"),
        ("What did Guterres say in Moscow?", "x", "Who else was there?",
         "Who else was in Moscow?"),
        ("Siapa ketua koperasi di desa itu?", "Damar Sagara", "Apa kata dia tentang tali?",
         "Apa kata Damar Sagara tentang tali?"),
        ("Siapa yang bertemu Putin?", "Guterres", "Kapan itu terjadi?",
         "Kapan Guterres bertemu Putin?"),
        ("Apa yang ditanam warga?", "bibit bambu", "Mengapa?",
         "Mengapa bibit bambu ditanam warga?"),
        ("Who met Putin?", "Antonio Guterres", "And what did Putin tell him?",
         "What did Putin tell Antonio Guterres?"),
        ("Where did Putin and Guterres meet?", "Moscow", "And what did they say?",
         "What did Putin and Guterres say?"),
        ("When did Russian and Ukrainian negotiators meet?", "May", "What did they reach?",
         "What did Russian and Ukrainian negotiators reach?"),
        ("Why did nobody turn a leaf?", "brittle", "For how long?",
         "For how long did nobody turn a leaf?"),
        ("To which month did farmers move the season?", "February", "Why?",
         "Why did farmers move the season?"),
        ("Which disease ruined the harvest?", "ice-ice", "What does it do to plants?",
         "What does ice-ice do to plants (disease ruined the harvest)?"),
        ("Which museum restored the book?", "Harrow Lane", "How long did it take?",
         "How long did it take (Harrow Lane, museum restored the book)?"),
        ("What will the UN do?", "help", "Who said that?",
         "Who said help?"),
        ("Berapa ton dipanen pada musim ini?", "86 ton", "Bagaimana dengan tahun lalu?",
         "Berapa ton dipanen pada tahun lalu?"),
        ("Ke mana hasil panen dijual?", "kota pelabuhan Ujung", "Diolah menjadi apa di sana?",
         "Diolah menjadi apa di kota pelabuhan Ujung?"),
        ("Di mana tali plastik berakhir?", "di laut", "Sekarang diganti dengan apa?",
         "Sekarang diganti dengan apa (tali plastik berakhir)?"),
        ("Apa pengganti tali plastik?", "serat kelapa", "Berapa harganya?",
         "Berapa harga serat kelapa, pengganti tali plastik?"),
    ],
)  # fmt: skip
def test_what_is_carried_over(before: str, said: str, question: str, completed: str) -> None:
    """People, places and topic of the turn before stand where the question points back."""
    language = "id" if re.match("Siapa|Apa|Berapa|Di|Ke", before) else "en"
    history = (turn(before, said, language=language),)
    assert search_question(question, history, language) == completed


@pytest.mark.parametrize(
    "question",
    [
        "Who met Vladimir Putin in Moscow?",
        "Is there a museum in Port Ellery?",
        "Berapa harga rumput laut per kilogram?",
        "Siapa yang hanya membeli rumput laut?",
        "Why did Samoa end its state of emergency?",
        "What did the council offer the academy instead of the car park they lost?",
    ],
)
def test_what_stands_alone_is_left_alone(question: str) -> None:
    """A question that names what it asks about is searched as it is."""
    before = turn("Who led the team?", "Imogen Astley-Rao")
    assert stands_alone(question, "en")
    assert search_question(question, (before,), "en") == question


def test_a_chain_of_follow_ups_carries_on() -> None:
    """The completed question of the turn before is what the next one goes on from."""
    first = turn("Who led the team?", "Imogen Astley-Rao")
    second = replace(turn("What did she say?", "x"), completed="What did Imogen Astley-Rao say?")
    assert search_question("When?", (first, second), "en") == "When did Imogen Astley-Rao say?"


def test_follow_ups_are_answered_like_their_stand_alone_form(seed_index: ArticleIndex) -> None:
    """Four of five conversations: the same verdict and the same evidence sentence.

    Measured: 37 of 40; ``python -m benchmarks.conversations`` asks 64 more.
    """
    assert len(ROWS) == 40
    different = []
    for row in ROWS:
        first = answer(row["first"], index=seed_index)
        followed = answer(row["follow_up"], index=seed_index, history=(first,))
        alone = answer(row["stand_alone"], index=seed_index)
        if place(followed) != place(alone):
            different.append((row["follow_up"], followed.completed))
    assert len(different) <= 8, different


def place(one: Answer) -> tuple[bool, list[tuple[str, int]]]:
    """Return whether something was found, and the sentence it rests on."""
    return one.found, [(cited.article_id, cited.sentence_start) for cited in one.citations[:1]]
