"""What the page says, in English and Indonesian.

Everything here is ours and trusted; still it goes through the same escaping as the rest.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Literal

Language = Literal["en", "id"]

# Malay readers get Indonesian, and "in" is what old browsers send for it.
_SPOKEN: dict[str, Language] = {"en": "en", "id": "id", "in": "id", "ms": "id"}


@dataclass(frozen=True, slots=True)
class Texts:
    """The words of the page in one language; ``{}`` in them is filled by the methods below."""

    language: Language
    tagline: str
    articles: tuple[str, str]  # one, many
    welcome: str
    welcome_hint: str
    try_asking: str
    about_title: str
    empty_index: str
    empty_index_hint: str
    ask_label: str
    ask_placeholder: str
    ask: str
    stop: str
    stopped: str
    reading: str
    ready: str
    failed: str
    unreachable: str
    too_long: str
    pane_label: str
    pane_empty: str
    pane_empty_hint: str
    close: str
    sources: str
    nearest: str
    unsupported: tuple[str, str]
    unsupported_hint: str
    sure: tuple[str, str, str]  # high, middle, low
    open_source: str
    open_passage: str
    original: str
    changed: str
    gone: str
    left_out: str
    undated: str
    months: tuple[str, ...]
    languages: dict[str, str]
    thousands: str

    def count(self, number: int) -> str:
        """Say how many articles there are."""
        written = f"{number:,}".replace(",", self.thousands)
        return self.articles[number != 1].format(written)

    def day(self, day: date | None) -> str:
        """Write a date out; empty without one."""
        return f"{day.day} {self.months[day.month - 1]} {day.year}" if day else ""

    def language_name(self, code: str) -> str:
        """Name a language; its code where we have no name for it."""
        return self.languages.get(code, code.upper())

    def confidence(self, probability: float) -> str:
        """Say how sure the answer is, in words."""
        return self.sure[confidence_level(probability)]


def confidence_level(probability: float) -> int:
    """Return 0 for high, 1 for middle and 2 for low confidence."""
    return 0 if probability >= 0.75 else 1 if probability >= 0.45 else 2


ENGLISH = Texts(
    language="en",
    tagline="Answers with proof, from your articles",
    articles=("{} article", "{} articles"),
    welcome="What would you like to know?",
    welcome_hint="Every answer comes from the articles here and shows the exact words it rests on.",
    try_asking="Try asking",
    about_title="What do we know about “{}”?",
    empty_index="There are no articles here yet",
    empty_index_hint="Add some in the terminal with kutip index PATH, then reload this page.",
    ask_label="Your question",
    ask_placeholder="Ask about the articles",
    ask="Ask",
    stop="Stop",
    stopped="Stopped.",
    reading="Reading the articles",
    ready="The answer is ready.",
    failed="Something went wrong while answering; please ask again.",
    unreachable="The server does not answer; check that it is still running, then ask again.",
    too_long="The question is longer than {} characters; please shorten it.",
    pane_label="Article",
    pane_empty="The proof appears here",
    pane_empty_hint="Click a number in an answer to read the article with the exact words marked.",
    close="Close the article",
    sources="Sources",
    nearest="The nearest passages",
    unsupported=("1 statement without support", "{} statements without support"),
    unsupported_hint="The language model said this, but no sentence of the articles proves it.",
    sure=("Very likely right", "Probably right", "Uncertain: check the quote"),
    open_source="Source {}: {}",
    open_passage="Passage {}: {}",
    original="Original at {}",
    changed="This article has changed since the answer was given, so nothing is marked.",
    gone="This article is no longer in the index.",
    left_out="Part of this long article is not shown here",
    undated="undated",
    months=(
        *("January", "February", "March", "April", "May", "June"),
        *("July", "August", "September", "October", "November", "December"),
    ),
    languages={
        **{
            "id": "Indonesian",
            "en": "English",
            "ms": "Malay",
            "jv": "Javanese",
            "su": "Sundanese",
        },
        **{
            "ar": "Arabic",
            "de": "German",
            "es": "Spanish",
            "fr": "French",
            "it": "Italian",
        },
        **{
            "ja": "Japanese",
            "ko": "Korean",
            "nl": "Dutch",
            "pt": "Portuguese",
            "ru": "Russian",
        },
        **{
            "th": "Thai",
            "tr": "Turkish",
            "uk": "Ukrainian",
            "vi": "Vietnamese",
            "zh": "Chinese",
        },
        **{
            "hi": "Hindi",
            "fa": "Persian",
            "he": "Hebrew",
            "pl": "Polish",
            "sv": "Swedish",
        },
    },
    thousands=",",
)

INDONESIAN = Texts(
    language="id",
    tagline="Jawaban dengan bukti, dari artikel Anda",
    articles=("{} artikel", "{} artikel"),
    welcome="Apa yang ingin Anda ketahui?",
    welcome_hint="Setiap jawaban diambil dari artikel di sini dan menunjukkan kata-kata persisnya.",
    try_asking="Coba tanyakan",
    about_title="Apa yang diketahui tentang “{}”?",
    empty_index="Belum ada artikel di sini",
    empty_index_hint="Tambahkan dengan kutip index PATH di terminal, lalu muat ulang halaman.",
    ask_label="Pertanyaan Anda",
    ask_placeholder="Tanyakan isi artikel",
    ask="Tanya",
    stop="Hentikan",
    stopped="Dihentikan.",
    reading="Membaca artikel",
    ready="Jawaban sudah siap.",
    failed="Terjadi kesalahan saat menjawab; silakan tanyakan lagi.",
    unreachable="Server tidak menjawab; pastikan masih berjalan, lalu tanyakan lagi.",
    too_long="Pertanyaan lebih panjang dari {} karakter; silakan persingkat.",
    pane_label="Artikel",
    pane_empty="Buktinya muncul di sini",
    pane_empty_hint="Klik nomor pada jawaban untuk membaca artikel dengan kata-katanya ditandai.",
    close="Tutup artikel",
    sources="Sumber",
    nearest="Bagian yang paling dekat",
    unsupported=("1 pernyataan tanpa dukungan", "{} pernyataan tanpa dukungan"),
    unsupported_hint="Kata model bahasa, tetapi tidak ada kalimat artikel yang membuktikannya.",
    sure=("Sangat mungkin benar", "Mungkin benar", "Belum pasti: periksa kutipannya"),
    open_source="Sumber {}: {}",
    open_passage="Bagian {}: {}",
    original="Asli di {}",
    changed="Artikel ini sudah berubah sejak jawaban diberikan, jadi tidak ada yang ditandai.",
    gone="Artikel ini sudah tidak ada di indeks.",
    left_out="Sebagian artikel panjang ini tidak ditampilkan di sini",
    undated="tanpa tanggal",
    months=(
        *("Januari", "Februari", "Maret", "April", "Mei", "Juni"),
        *("Juli", "Agustus", "September", "Oktober", "November", "Desember"),
    ),
    languages={
        **{
            "id": "Indonesia",
            "en": "Inggris",
            "ms": "Melayu",
            "jv": "Jawa",
            "su": "Sunda",
        },
        **{
            "ar": "Arab",
            "de": "Jerman",
            "es": "Spanyol",
            "fr": "Prancis",
            "it": "Italia",
        },
        **{
            "ja": "Jepang",
            "ko": "Korea",
            "nl": "Belanda",
            "pt": "Portugis",
            "ru": "Rusia",
        },
        **{
            "th": "Thai",
            "tr": "Turki",
            "uk": "Ukraina",
            "vi": "Vietnam",
            "zh": "Tionghoa",
        },
        **{
            "hi": "Hindi",
            "fa": "Persia",
            "he": "Ibrani",
            "pl": "Polandia",
            "sv": "Swedia",
        },
    },
    thousands=".",
)

_TEXTS: dict[Language, Texts] = {"en": ENGLISH, "id": INDONESIAN}


def texts_for_browser(accept_language: str | None) -> Texts:
    """Choose by an Accept-Language header: the first language of ours it prefers, or English."""
    wishes: list[tuple[float, int, Language]] = []
    for position, wish in enumerate((accept_language or "")[:1000].split(",")):
        tag, _, parameters = wish.strip().partition(";")
        spoken = _SPOKEN.get(tag.split("-")[0].strip().lower())
        quality = re.fullmatch(r"\s*q\s*=\s*([01](?:\.\d{0,3})?)\s*", parameters)
        weight = float(quality[1]) if quality else 1.0
        if spoken and weight > 0:
            wishes.append((-weight, position, spoken))
    return _TEXTS[min(wishes)[2]] if wishes else ENGLISH


def texts_for_question(language: str, otherwise: Texts) -> Texts:
    """Choose by the language of a question; ``otherwise`` where it is not one of ours."""
    spoken = _SPOKEN.get(language)
    return _TEXTS[spoken] if spoken else otherwise
