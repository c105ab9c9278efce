"""Bytes that are text in some encoding, and bytes that are none."""

from __future__ import annotations

import gzip
import pickle
import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.errors import ArticleError
from index.loading import load_articles
from index.types import Article
from tests.index.loaded import assert_one_sentence, load

FRENCH = "Le café de Müller est très bon, a déclaré le ministre à l'Assemblée.\n" * 3


POLISH = "Zażółć gęślą jaźń. Rząd przyjął dziś projekt ustawy o podatkach, mówi minister.\n" * 3


TURKISH = "Cumhurbaşkanı dün akşam İstanbul'da düzenlenen toplantıda açıklamalarda bulundu.\n" * 3


RUSSIAN = "Съешь ещё этих мягких французских булок, сказал министр в понедельник.\n" * 3


CHINESE = "世界卫生组织今天宣布，新的疫苗将于明年开始使用，价格约为一百元。\n" * 3


JAPANESE = "政府は今日、新しい法律を来年から施行すると発表した。\n" * 3


SMART = "“Tidak ada gunanya”, katanya – harganya €5 sampai ‘€10’.\n" * 3


ENCODINGS = {
    "A01": (b"\xef\xbb\xbf" + FRENCH.encode(), FRENCH, ""),
    "A02": (b"\xff\xfe" + FRENCH.encode("utf-16-le"), FRENCH, "utf-16"),
    "A03": (b"\xfe\xff" + FRENCH.encode("utf-16-be"), FRENCH, "utf-16"),
    "A04": (RUSSIAN.encode("utf-16-le"), RUSSIAN, "utf-16-le"),
    "A04 pair": (("😁a" * 3000).encode("utf-16-le"), "😁a" * 3000, "utf-16-le"),
    "A04 be": (FRENCH.encode("utf-16-be"), FRENCH, "utf-16-be"),
    "A05": (FRENCH.encode("utf-32"), FRENCH, "utf-32"),
    "A06": (FRENCH.encode("latin-1"), FRENCH, "cp1252"),
    "A07 Polish": (POLISH.encode("cp1250"), POLISH, "cp1250"),
    "A07 Turkish": (TURKISH.encode("cp1254"), TURKISH, "cp1254"),
    "A07": (SMART.encode("cp1252"), SMART, "cp1252"),
    "A08": (JAPANESE.encode("shift-jis"), JAPANESE, "cp932"),
    "A09": (CHINESE.encode("gb18030"), CHINESE, "gb18030"),
    "A10": (RUSSIAN.encode("koi8-r"), RUSSIAN, "koi8_r"),
    "A10 cp1251": (RUSSIAN.encode("cp1251"), RUSSIAN, "cp1251"),
    "A13": ("“Satu” (dua) ".encode() + b"\xc3\x28", "“Satu” (dua) \ufffd(", "utf-8"),
    "A13 mark": (b"\xef\xbb\xbfSatu \xe9 dua", "Satu \ufffd dua", "utf-8"),
    "A14": ("“satu” ".encode() + b"\xc0\xaf", "“satu” \ufffd\ufffd", "utf-8"),
    "A15": (b"Halo \xed\xa0\xbd\xed\xb8\x80 dunia", "Halo 😀 dunia", "cesu-8"),
    "A17": ("Halo “dunia” café".encode()[:-1], "Halo “dunia” caf\ufffd", "utf-8"),
    "A18": (b"Ha\0lo dunia" + b"." * 200, "Halo dunia" + "." * 200, "utf-8"),
    "A19": (b"a\x01\x1b\x7f\xc2\x80b", "a\x01\x1b\x7f\x80b", ""),
    "A20": ("a\ufffe\uffff\ue000b".encode(), "a\ufffe\uffff\ue000b", ""),
    "A21": ("👩‍👩‍👧 🇮🇩 👍🏽".encode(), "👩‍👩‍👧 🇮🇩 👍🏽", ""),
    "A22": ("caf\u00e9 cafe\u0301".encode(), "caf\u00e9 cafe\u0301", ""),
    "A23": ("a\rb\r\nc\x85d\u2028e\u2029f".encode(), "a\nb\nc\x85d\u2028e\u2029f", ""),
    "A24": ("cafÃ©".encode(), "cafÃ©", ""),
    "A26": ("“a” “b”\n".encode() + "“a”\n".encode("cp1252"), "“a” “b”\n\ufffda\ufffd\n", "utf-8"),
    "C02": (b"a", "a", ""),
}


@pytest.mark.parametrize("case", ENCODINGS)
def test_text_in_any_encoding_is_read_and_guesses_are_marked(tmp_path: Path, case: str) -> None:
    """Valid UTF-8 keeps the file promise; anything else says how it was read."""
    data, text, encoding = ENCODINGS[case]
    (tmp_path / "a.txt").write_bytes(data)
    article = load(tmp_path / "a.txt")
    assert isinstance(article, Article)
    assert article.text == text
    assert article.metadata.get("encoding", "") == encoding
    assert article.metadata.get("replaced_characters", "0") == str(article.text.count("\ufffd"))


NO_TEXT = {
    "A25 cp037": FRENCH.encode("cp037"),
    "A25 cp500": FRENCH.encode("cp500"),
    "A27": random.Random(27).randbytes(1_000_000),
    "A28": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01",
    "utf-32 without a mark": FRENCH.encode("utf-32-le"),
    "C01": b"",
    "C02": b"\0",
    "C03": " \t\r\n\u00a0\u3000".encode(),
    "C07": b"\n" * 1_000_000,
    "only a mark": b"\xef\xbb\xbf",
    "E38": pickle.dumps({"title": "T", "text": ["Teks."] * 3}),
    "G33": b"%PDF-1.7\n1 0 obj\n",
    "zip": b"PK\x03\x04" + b"\0" * 26,
    "gzip": gzip.compress(b"Teks."),
    "sqlite": b"SQLite format 3\0" + b"\0" * 84,
}


@pytest.mark.parametrize("case", NO_TEXT)
@pytest.mark.parametrize("suffix", [".txt", ".md", ".html", ".csv", ".jsonl", ".jsonl.gz"])
def test_what_is_no_text_is_refused(tmp_path: Path, case: str, suffix: str) -> None:
    """Never an article of rubbish, whatever the file is called."""
    (tmp_path / f"a{suffix}").write_bytes(NO_TEXT[case])
    assert isinstance(load(tmp_path / f"a{suffix}"), str)


@settings(
    deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.binary(max_size=400), suffix=st.sampled_from([".txt", ".md", ".html", ".csv"]))
def test_any_bytes_end_in_an_article_or_one_sentence(
    tmp_path: Path, data: bytes, suffix: str
) -> None:
    """No other exception leaves a loader, and every text can be stored."""
    (tmp_path / f"a{suffix}").write_bytes(data)
    errors: list[ArticleError] = []
    for article in load_articles(tmp_path / f"a{suffix}", on_error=errors.append):
        assert article.text.strip()
        for value in (article.id, article.title, article.text, article.source):
            value.encode("utf-8")
    for error in errors:
        assert_one_sentence(error)
