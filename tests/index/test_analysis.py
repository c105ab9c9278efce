"""Terms: one spelling for words, numbers and dates, whatever the text wrote."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
import regex
import snowballstemmer
from hypothesis import given
from hypothesis import strategies as st

from index.analysis import analyse, query_terms
from index.words import STEMMERS, STOP_WORDS

_ALLOWED = regex.compile(r"[\p{L}\p{N}\p{M}_.]+")


@pytest.mark.parametrize(
    ("language", "text", "terms"),
    [
        ("id", "Pembangunan membangun dibangun", ["bangun"] * 3),
        ("id", "Dia mendesak evakuasi anak-anak", ["desak", "evakuasi", "anak"]),
        ("id", "berlari-lari, Sekjen-nya, ke-195", ["lari", "sekjen", "195"]),
        ("id", "Apa yang dikatakan oleh para dokter itu?", ["kata", "dokter"]),
        ("ms", "Pembangunan bahawa kerana", ["bangun"]),
        ("id", "Jum'at di Ma’ruf", ["jumat", "maruf"]),
        ("id", "tahun 1990-an", ["tahun", "1990"]),
        (
            "en",
            "What did the ministers say about Putin's visits?",
            ["minist", "say", "putin", "visit"],
        ),
        ("en", "Don't stop al-Qaeda", ["stop", "al", "qaeda", "alqaeda"]),
        ("en", "Covid-19 e-mails", ["covid", "19", "covid19", "e", "mail", "email"]),
        ("en", "Zürich Zurich ZÜRICH Zu\u0308rich", ["zurich"] * 4),
        ("en", "İstanbul Istanbul", ["istanbul"] * 2),
        ("en", "soft\u00adware soft\u200bware ｓｏｆｔｗａｒｅ", ["softwar"] * 3),
        ("en", "ﬁre ❤\ufe0f 👨‍👩‍👧", ["fire"]),
        ("en", "the 26th, 1990s and 10km", ["26", "1990", "10", "km"]),
        ("tr", "IŞIK ışık İstanbul", ["isik", "isik", "istanbul"]),
        ("fr", "l’homme qu'il aima", ["homm", "il", "aim"]),
        ("de", "Straße STRASSE Häuser", ["strass", "strass", "haus"]),
        ("da", "Ærø Łódź", ["aero", "lodz"]),
        ("ru", "Ёлка елки пове\u0301сть йод", ["елк", "елк", "повест", "йод"]),
        ("ar", "مُحَمَّد محمد مـحمد", ["محمد"] * 3),
        ("hi", "भारत की", ["भारत", "क"]),
        ("bn", "বাংলাদেশের বাংলাদেশ", ["বাংলা"] * 2),
        ("zh", "普京会见Guterres，人", ["普京", "京会", "会见", "guter", "人"]),
        ("ja", "東京へ ﾌﾟｰﾁﾝ", ["東京", "京へ", "プー", "ーチ", "チン"]),
        ("th", "สวัสดี", ["สวั", "วัส", "สดี"]),
        ("ko", "대통령은", ["대통", "통령", "령은"]),
        ("", "Hello, Étoile!", ["hello", "etoile"]),
        ("en", "", []),
        ("en", " ... — ' \u0301 😀", []),
    ],
)
def test_terms_of_a_text(language: str, text: str, terms: list[str]) -> None:
    """Stems, folded forms, pairs of letters; stop words and signs are gone."""
    assert analyse(text, language) == terms


@pytest.mark.parametrize(
    ("texts", "term"),
    [
        (["1.250.000", "1,250,000", "1250000", "1\u00a0250\u202f000"], "1250000"),
        (["１２５００００", "١٢٥٠٠٠٠", "१२५००००"], "1250000"),
        (["7,5", "7.5", "7,50", "٧٫٥", "7．5"], "7.5"),
        (["1.250.000,50", "1,250,000.5"], "1250000.5"),
        (["1.250", "1,250", "1250"], "1250"),
        (["0,125", "0.125"], "0.125"),
        (["14.30", "14:30"], "14.3"),
        (["7,0", "7"], "7"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("language", ["id", "en", "zh", ""])
def test_numbers_have_one_spelling(texts: list[str], term: str, language: str) -> None:
    """Whichever mark groups thousands or parts the decimals."""
    assert [analyse(text, language) for text in texts] == [[term]] * len(texts)


def test_currencies_and_percent_stay_words() -> None:
    """Glued or not, and percent is one word in both languages."""
    assert analyse("Rp1.250.000", "id") == analyse("Rp 1,250,000", "id") == ["rp", "1250000"]
    assert analyse("7,5%", "id") == analyse("7,5 persen", "id") == ["7.5", "percent"]
    assert analyse("7.5 percent", "en") == analyse("7.5 ％", "en") == ["7.5", "percent"]


_DATE = {"2022_04_26", "month_04", "26", "2022"}


@pytest.mark.parametrize("language", ["id", "en", "de", ""])
@pytest.mark.parametrize(
    "text",
    [
        *("26/4/2022", "26-04-2022", "2022-04-26", "26.4.2022", "26/4/22", "2022-04-26T10:00:00"),
        *("26 April 2022", "April 26, 2022", "26th of April 2022", "April 26th 2022", "4/26/2022"),
        *(
            "26 Apr 2022",
            "26 avril 2022",
            "26 de abril de 2022",
            "2022年4月26日",
            "2022년 4월 26일",
        ),
    ],
)
def test_a_date_has_one_term_and_its_parts(text: str, language: str) -> None:
    """However it is written."""
    assert set(analyse(text, language)) >= _DATE


@pytest.mark.parametrize(
    ("text", "language", "present", "absent"),
    [
        ("Selasa (26/4)", "id", {"selasa", "26", "month_04"}, {"2022_04_26"}),
        ("April 2022", "en", {"april", "month_04", "2022"}, set()),
        ("bulan Agustus", "id", {"month_08"}, set()),
        ("in August", "en", {"august", "month_08"}, set()),
        ("Mei 2022", "id", {"month_05"}, set()),
        ("May 5", "en", {"may", "month_05", "5"}, set()),
        ("Theresa May", "en", {"may"}, {"month_05"}),
        ("they march", "en", {"march"}, {"month_03"}),
        ("9/11", "en", {"9", "11"}, {"month_09", "month_11"}),
        ("4/5/2022", "en", {"2022_05_04", "2022_04_05"}, set()),
        ("4/5/2022", "id", {"2022_05_04"}, {"2022_04_05"}),
        ("32/13/2022", "id", {"32", "13", "2022"}, {"month_13"}),
        ("skor 2-1", "id", {"2", "1"}, {"month_01", "month_02"}),
    ],
)
def test_dates_that_are_not_whole(
    text: str, language: str, present: set[str], absent: set[str]
) -> None:
    """Months where a month is meant, and no date where none is."""
    terms = set(analyse(text, language))
    assert present <= terms
    assert not absent & terms


def test_a_question_is_analysed_for_every_language_of_the_collection() -> None:
    """Its own first; names survive a foreign stemmer; nothing twice."""
    question = "What did Guterres ask Russia to do on 26 April?"
    assert query_terms(question, "en", ["id", "en", "ms"]) == [
        *("guterr", "ask", "russia", "26", "april", "month_04", "guterres"),
    ]
    assert query_terms("Apa yang diminta Guterres?", "id", ["en"]) == [
        *("minta", "guterres", "diminta", "guterr"),
    ]
    assert query_terms("Apa yang diminta Guterres?", "id", []) == ["minta", "guterres"]


def test_stop_words_of_the_question_never_come_back() -> None:
    """Though they are words to the other language's analysis, and the other way round."""
    english = " ".join(sorted(STOP_WORDS["en"]))
    assert query_terms(english, "en", ["id", "ru", "de", ""]) == []
    assert query_terms("Dan Brown", "en", ["id"]) == ["dan", "brown"]


