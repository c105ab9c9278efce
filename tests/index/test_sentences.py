"""Sentences: exact spans over any text, and the sentences a reader would see."""

from __future__ import annotations

import re
import textwrap
from itertools import pairwise
from pathlib import Path

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from index.sentences import LONGEST_SENTENCE, split_sentences
from index.types import Sentence

SEED = Path(__file__).parents[2] / "seeds" / "000_93fbecafbda3aea8.txt"

_PIECES = st.sampled_from(
    [
        *("\n# ", "\n- ", "> ", "* ", "• ", "#", "+ "),
        *("a", "B", "İ", "ß", "7", "é", "e\u0301", "漢", "字", "か", "ก", "한", "я"),
        *(" ", "  ", "\n", "\r\n", "\r", "\u00a0", "\u2028", "\t", "\u200b"),
        *(". ", "! ", "? ", "… ", "。", "！", "।", ".", ",", "-", "(", ")", "[", "]"),
        *('"', "“", "”", "'", "’", "«", "»", "「", "」", "\u0301", "\u200d", "\ud83d"),
        *(
            "👨‍👩‍👧",
            "👍🏽",
            "🇮🇩",
            "🇮",
            "Dr. ",
            "No. 5",
            "Rp 1.250.000",
            "a.m. ",
            "J. ",
            "Baca juga: ",
        ),
    ]
)
_TEXTS = st.lists(_PIECES, max_size=60).map("".join) | st.text(
    st.characters(exclude_categories=()), max_size=120
)


_NEWLINES = set("\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029")
_MARKS = ("#", "##", "###", "####", "#####", "######", *">-*+•▪◦")


def _split(text: str, language: str = "id") -> list[str]:
    return [text[one.start : one.end] for one in split_sentences(text, language, article_id="a")]


def _assert_covers(text: str, sentences: tuple[Sentence, ...]) -> None:
    """Check order, limits and that only white space and a line's marks lie outside."""
    previous = 0
    for one in sentences:
        assert one.start >= previous
        space, *marks = re.split(r"(?=\S)", text[previous : one.start], maxsplit=1)
        if marks:
            assert not previous or set(space) & _NEWLINES
            assert all(mark in _MARKS for mark in marks[0].split())
            assert text[one.start - 1].isspace()
        assert 0 < one.end - one.start <= LONGEST_SENTENCE
        assert not text[one.start].isspace()
        assert not text[one.end - 1].isspace()
        previous = one.end
    assert not text[previous:].strip()


def test_the_seed_article_has_these_sentences() -> None:
    """Every sentence of the user's article, exactly, and its link is not citable."""
    text = SEED.read_text("utf-8-sig")
    sentences = split_sentences(text, "id", article_id="seed")
    found = [text[one.start : one.end] for one in sentences]
    assert len(found) == 17
    assert found[0].endswith("di Moscow, Rusia pada Selasa (26/4/2022).")
    assert found[1] == "Pertemuan ini membahas sejumlah hal, termasuk perang di Ukraina."
    assert found[6] == (
        "“Ada provokasi di desa Bucha, yang tidak ada hubungannya dengan Tentara Rusia,” "
        "kata Putin."
    )
    assert found[11] == (
        "Dia juga mendesak Rusia untuk mengizinkan evakuasi warga sipil yang terperangkap di "
        "pabrik baja."
    )
    assert found[15:] == ["Baca Juga:", "Sekjen PBB Ingin Bertemu Putin dan Zelensky"]
    assert [one.citable for one in sentences] == [True] * 15 + [False] * 2
    assert all(one.article_id == "seed" for one in sentences)


