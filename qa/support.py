"""How far a claim may be believed, going by the details it shares with its quotes.

A first, plain form: numbers, dates and names can be compared without a model. It finds details
that a chat model made up; it does not know whether the quote says the same about them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from difflib import get_close_matches

from index import analyse
from qa.prompts import NumberedSentence, ReplyClaim
from qa.types import Claim

# Judges how far sentences prove a claim: (claim, sentences) -> 0..1.
Support = Callable[[str, list[str]], float]

# A claim less probable than this keeps no spans, so that it is shown as unsupported.
SUPPORT_FLOOR = 0.3
# What by_terms says of a claim: it shares enough words with its quotes (or is in another language,
# where words cannot be compared), or it does not.
TERMS_SHARED = 0.8
TERMS_NOT_SHARED = 0.25
# A reply of nothing but a number claims what that sentence says, which is true of itself; small
# models reply so when they have not understood the question.
NUMBER_ALONE = 0.5

# Ceilings for the probability of a claim. A number that no quote has is nearly always made up;
# a name may be a pronoun in the quote ("Dia juga mendesak ...") and stand a sentence before it.
ALL_DETAILS_FOUND = 1.0
OUTSIDE_QUOTES = 0.6
NAME_MAYBE_TRANSLATED = 0.5
NAME_NOWHERE = 0.2
# Several details, and the quotes have none of them: they speak of something else.
NOTHING_SHARED = 0.15
NUMBER_NOWHERE = 0.1

_NUMBER = re.compile(r"\d+(?:[.,/:\-]\d+)*")
_AMOUNT = re.compile(r"\d{1,3}(?:[.,]\d{3})+(?:[.,]\d+)?|\d+[.,]\d+")
_URL = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_][\w'’]*")
# "26 April", "April 2022": the month of a date is no name, and the quote may have 26/4/2022.
_MONTH = re.compile(r"(?<=\d\s)[^\W\d_]+|(?<=\d\.\s)[^\W\d_]+|[^\W\d_]+(?=\s\d)")
_SIMILAR = 0.8
_SHARE_OF_TERMS = 1 / 3

# Nouns are capitalised here, so a capital does not tell a name.
_CAPITALISED_NOUNS = frozenset({"de", "lb"})


def prove(
    claim: ReplyClaim,
    sentences: Sequence[NumberedSentence],
    *,
    question: str,
    language: str,
    support: Support | None = None,
    floor: float = SUPPORT_FLOOR,
) -> Claim:
    """Turn a claim of a reply in ``language`` into a claim with spans, or with none.

    Spans are whole sentences, those the claim cites; a claim that cites none of ``sentences``, or
    whose probability is below ``floor``, has no spans.
    """
    if not claim.numbers:
        return Claim(claim.text, (), 0.0)
    cited = [sentences[number - 1] for number in claim.numbers]
    quotes = [numbered.quote for numbered in cited]
    text = claim.text or " ".join(quotes)
    articles = {numbered.article.id: numbered.article for numbered in cited}
    same_language = any(article.language == language for article in articles.values())
    highest = ceiling(
        text,
        quotes,
        beside=[f"{article.title} {article.published}" for article in articles.values()],
        question=question,
        nearby=[numbered.quote for numbered in sentences if numbered.article.id in articles],
        same_language=same_language and language not in _CAPITALISED_NOUNS,
    )
    if not claim.text:
        judged = NUMBER_ALONE
    elif support:
        judged = support(text, quotes)
    else:
        judged = by_terms(text, quotes, language) if same_language else TERMS_SHARED
    probability = min(highest, judged)
    spans = tuple(numbered.sentence for numbered in cited) if probability >= floor else ()
    return Claim(text, spans, probability)


def by_terms(claim: str, quotes: Sequence[str], language: str) -> float:
    """Judge a claim by the share of its terms (stems of content words) that its quotes have.

    A stand-in for a measure of meaning, for claim and quotes in one ``language``: models at times
    copy one sentence and cite the number of another.
    """
    terms = analyse(claim, language)
    known = {term for quote in quotes for term in analyse(quote, language)}
    shared = sum(term in known for term in terms)
    return TERMS_SHARED if shared >= _SHARE_OF_TERMS * len(terms) else TERMS_NOT_SHARED


def ceiling(
    claim: str,
    quotes: Sequence[str],
    *,
    beside: Sequence[str] = (),
    question: str = "",
    nearby: Sequence[str] = (),
    same_language: bool = False,
) -> float:
    """Return the highest probability (0..1) that the details of ``claim`` allow.

    ``quotes`` are the cited sentences; ``beside`` is what is shown with them, title and date, and
    counts as much. A detail that only the ``question`` has proves less, since a question may
    mislead; so does a name that stands only ``nearby`` in the same articles. Unless claim and
    quotes are in the ``same_language``, a name may be spelt otherwise (Rusia, Russia) or be
    unlike (Jepang, Japan).
    """
    shown = [*quotes, *beside]
    numbers = _missing_numbers(claim, shown)
    if _missing_links(claim, shown) or (numbers and _missing_numbers(claim, [*shown, question])):
        return NUMBER_NOWHERE
    names = _names(claim)
    missing = [name for name in names if not _is_named(name, shown, same_language)]
    if not missing and not numbers:
        return ALL_DETAILS_FOUND
    details = len(names) + len(_NUMBER.findall(claim))
    if details > 1 and details == len(missing) + len(numbers) and (numbers or same_language):
        return NOTHING_SHARED
    if all(_is_named(name, [question, *nearby], same_language) for name in missing):
        return OUTSIDE_QUOTES
    return NAME_NOWHERE if same_language else NAME_MAYBE_TRANSLATED


def _missing_links(claim: str, texts: Sequence[str]) -> list[str]:
    return [link for link in _URL.findall(claim) if not any(link in text for text in texts)]


def _missing_numbers(claim: str, texts: Sequence[str]) -> list[str]:
    known = {form for text in texts for number in _NUMBER.findall(text) for form in _forms(number)}
    missing: list[str] = []
    for number in _NUMBER.findall(claim):
        whole, *parts = _forms(number)
        if whole not in known and not (parts and known.issuperset(parts)):
            missing.append(number)
    return missing


def _forms(number: str) -> list[str]:
    """Return the digits of ``number`` without separators; those of a date or a range one by one.

    1.250.000 is 1,250,000 and 7,5 is 7.5, whoever writes them; 26/4/2022 is also 26, 4 and 2022.
    """
    parts = re.split(r"\D", number)
    forms = [_plain("".join(parts))]
    if len(parts) > 1 and not _AMOUNT.fullmatch(number):
        forms += map(_plain, parts)
    return forms


def _plain(digits: str) -> str:
    # By character: int() refuses thousands of digits, and a reply may hold them.
    return "".join(str(int(digit)) for digit in digits).lstrip("0") or "0"


def _names(claim: str) -> list[str]:
    """Return the capitalised words of ``claim`` but months, and but its first word in a sentence.

    The first word of a sentence has a capital anyway; a word that stands alone is the answer.
    """
    claim = _URL.sub("", claim)
    months = {match.start() for match in _MONTH.finditer(claim)}
    words = list(_WORD.finditer(claim))
    return [
        word.group()
        for word in words[1:] or words
        if word.group()[0].isupper() and len(word.group()) > 1 and word.start() not in months
    ]


def _is_named(name: str, texts: Sequence[str], same_language: bool) -> bool:
    words = list(_words(texts))
    folded = name.casefold()
    if any(_same_stem(folded, word) for word in words):
        return True
    if name.isupper() and name in _initials(texts):
        return True
    return not same_language and bool(get_close_matches(folded, words, n=1, cutoff=_SIMILAR))


def _words(texts: Sequence[str]) -> Iterator[str]:
    for text in texts:
        for word in _WORD.findall(text):
            yield word.casefold()


def _same_stem(one: str, other: str) -> bool:
    """Say whether two words differ by a short ending at most: Rusia, Rusianya."""
    short, long = sorted((one, other), key=len)
    if len(short) < 4 or len(long) - len(short) > 3:
        return one == other
    return long.startswith(short)


def _initials(texts: Sequence[str]) -> str:
    return " ".join(
        "".join(word[0] for word in _WORD.findall(text) if word[0].isupper()) for text in texts
    )
