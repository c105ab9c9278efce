"""Lines that belong to a page and not to its article are sentences, but never evidence."""

from __future__ import annotations

import pytest

from index.sentences import split_sentences


def _uncitable(text: str, language: str = "id") -> list[str]:
    sentences = split_sentences(text, language, article_id="a")
    return [text[one.start : one.end] for one in sentences if not one.citable]


@pytest.mark.parametrize(
    "line",
    [
        *("Baca Juga:", "Baca juga: Sekjen PBB Ingin Bertemu Putin.", "BACA JUGA : Harga Naik"),
        *("Simak Video: Putin Bertemu Guterres", "Lihat juga: Foto Banjir", "Simak juga: Ini Dia"),
        *("Read more: Talks fail", "READ MORE", "Related articles", "Advertisement"),
        *("ADVERTISEMENT", "SCROLL TO CONTINUE WITH CONTENT", "Share this", "Share this article"),
        *("Follow us on Twitter", "Editor: Siti Aminah", "Penulis: Budi/Ani", "(Foto: Antara)"),
        *("(Foto: Presiden di Moskow/Reuters)", "Foto: Antara", "Photo by John Doe", "(RAY)"),
        *("https://example.com/a?b=c", "www.example.com", "![Putin](putin.jpg)", "---", "***", "—"),
        *("[Gambas:Video 20detik]", "Artikel Terkait", "Les også: Noe annet"),
    ],
)
def test_boilerplate_lines_are_not_citable(line: str) -> None:
    """They are sentences like others, but no evidence."""
    text = f"Putin bertemu Guterres di Moskow.\n{line}\nPertemuan itu berlangsung dua jam."
    found = _uncitable(text)
    assert "".join(found).replace(" ", "") == line.replace(" ", "")


@pytest.mark.parametrize(
    "line",
    [
        *("Baca juga buku ini sebelum tidur.", "Read more books, the minister said."),
        *("Advertisement revenue fell by 5 percent.", "Iklan itu dilarang pemerintah."),
        *("Editor: saya tidak setuju dengan keputusan itu", "Editor majalah itu ditangkap."),
        *("Foto: Guterres tiba di Kyiv pada Kamis dan disambut warga", "Share prices fell."),
        *("Related companies lost money.", "Follow us, he told the crowd.", "Simak baik-baik!"),
        *("Harapan Putin: Kepada Guterres, ia berharap damai.", "Sekjen PBB Bertemu Putin"),
        *("(Ya, dia datang)", "Lihat juga bagaimana harga naik.", "Selengkapnya dibahas besok."),
        *("Iklan: penjualan naik dua kali lipat tahun ini.", "Penulis itu meninggal di Paris"),
    ],
)
def test_statements_that_look_like_boilerplate_stay_citable(line: str) -> None:
    """A line that says something is never dropped."""
    assert _uncitable(f"Putin bertemu Guterres.\n{line}\nPertemuan selesai.") == []


def test_titles_under_a_bare_link_heading_are_not_citable_but_the_article_is() -> None:
    """The list of links ends where the article goes on."""
    text = (
        "Putin bertemu Guterres.\nBaca Juga:\n- Putin Ingin Damai\n"
        "Guterres Terbang ke Kyiv\nDia tiba di Kyiv pada hari Kamis.\nRapat ditutup"
    )
    assert _uncitable(text) == ["Baca Juga:", "Putin Ingin Damai", "Guterres Terbang ke Kyiv"]
    assert _uncitable("Baca juga:\nDia tiba di Kyiv pada hari Kamis.") == ["Baca juga:"]
    assert _uncitable("Harga naik. Baca juga: Harga Turun") == ["Baca juga: Harga Turun"]


def test_front_matter_is_not_citable() -> None:
    """Only at the beginning, and only if it is closed."""
    header = "---\ntitle: Berita\ndate: 2022-04-26\ntags:\n  - perang\n---\n"
    assert (
        _uncitable(f"{header}Putin bertemu Guterres.")
        == header.replace("  - ", "").split("\n")[:-1]
    )
    assert _uncitable("---\nPutin bertemu Guterres.\nHarga: naik.\n") == ["---"]
    assert _uncitable("Judul\n---\ntopik: perang\n---\n") == ["---", "---"]
