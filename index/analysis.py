"""Turn a text into the terms that full-text search counts, one analysis per language.

The same analysis serves articles and questions: Unicode and case folded, words stemmed,
numbers and dates in one spelling (``index.numbers``), stop words left out, pairs of letters for
scripts without spaces. Terms hold letters, digits, combining marks, ``_`` and ``.`` only.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from threading import Lock

import regex

from index.numbers import east_asian_date_terms, number_terms, worded_date_terms
from index.words import MONTHS, STEMMERS, STOP_WORDS

# Stored with every index: raise it whenever the terms of any text change.
ANALYSIS_VERSION = "1"

_MONTH_NAMES = frozenset(MONTHS)
_SAME_ANALYSIS = {"ms": "id", "nb": "no", "nn": "no"}
_LONGEST_TERM = 100  # characters; longer words are none
_LONGEST_CACHED = 50  # characters of a token
_SHORT_PREFIX = 5  # letters: "al-", "e-", "covid-" may as well be written without the hyphen
_STEM = 5  # letters kept of a word of a language without stemmer

_INVISIBLE = regex.compile(
    "[\u00ad\u034f\u061c\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff"
    "\U000e0000-\U000e0fff"
    # Vowel marks and stretching of Arabic and Hebrew: writers leave them out.
    "\u0591-\u05bd\u05bf-\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8"
    "\u06ea-\u06ed]"
)
_APOSTROPHES = str.maketrans(dict.fromkeys("’‘ʼʻʹˈ′`´＇", "'"))
_NUMBER_MARKS = str.maketrans({"٫": ".", "٬": ",", "‐": "-", "‑": "-", "−": "-"})
_SPACE_IN_NUMBER = regex.compile("(?<=\\d)[\u00a0\u2007\u2009\u202f](?=\\d{3}(?!\\d))")
_FOREIGN_DIGIT = regex.compile(r"[^\P{Nd}0-9]")

_TOKEN = regex.compile(
    r"[\p{L}\p{N}\p{M}]+(?:(?:['-](?=[\p{L}\p{N}])|(?<=\d)[.,:/](?=\d))[\p{L}\p{N}\p{M}]+)*|[%٪]"
)
# Scripts whose terms are pairs of letters: without spaces, or (Korean) with particles glued on,
# where pairs find the right passage first for 48 % of the TyDi questions, words for 30 %.
_UNSPACED = r"\p{Hangul}\p{Han}\p{Hiragana}\p{Katakana}ー\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}"
_HAS_UNSPACED = regex.compile(f"[{_UNSPACED}]")
_RUN = regex.compile(f"[{_UNSPACED}][{_UNSPACED}\\p{{M}}]*|[^{_UNSPACED}]+")
_UNIT = regex.compile(r"[\p{L}\p{N}]\p{M}*")
_NUMBER = regex.compile(r"\d[\d.,:/-]*(?:t[\d:.-]*)?")
_DIGITS_AND_LETTERS = regex.compile(r"(\d+(?:[.,]\d+)*)(\p{L}{1,3})")
_CURRENCY_AND_DIGITS = regex.compile(r"(rp|idr|rm|us|usd|eur|gbp|sgd|myr)(\d.*)")
_MARK_INSIDE = regex.compile("[.,:/]")
_AFTER_DIGITS = frozenset(("an", "nya", "st", "nd", "rd", "th", "s", "er"))
_ELIDING = frozenset(("ca", "fr", "it"))
_PERCENT = {"%": "percent", "٪": "percent", "persen": "percent", "peratus": "percent"}

_LATIN_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h"}
)


def analyse(text: str, language: str) -> list[str]:
    """Return the terms of ``text`` in order, repeats included; ``language``: ISO 639-1 or ""."""
    return _terms(text, _analysis_of(language), "")


def query_terms(question: str, question_language: str, languages: Sequence[str]) -> list[str]:
    """Return a question's terms as its own and each collection language would write them.

    Without repeats, its own language first. A stop word of the question's language is left out
    under every analysis.
    """
    own = _analysis_of(question_language)
    analyses = dict.fromkeys([own, *map(_analysis_of, languages)])
    found = (term for analysis in analyses for term in _terms(question, analysis, own))
    return list(dict.fromkeys(found))


def _analysis_of(language: str) -> str:
    code = language.partition("-")[0].lower()
    return _SAME_ANALYSIS.get(code, code)


def _terms(text: str, language: str, asked_in: str) -> list[str]:
    folded = _fold(text, language)
    terms: list[str] = []
    if "年" in folded or "년" in folded:
        terms += east_asian_date_terms(folded)
    tokens = _TOKEN.findall(folded)
    for place, token in enumerate(tokens):
        terms += _cached_terms(token, language, asked_in)
        if token in _MONTH_NAMES:
            terms += worded_date_terms(tokens, place)
    return terms


def _fold(text: str, language: str) -> str:
    """Fold case, compatibility forms, digits and apostrophes; drop what cannot be seen."""
    if not text.isascii():
        text = _SPACE_IN_NUMBER.sub("", text.translate(_APOSTROPHES))
        text = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text)).translate(_NUMBER_MARKS)
        text = _FOREIGN_DIGIT.sub(lambda match: str(unicodedata.decimal(match[0], match[0])), text)
    if language in ("az", "tr"):
        text = text.replace("İ", "i").replace("I", "ı")
    # Case folding can undo the composition (İ), so it is made anew.
    folded = text.casefold()
    return folded if folded.isascii() else unicodedata.normalize("NFKC", folded)


@lru_cache(maxsize=1 << 17)
def _cached_short_terms(token: str, language: str, asked_in: str) -> tuple[str, ...]:
    return _token_terms(token, language, asked_in)


def _cached_terms(token: str, language: str, asked_in: str) -> tuple[str, ...]:
    """Return a token's terms, from memory if it is short enough to be a word seen before."""
    if len(token) > _LONGEST_CACHED:
        return _token_terms(token, language, asked_in)
    return _cached_short_terms(token, language, asked_in)