@pytest.mark.parametrize(
    ("language", "sentences"),
    [
        ("id", ["Ia membayar Rp 1.250.000 pada 26.4.2022.", "Lalu ia pergi."]),
        ("id", ["Harga Rp. 500 naik.", "Lihat hlm. 5 dan No. 5 di Jl. Sudirman."]),
        ("id", ["Prof. Dr. H. Ahmad Yani, S.H., M.H. hadir.", "PT. Maju Tbk. rugi."]),
        ("id", ["Kol. Inf. Budi berbicara.", "K.H. Zainuddin M.Z. datang."]),
        ("id", ["“Saya tahu.” kata Putin.", "“Tidak!”", "Ia pergi."]),
        ("id", ['"Kami siap.', 'Kami akan pergi," katanya.']),
        ("id", ["Warga panik (ada gempa. Rumah roboh.).", "Lalu tenang."]),
        ("id", ["1. Satu sendok gula.", "2. Dua butir telur."]),
        ("id", ["Ada 39. 039 anak.", "Ada 5 guru."]),
        ("id", ["Rapat pukul 14.30 WIB.", "Rapat selesai."]),
        ("id", ["Ia pergi.", "Dia juga."]),
        ("en", ["Mr. Smith met Dr. Xi at 5 a.m. Eastern time.", "He left."]),
        ("en", ["J. K. Rowling and George W. Bush spoke.", "The U.S. president left."]),
        ("en", ["He got a grade A.", "The rest failed."]),
        ("en", ['He said "stop."', "Then he left."]),
        ("en", ['He said it was "sad."', '"It is," she wrote.']),
        ("en", ["He left (at last. Really.).", "She stayed."]),
        ("en", ["See https://example.com/A.B?C=D!E for more.", "Yahoo! shares rose."]),
        ("en", ["No. 5 is alive.", "Is it 3.5 million?", "Yes!"]),
        ("es", ["Dijo que “estaría bien”.", "Pero no fue.", "Lo dijo Mr. Bean."]),
        ("ru", ["«Какой ужас!» — повторяла она.", "Церковь Св. Мартина закрыта."]),
        ("zh", ["“你好。”他说。", "她走了。", "“再见！”"]),
        ("ja", ["「そうです。」と言った。", "終わり。"]),
        ("hi", ["नमस्ते।", "आप कैसे हैं?"]),
        ("ka", ["ეს არის.", "მეორე წინადადება."]),
        ("", ["Hello there.", "Good bye."]),
        ("ms", ["Beliau Dr. Ahmad.", "Harga RM 1.50 sahaja."]),
    ],
)
def test_sentences_of_a_line(language: str, sentences: list[str]) -> None:
    """Abbreviations, numbers, quotations and brackets of several languages."""
    separator = "" if language in ("zh", "ja") else " "
    assert _split(separator.join(sentences), language) == sentences


def test_sentences_glued_together_are_told_apart() -> None:
    """A missing space separates sentences, but not the parts of a domain or a degree."""
    assert _split("Ia datang.Dia pergi.") == ["Ia datang.", "Dia pergi."]
    assert _split("Menurut Kompas.Com harga naik.") == ["Menurut Kompas.Com harga naik."]
    assert _split("Ahmad S.Pd. hadir.") == ["Ahmad S.Pd. hadir."]


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r", "\n\n", "\u2028", "\x85", " \n\t"])
def test_every_newline_ends_a_sentence(newline: str) -> None:
    """Titles and paragraphs need no full stop."""
    text = f"Judul berita{newline}Isi berita tanpa titik{newline}dan baris kecil"
    assert _split(text) == ["Judul berita", "Isi berita tanpa titik", "dan baris kecil"]


_PARAGRAPHS = [
    "The secretary general met the president in Moscow on Tuesday and asked him to let civilians "
    "leave the steel works. Officials said that the talks had lasted for two hours. Nothing "
    "else was agreed, a spokesman told reporters who were waiting outside in the rain.",
    "Both sides will meet again in a week, as the ministry confirmed in a short note, but where "
    "is not known.",
]


@pytest.mark.parametrize("width", [60, 72, 80])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_hard_wrapped_text_has_the_sentences_of_the_text_itself(width: int, newline: str) -> None:
    """Newlines inside wrapped paragraphs end nothing; the heading stays apart."""
    wrapped = "\n\n".join(textwrap.fill(paragraph, width) for paragraph in _PARAGRAPHS)
    text = f"Talks in Moscow\n{wrapped}".replace("\n", newline)
    plain = [one for paragraph in _PARAGRAPHS for one in _split(paragraph, "en")]
    assert len(plain) == 4
    assert [" ".join(one.split()) for one in _split(text, "en")] == ["Talks in Moscow", *plain]


