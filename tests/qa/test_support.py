"""Details of a claim that no quote has take its probability down."""

from __future__ import annotations

from functools import partial

import pytest

from index import ArticleInfo, Sentence
from qa.prompts import NumberedSentence, ReplyClaim
from qa.support import (
    ALL_DETAILS_FOUND,
    NAME_MAYBE_TRANSLATED,
    NAME_NOWHERE,
    NOTHING_SHARED,
    NUMBER_ALONE,
    NUMBER_NOWHERE,
    OUTSIDE_QUOTES,
    TERMS_NOT_SHARED,
    TERMS_SHARED,
    by_terms,
    ceiling,
    prove,
)


@pytest.mark.parametrize(
    ("claim", "quote"),
    [
        ("It cost 1,250,000 dollars.", "Harganya 1.250.000 dolar."),
        ("It rose by 7.5 percent.", "Naik 7,5 persen."),
        ("They met on 26 April 2022.", "Mereka bertemu pada Selasa (26/4/2022)."),
        ("In 2022 it began.", "Dimulai pada 26-04-2022."),
        ("The war of 2019-2022 is over.", "Perang dari 2019 sampai 2022 usai."),
        ("They lost 0-3.", "Mereka kalah 0-3."),
        ("وصل ٢٥ شخصا", "25 people came."),
    ],
)
def test_numbers_are_the_same_in_every_spelling(claim: str, quote: str) -> None:
    """Separators, leading zeros, date orders and digits of other scripts do not count."""
    assert ceiling(claim, [quote], same_language=True) == ALL_DETAILS_FOUND


@pytest.mark.parametrize(
    ("claim", "quote"),
    [
        ("There were 15 dead.", "There were 51 dead."),
        ("There were 250 dead.", "There were 1,250 dead."),
        ("It rose by 7.4 percent.", "It rose by 7.5 percent, not 4."),
        ("They met on 27/4/2022.", "They met on 26/4/2022."),
        ("More at https://evil.example/?q=dead today.", "More at https://good.example today."),
        ("9" * 5000, "Nine."),
    ],
)
def test_numbers_and_links_no_quote_has(claim: str, quote: str) -> None:
    """A wrong number or an added link makes the claim all but impossible."""
    assert ceiling(claim, [quote]) == NUMBER_NOWHERE


@pytest.mark.parametrize(
    ("claim", "same_language", "expected"),
    [
        ("He met Sergei Lavrov in Moscow.", True, ALL_DETAILS_FOUND),
        ("He met Lavrov's aide.", True, ALL_DETAILS_FOUND),
        ("He spoke for the UN.", True, ALL_DETAILS_FOUND),
        ("He met Guterres.", True, OUTSIDE_QUOTES),
        ("He met Zelensky.", True, NAME_NOWHERE),
        ("He went to Moskow.", False, ALL_DETAILS_FOUND),
        ("He went to Moskow.", True, NAME_NOWHERE),
        ("He went to Jepang.", False, NAME_MAYBE_TRANSLATED),
        ("Nobody was hurt.", True, ALL_DETAILS_FOUND),
        ("Kyiv", True, NAME_NOWHERE),
        ("In Moscow", True, ALL_DETAILS_FOUND),
    ],
)
def test_names(claim: str, same_language: bool, expected: float) -> None:
    """Names count by their stem or initials, across languages by likeness."""
    quotes = ["Sergei Lavrov of the United Nations came to Moscow."]
    nearby = ["Antonio Guterres was there."]
    assert ceiling(claim, quotes, nearby=nearby, same_language=same_language) == expected


def test_title_and_date_count_as_shown() -> None:
    """What stands beside the quote may be repeated."""
    claim = "On 3 May 2021 he met Lavrov."
    assert ceiling(claim, ["They met."], same_language=True) == NUMBER_NOWHERE
    beside = ["Lavrov in Moscow 2021-05-03"]
    assert ceiling(claim, ["They met."], beside=beside, same_language=True) == ALL_DETAILS_FOUND


@pytest.mark.parametrize("claim", ["About 300 died.", "Then Guterres died."])
def test_details_of_the_question_prove_less(claim: str) -> None:
    """A question may suppose what no article says."""
    question = "Did 300 men of Guterres die?"
    assert ceiling(claim, ["They died."], question=question, same_language=True) == OUTSIDE_QUOTES
    assert ceiling("So 300 of Guterres died.", ["They died."], question=question) == NOTHING_SHARED
    nearby = ["There were 300 men."]
    assert ceiling("About 300 died.", ["They died."], nearby=nearby) == NUMBER_NOWHERE