def _token_terms(token: str, language: str, asked_in: str) -> tuple[str, ...]:
    if token in _PERCENT:
        return (_PERCENT[token],)
    if _NUMBER.fullmatch(token):
        return tuple(term for term in number_terms(token, language) if len(term) <= _LONGEST_TERM)
    if _HAS_UNSPACED.search(token):
        return tuple(_unspaced_terms(token, language, asked_in))
    words = token.split("-")
    if token[0].isdigit():
        words = [word for word in words if word not in _AFTER_DIGITS]  # 1990-an
    parts = [terms for word in words if (terms := _word_terms(word, language, asked_in))]
    if len(parts) == 2 and parts[0] == parts[1]:
        return parts[0]  # anak-anak, berlari-lari
    if len(parts) == len(words) == 2 and len(words[0]) <= _SHORT_PREFIX:
        parts.append(_word_terms("".join(words), language, asked_in))  # e-mail, covid-19
    return tuple(dict.fromkeys(term for terms in parts for term in terms))


def _unspaced_terms(token: str, language: str, asked_in: str) -> Iterator[str]:
    for run in _RUN.findall(token):
        if not _HAS_UNSPACED.match(run):
            for part in _TOKEN.findall(run):
                yield from _cached_terms(part, language, asked_in)
            continue
        units = _UNIT.findall(run)
        if len(units) == 1:
            yield units[0]
        else:
            yield from map(str.__add__, units, units[1:])


def _word_terms(word: str, language: str, asked_in: str) -> tuple[str, ...]:
    """Return the terms of a word without hyphens; apostrophes and digits may be inside."""
    if len(word) > _LONGEST_TERM:
        return ()
    if _NUMBER.fullmatch(word):
        return tuple(number_terms(word, language))
    pieces = _split_word(word)
    if pieces != [word]:
        return tuple(term for piece in pieces for term in _word_terms(piece, language, asked_in))
    if "'" in word:
        first, _, rest = word.partition("'")
        if language in _ELIDING and len(first) <= 2:  # l'homme, qu'il
            return _word_terms(rest, language, asked_in)
        word = word.removesuffix("'s").replace("'", "")
    word = _PERCENT.get(word, word)
    stop_words = STOP_WORDS.get(language, frozenset())
    if word in stop_words or word in STOP_WORDS.get(asked_in, frozenset()):
        return ()
    term = _fold_marks(_stemmer(language)(word))
    return (term,) if _UNIT.search(term) else ()


def _split_word(word: str) -> list[str]:
    """Part digits from letters where that helps: Rp1.250.000, 10km, 26th; but not G20."""
    match = _DIGITS_AND_LETTERS.fullmatch(word) or _CURRENCY_AND_DIGITS.fullmatch(word)
    if match:
        return [piece for piece in match.groups() if piece not in _AFTER_DIGITS]
    return _MARK_INSIDE.split(word)


def _fold_marks(word: str) -> str:
    """Drop the marks on Latin and Greek letters (Zürich, Zurich), and Russian stress and ё."""
    if word.isascii():
        return word
    kept: list[str] = []
    dropped = ""
    for character in unicodedata.normalize("NFD", word.replace("ё", "е")):
        if not unicodedata.combining(character):
            code = ord(character)
            latin_or_greek = code < 0x400 or 0x1D00 <= code < 0x2000
            dropped = "any" if latin_or_greek else "\u0301" if code < 0x530 else ""
        elif dropped in ("any", character):
            continue
        kept.append(character)
    return unicodedata.normalize("NFC", "".join(kept)).translate(_LATIN_LETTERS)


@lru_cache(maxsize=64)
def _stemmer(language: str) -> Callable[[str], str]:
    if not language:
        return str
    if language not in STEMMERS:
        # Crude, but it lifts the right passage to the first place for 70 instead of 48 % of
        # the Telugu TyDi questions, and for 78 instead of 71 % of the Bengali ones.
        return lambda word: word[:_STEM]
    import snowballstemmer

    stemmer = snowballstemmer.stemmer(STEMMERS[language])
    lock = Lock()  # a Snowball stemmer keeps the word it works on in itself

    def stem(word: str) -> str:
        with lock:
            return str(stemmer.stemWord(word))

    return stem