@pytest.mark.parametrize(
    "lines",
    [
        # one sentence to a line, of similar lengths
        [f"Baris nomor {number} adalah kalimat yang cukup panjang juga." for number in "123456"],
        # headlines without full stops
        ["Presiden Rusia bertemu Sekjen PBB di Moskow pada hari Selasa", "Warga sipil dievakuasi",
         "Harga minyak dunia naik tajam setelah pertemuan para menteri", "Rupiah menguat"],
        # a list
        [f"- butir {number} dari daftar belanja yang panjangnya lebih dari enam puluh" for number in
         range(5)],
    ],
)  # fmt: skip
def test_lines_that_were_not_wrapped_stay_apart(lines: list[str]) -> None:
    """Similar lengths alone do not make a paragraph."""
    assert _split("\n".join(lines)) == [line.removeprefix("- ") for line in lines]


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        *(("# Judul berita", "Judul berita"), ("###### Judul", "Judul"), ("####### X", "")),
        *(("> Kami siap.", "Kami siap."), ("> > ## Kami", "Kami"), ("  -\tSatu", "Satu")),
        *(("* Satu", "Satu"), ("+ Satu", "Satu"), ("• Satu", "Satu"), ("* 5 orang", "5 orang")),
        # These are text: hashtags, numbers with a sign, emphasis, what a number or letter names.
        *(("#Moskow", ""), ("- 5 derajat", ""), ("> 5 persen", ""), ("+ 7,5 persen", "")),
        *(("*Penting* sekali", ""), ("1. FC Köln menang", ""), ("-5 derajat", ""), ("– Ya", "")),
        *(("#", ""), ("---", ""), (">Kami", "")),
    ],
)  # fmt: skip
@pytest.mark.parametrize("before", ["", "Putin bertemu Guterres.\n"])
def test_marks_before_a_line_are_not_quoted(line: str, sentence: str, before: str) -> None:
    """A heading is quoted without its "#"; what could be meant is left in the sentence."""
    found = _split(f"{before}{line}\n\nPertemuan selesai.")
    assert found == [*before.splitlines(), sentence or line, "Pertemuan selesai."]


def test_a_long_sentence_is_cut_at_a_clause_or_a_space() -> None:
    """No piece is longer than the limit, and no word is cut."""
    clause = "kata demi kata mengalir tanpa henti"
    text = ", ".join([clause] * 80)
    pieces = _split(text)
    assert len(pieces) == 3
    assert all(piece.endswith(("henti,", "henti")) for piece in pieces)
    assert " ".join(pieces) == text
    words = _split("kata " * 600)
    assert {word for piece in words for word in piece.split()} == {"kata"}


@pytest.mark.parametrize("cluster", ["👨‍👩‍👧", "🇮🇩", "e\u0301\u0323", "ກຳ", "👍🏽", "각"])
def test_a_cut_never_falls_into_a_character(cluster: str) -> None:
    """Emoji families, flags and marked letters stay whole where no space offers a cut."""
    text = "a" + cluster * 1200
    pieces = _split(text)
    assert "".join(pieces) == text
    assert len(pieces) > 1
    assert all(len(piece) > LONGEST_SENTENCE - 2 * len(cluster) for piece in pieces[:-1])
    assert all(set(regex.findall(r"\X", piece)) <= {"a", cluster} for piece in pieces)


@pytest.mark.parametrize(
    "text",
    [
        *("(" * 200_000, "a" * 200_000, "“" * 200_000, '"' * 200_000, "." * 200_000),
        *("# - > " * 40_000, "-" + " " * 200_000 + "5"),
        *("A. " * 60_000, "🇮" * 50_000, "a" + "\u0301" * 200_000, "." + " " * 200_000 + "b"),
        *("你好。再见。" * 20_000, "Baca juga " * 20_000, "![" * 40_000, "word " * 40_000),
        *("\n" * 200_000, "kata-" * 12 + "\n", ("kata " * 13 + "\n") * 2_000),
    ],
    ids=lambda text: repr(text[:6]),
)
def test_hostile_texts_are_covered_too(text: str) -> None:
    """Would not end if the time grew with the square of the length."""
    _assert_covers(text, split_sentences(text, "en", article_id="a"))


@given(_TEXTS, st.sampled_from(["id", "en", "zh", "ru", "th", "ar", ""]))
def test_sentences_cover_every_text(text: str, language: str) -> None:
    """In order, without overlap, nothing but white space left out, the same every time."""
    sentences = split_sentences(text, language, article_id="a")
    _assert_covers(text, sentences)
    assert split_sentences(text, language, article_id="a") == sentences


@given(_TEXTS)
def test_sentences_that_touch_part_between_characters(text: str) -> None:
    """A mark, a joiner or a flag's second half never begins a sentence of its own."""
    starts = {match.start() for match in regex.finditer(r"\X", text)}
    sentences = split_sentences(text, "en", article_id="a")
    for before, after in pairwise(sentences):
        assert before.end < after.start or after.start in starts


@given(st.lists(_TEXTS.map(lambda text: "".join(text.split())), max_size=5))
def test_no_sentence_crosses_a_blank_line(paragraphs: list[str]) -> None:
    """Each paragraph is split on its own, whatever stands around it."""
    found = _split("\n\n".join(paragraphs), "en")
    assert found == [one for paragraph in paragraphs for one in _split(paragraph, "en")]
