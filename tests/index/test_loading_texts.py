"""Text files: kept character for character, named only by what looks like a title."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.errors import ArticleError
from index.loading.titles import guess_title
from tests.index.loaded import one, write


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    body=st.text(
        alphabet=st.one_of(
            st.sampled_from("\r\n\t İıßé👩‍👩‍👧🇮🇩新聞ใ\u2028\x85\x1b\u200f\ufeff"),
            st.characters(exclude_categories=["Cs"], exclude_characters="\0"),
        ),
        min_size=1,
    ).filter(lambda text: text.strip() and text.lstrip("\ufeff").strip()),
    mark=st.sampled_from([b"", b"\xef\xbb\xbf"]),
    suffix=st.sampled_from([".txt", ".md"]),
)
def test_the_file_promise_holds_for_any_utf8(
    tmp_path: Path, body: str, mark: bytes, suffix: str
) -> None:
    """Every slice of the text is that slice of ``read_text("utf-8-sig")``."""
    path = write(tmp_path / f"article{suffix}", mark + ("a" + body).encode())
    article = one(path)
    assert article.text == Path(article.source).read_text("utf-8-sig")
    assert "encoding" not in article.metadata


def test_line_ends_are_those_of_read_text(tmp_path: Path) -> None:
    """CRLF and lone CR become one newline, other separators stay."""
    path = write(tmp_path / "a.txt", "\ufeffJudul\r\n\r\nSatu.\rDua.\u2028Tiga.\x85")
    assert one(path).text == "Judul\n\nSatu.\nDua.\u2028Tiga.\x85" == path.read_text("utf-8-sig")


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Harga Beras Naik\n\nHarga naik lagi hari ini.", "Harga Beras Naik"),
        ("Harga Beras Naik\nHarga naik lagi hari ini.", "Harga Beras Naik"),
        ("# Harga Beras Naik #\n\nHarga naik.", "Harga Beras Naik"),
        ("Mengapa harga naik?\n\nKarena hujan.", "Mengapa harga naik?"),
        ("Selasa, 26 April 2022\nHarga Beras Naik\n\nHarga naik.", "Harga Beras Naik"),
        ("Oleh: Budi Santoso\nHarga Beras Naik\n\nHarga naik.", "Harga Beras Naik"),
        ("“Tidak ada gunanya”\n\nKata menteri.", "“Tidak ada gunanya”"),
        ("Harga naik lagi hari ini.\n\nKarena hujan.", ""),
        ("Harga naik lagi hari ini.”\n\nKarena hujan.", ""),
        ("Baca juga:\nYang lain", ""),
        ("Harga Beras Naik", ""),
        ("Harga beras naik lagi di seluruh\nprovinsi hari ini", ""),
        ("x" * 161 + "\n\nKarena hujan.", ""),
        ("---\nTeks", ""),
        ("12345\nTeks", ""),
        ("- satu\n- dua", ""),
        ("https://koran.example\nHarga Beras Naik\n\nHarga naik.", "Harga Beras Naik"),
        ("\n \n", ""),
    ],
)
def test_a_text_is_named_only_by_what_looks_like_a_title(text: str, title: str) -> None:
    """A first line that is a sentence, or half of one, is no title."""
    assert guess_title(text) == title


def test_a_paragraph_broken_into_lines_has_no_title() -> None:
    """The first line of hard-wrapped text ends anywhere, even before a capital letter."""
    wrapped = (
        "Presiden Rusia Vladimir Putin bertemu dengan Sekretaris Jenderal\n"
        "Perserikatan Bangsa-Bangsa Antonio Guterres di Moskwa dan mereka\n"
        "Berbicara lama."
    )
    assert guess_title(wrapped) == ""
    assert guess_title(f"Putin dan Guterres\n{wrapped}") == "Putin dan Guterres"


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Sebuah kalimat.\n\n# Harga **Beras** Naik\n\nTeks.", "Harga Beras Naik"),
        ("Harga Beras Naik\n===\n\nTeks.", "Harga Beras Naik"),
        ("Harga Beras Naik\n---\n\nTeks.", "Harga Beras Naik"),
        ("**Harga Beras Naik**\n\nTeks.", "Harga Beras Naik"),
        ("#tagar bukan judul.\n\nTeks.", ""),
        ("Kalimat.\n" * 20 + "# Bacaan lanjut\n", ""),
    ],
)
def test_markdown_is_named_by_its_first_heading(text: str, title: str) -> None:
    """A heading far down names a part, not the article."""
    assert guess_title(text, markdown=True) == title


def test_front_matter_gives_fields_and_stays_in_the_text(tmp_path: Path) -> None:
    """Offsets refer to the file, so the file is kept whole."""
    source = (
        "---\ntitle: 'Harga: naik'\ndate: 2022-04-26 10:30:00\nauthor: [Budi, Ani]\n"
        "url: https://koran.example/harga\nlang: id-ID\ndraft: no\n---\n# Lain\n\nTeks.\n"
    )
    article = one(write(tmp_path / "a.md", source))
    assert article.text == source
    assert (article.title, article.published) == ("Harga: naik", date(2022, 4, 26))
    assert (article.authors, article.language) == (("Budi", "Ani"), "id")
    assert article.url == article.id == "https://koran.example/harga"


def test_front_matter_tells_more_than_fields(tmp_path: Path) -> None:
    """When it was changed, of which paper it is, and what stands there besides."""
    fields = "title: Harga\nsource: Koran\nlastmod: 2 May 2022\nrubrik: ekonomi\ntags: [a, b]"
    article = one(write(tmp_path / "a.md", f"---\n{fields}\n---\nTeks.\n"))
    assert dict(article.metadata) == {
        "site": "Koran",
        "modified": "2022-05-02",
        "rubrik": "ekonomi",
    }
    unread = one(write(tmp_path / "b.md", "---\ntitle: Harga\nupdated: lately\n---\nTeks.\n"))
    assert dict(unread.metadata) == {"updated": "lately"}


@pytest.mark.parametrize(
    "front_matter",
    [
        "title: [unclosed\n",
        "title: !!python/object/apply:os.system ['false']\n",
        "date: 2022-02-31\n",
        "- a list\n",
        "title: {nested: deeply}\n",
        "title: " + "[" * 5000 + "\n",
        "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\n"
        "c: &c [*b,*b,*b,*b,*b,*b,*b,*b]\nauthor: [*c,*c,*c,*c,*c,*c,*c,*c]\ntitle: *c\n",
    ],
)
def test_damaged_front_matter_is_only_text(tmp_path: Path, front_matter: str) -> None:
    """Fields nobody can read are left out; the article is worth having without."""
    source = f"---\n{front_matter}---\n# Judul\n\nTeks.\n"
    article = one(write(tmp_path / "a.md", source))
    assert (article.text, article.title) == (source, "Judul")
    assert (article.published, article.authors, article.url) == (None, (), None)


def test_an_article_has_at_most_five_million_characters(tmp_path: Path) -> None:
    """C18: one more is refused, not cut."""
    assert len(one(write(tmp_path / "a.txt", "x" * 5_000_000)).text) == 5_000_000
    with pytest.raises(ArticleError, match="has more than 5,000,000 characters; split it"):
        one(write(tmp_path / "a.txt", "x" * 5_000_001))
