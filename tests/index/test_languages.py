"""Language detection: values, and that questions rarely need the model."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import languages
from index.languages import detect_language

_SPANISH = (
    "El secretario general de la ONU pidió a Rusia que permitiera la evacuación de los civiles "
    "atrapados en la acería. Citó la novela «The Lord of the Rings», which was the favourite of "
    "the children, y después se reunió con el presidente en el Kremlin durante dos horas. La "
    "reunión se celebró el martes en Moscú y trató de varios asuntos."
)
_MALAY = (
    "Perdana Menteri berkata kerajaan akan terus membantu rakyat yang terjejas akibat banjir di "
    "negeri Kelantan dan Terengganu. Beliau memberitahu pemberita selepas mesyuarat bahawa "
    "bantuan itu akan diagihkan secepat mungkin kerana ramai mangsa kehilangan tempat tinggal. "
    "Polis pula menasihatkan orang ramai supaya tidak menggunakan jalan raya berkenaan."
)


@pytest.fixture
def no_model(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail when the model is asked for."""

    def load() -> None:
        raise AssertionError("the model was loaded")

    monkeypatch.setattr(languages, "_load_identifier", load)


@pytest.mark.usefixtures("no_model")
@pytest.mark.parametrize(
    ("text", "expected", "language"),
    [
        ("what did Guterres ask Russia to do?", ("id",), "en"),
        ("Apa yang diminta Guterres kepada Rusia?", ("id",), "id"),
        ("Apa yang diminta Guterres kepada Rusia?", (), "id"),
        ("Siapa presiden Rusia?", ("en", "id", "ms"), "id"),
        ("Siapa perdana menteri Malaysia?", ("ms",), "ms"),
        ("Kapan film The Godfather dirilis dan siapa sutradaranya?", ("id",), "id"),
        ("who wrote the song Yang Terbaik", (), "en"),
        ("Siapa nama asli Xi Jinping (习近平) dari Tiongkok?", (), "id"),
        ("서울의 인구는 얼마입니까?", (), "ko"),
        ("東京の人口は？", (), "ja"),
        ("普京会见古特雷斯", (), "zh"),
        ("普京会见Antonio Guterres", ("id",), "zh"),
        ("東京都知事", ("ja",), "ja"),
        ("ประเทศไทยอยู่ที่ไหน", (), "th"),
        ("Πού είναι η Αθήνα;", (), "el"),
        ("где находится Москва?", ("ru", "id"), "ru"),
        ("متى ولد نجيب محفوظ؟", ("ar",), "ar"),
        ("", ("id",), ""),
        ("26/4/2022 ... 😀", ("id",), ""),
    ],
)
def test_short_texts_are_told_without_the_model(
    text: str, expected: tuple[str, ...], language: str
) -> None:
    """Function words and scripts suffice for the questions people ask."""
    assert detect_language(text, expected) == language


@pytest.mark.parametrize(
    ("text", "expected", "language"),
    [
        ("Harga minyak naik", ("id",), "id"),
        ("Harga minyak naik", (), "id"),
        ("¿Qué pidió Guterres a Rusia?", ("es",), "es"),
        ("Missä sijaitsee Suomen pääkaupunki?", ("fi", "id"), "fi"),
        ("Hvem er Norges statsminister nå?", ("no",), "no"),
        ("Где находится Москва и кто её основал?", (), "ru"),
        ("ما هي عاصمة مصر؟", (), "ar"),
        (_SPANISH, (), "es"),
        (_SPANISH, ("id",), "es"),
        (_MALAY, ("id",), "id"),
        (_MALAY, ("ms",), "ms"),
    ],
)
def test_other_texts_are_told_by_the_model(
    text: str, expected: tuple[str, ...], language: str
) -> None:
    """Malay counts as Indonesian unless expected; a long text may quote English."""
    assert detect_language(text, expected) == language


def test_the_order_of_the_expected_languages_does_not_matter() -> None:
    """A set, a list and its reverse give the same language."""
    codes = ["sv", "da", "no", "id", "en"]
    for text in ("x", "OK", "Bergen", "Per Hansen"):
        given_list = detect_language(text, codes)
        assert detect_language(text, list(reversed(codes))) == given_list
        assert detect_language(text, set(codes)) == given_list


@given(st.text(st.characters(exclude_categories=()), max_size=80))
def test_any_text_gets_a_code_of_two_letters_or_none(text: str) -> None:
    """Nothing raises, and only texts without letters get no language."""
    language = detect_language(text, ("id",))
    assert len(language) == 2 if any(map(str.isalpha, text)) else language == ""