def test_terms_are_the_same_from_many_threads() -> None:
    """A Snowball stemmer has state of its own, so threads must take turns."""
    words = [f"{first}{second}issa" for first in ("talo", "kaupunki", "presidentti", "kokous")
             for second in map(str, range(100, 300))]  # fmt: skip
    texts = [word.translate(str.maketrans("0123456789", "abdeghiklm")) for word in words]
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(8) as pool:
            found = list(pool.map(lambda text: analyse(text, "fi"), texts))
    finally:
        sys.setswitchinterval(interval)
    stemmer = snowballstemmer.stemmer("finnish")
    assert found == [[stemmer.stemWord(text)] for text in texts]


@pytest.mark.parametrize(
    "text",
    [
        *("a" * 100_000, "1" * 100_000, "a-" * 50_000, "a'" * 50_000, "1." * 50_000),
        *("漢" * 100_000, "a" + "\u0301" * 100_000, "ก" * 100_000, "l'" * 50_000, "1/" * 50_000),
    ],
    ids=lambda text: ascii(text[:4]),
)
@pytest.mark.parametrize("language", ["id", "fr"])
def test_hostile_texts_give_short_terms(text: str, language: str) -> None:
    """Would not end if the time grew with the square of the length."""
    assert all(len(term) <= 100 for term in analyse(text, language))


@given(
    st.text(st.characters(exclude_categories=()), max_size=60)
    | st.text("aİıßÇé\u0301'’-_.,:/%19٣२年月日 \n漢かー한กำΣςё\u200d", max_size=40),
    st.sampled_from([*STEMMERS, "ms", "zh", "th", "sw", ""]),
)
def test_terms_hold_letters_digits_and_marks_only(text: str, language: str) -> None:
    """Never white space or quotes: the full-text index splits terms at spaces."""
    terms = analyse(text, language)
    assert all(_ALLOWED.fullmatch(term) for term in terms)
    assert all(regex.search(r"[\p{L}\p{N}]", term) for term in terms)
    assert query_terms(text, language, []) == list(dict.fromkeys(terms))