def numbered(*quotes: str, language: str = "en") -> list[NumberedSentence]:
    """Return ``quotes`` as the sentences of one article, one after the other."""
    article = ArticleInfo("a", "Title", None, language, "test", "digest")
    starts = [sum(len(quote) + 1 for quote in quotes[:n]) for n in range(len(quotes))]
    return [
        NumberedSentence(n + 1, Sentence("a", start, start + len(quote)), article, quote, quote)
        for n, (start, quote) in enumerate(zip(starts, quotes, strict=True))
    ]


def test_every_claim_comes_back_proven_or_bare() -> None:
    """Cited claims have the cited sentences; uncited and doubtful ones have none."""
    sentences = numbered("Lavrov left.", "It cost 5 dollars.")
    claims = [
        ReplyClaim("He left.", (1,)),
        ReplyClaim("It cost 6 dollars.", (2, 1)),
        ReplyClaim("It rained.", ()),
        ReplyClaim("", (2,)),
    ]
    proven = [prove(c, sentences, question="What?", language="en") for c in claims]
    assert [(c.text, c.spans, c.probability) for c in proven] == [
        ("He left.", (sentences[0].sentence,), TERMS_SHARED),
        ("It cost 6 dollars.", (), NUMBER_NOWHERE),
        ("It rained.", (), 0.0),
        ("It cost 5 dollars.", (sentences[1].sentence,), NUMBER_ALONE),
    ]


@pytest.mark.parametrize(
    ("claim", "probability"),
    [
        ("He was urging Russia to evacuate civilians.", TERMS_SHARED),
        ("Evacuation of people from the steel plant.", TERMS_NOT_SHARED),
        ("Negotiators were close to a breakthrough.", TERMS_NOT_SHARED),
        ("It is so.", TERMS_SHARED),
    ],
)
def test_a_copied_sentence_with_a_wrong_number(claim: str, probability: float) -> None:
    """A third of the terms must be in the quotes; words that mean nothing do not count."""
    quote = "He urged Russia to allow the evacuation of all trapped civilians."
    assert by_terms(claim, [quote], "en") == probability
    (sentence,) = numbered(quote)
    proven = prove(ReplyClaim(claim, (1,)), [sentence], question="What?", language="en")
    assert bool(proven.spans) == (probability == TERMS_SHARED)
    other = prove(ReplyClaim(claim, (1,)), [sentence], question="What?", language="id")
    assert other.spans


def test_a_judge_can_only_lower_what_the_details_allow() -> None:
    """The support function sees claim and quotes; the floor decides on the smaller figure."""
    asked: list[tuple[str, list[str]]] = []

    def support(claim: str, quotes: list[str]) -> float:
        asked.append((claim, quotes))
        return 0.95 if "left" in claim else 0.25

    sentences = numbered("Lavrov left.", "Zelensky stayed.")
    claims = [
        ReplyClaim("He left.", (1,)),
        ReplyClaim("He slept.", (2,)),
        ReplyClaim("Then he left 7 times.", (1,)),
    ]
    judge = partial(prove, sentences=sentences, question="Q", language="en", support=support)
    proven = [judge(claim) for claim in claims]
    assert [c.probability for c in proven] == [0.95, 0.25, NUMBER_NOWHERE]
    assert [bool(c.spans) for c in proven] == [True, False, False]
    assert asked[1] == ("He slept.", ["Zelensky stayed."])
    lower = [judge(claim, floor=0.2) for claim in claims]
    assert [bool(c.spans) for c in lower] == [True, True, False]


@pytest.mark.parametrize(
    ("language", "probability"), [("en", NAME_NOWHERE), ("de", NAME_MAYBE_TRANSLATED)]
)
def test_capitals_tell_names_only_where_nouns_are_small(language: str, probability: float) -> None:
    """In German a capital may be any noun, so a missing one is no proof."""
    sentences = numbered("Er kaufte etwas.", language=language)
    said = ReplyClaim("Er kaufte etwas im Laden.", (1,))
    claim = prove(said, sentences, question="Q", language=language)
    assert claim.probability == probability
