"""Word, OpenDocument, EPUB, RTF and mail: text in order, fields, and what is refused."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from index.types import Article
from tests.index.loaded import load, one, write
from tests.index.made import docx, epub, odt, packed, word_paragraphs

SENTENCES = ["Warung Baru Dibuka", "Warung itu dibuka pada hari Senin.", "Harganya murah & enak."]
CORE = (
    "<dc:title>Warung</dc:title><dc:creator>Budi;Ani</dc:creator><dc:language>id-ID</dc:language>"
    "<dcterms:created>2021-02-03T01:00:00Z</dcterms:created>"
    "<dcterms:modified>2022-04-26T01:00:00Z</dcterms:modified>"
)


def test_a_word_document_gives_paragraphs_and_fields(tmp_path: Path) -> None:
    """The days it was made and changed are kept as what they are, not as its publication."""
    assert one(write(tmp_path / "a.docx", docx(word_paragraphs(*SENTENCES), CORE))) == Article(
        id="a.docx",
        title="Warung",
        text="\n".join(["Warung", *SENTENCES]),
        source=str((tmp_path / "a.docx").resolve()),
        language="id",
        authors=("Budi", "Ani"),
        metadata={"created": "2021-02-03", "modified": "2022-04-26"},
    )


WORD = {
    "insertion": (
        "<w:p><w:r><w:t>Harga</w:t></w:r><w:ins><w:r><w:t xml:space='preserve'> baru</w:t></w:r>"
        "</w:ins><w:del><w:r><w:delText> lama</w:delText></w:r></w:del><w:r><w:t> naik.</w:t></w:r>"
        "</w:p>",
        "Harga baru naik.",
    ),
    "control": (
        "<w:sdt><w:sdtContent><w:p><w:r><w:t>Dalam kotak.</w:t></w:r></w:p></w:sdtContent></w:sdt>",
        "Dalam kotak.",
    ),
    "table": (
        "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>Satu</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>Dua"
        "</w:t></w:r></w:p></w:tc></w:tr></w:tbl>",
        "Satu\nDua",
    ),
    "marks": (
        "<w:p><w:r><w:t>Satu</w:t><w:tab/><w:t>dua</w:t><w:br/><w:t>tiga</w:t></w:r><w:hyperlink>"
        "<w:r><w:t> empat</w:t></w:r></w:hyperlink></w:p>",
        "Satu\tdua\ntiga empat",
    ),
    "field": (
        "<w:p><w:r><w:instrText>HYPERLINK x</w:instrText></w:r><w:r><w:t>Teks.</w:t></w:r></w:p>",
        "Teks.",
    ),
    "box": (
        "<w:p><w:r><w:t>Luar.</w:t></w:r><w:r><w:pict><w:txbxContent><w:p><w:r><w:t>Kotak.</w:t>"
        "</w:r></w:p></w:txbxContent></w:pict></w:r></w:p>",
        "Kotak.\nLuar.",
    ),
}


@pytest.mark.parametrize("case", WORD)
def test_no_word_of_a_word_document_is_lost(tmp_path: Path, case: str) -> None:
    """A quote may miss no word, wherever Word has put it, and hold none that was deleted."""
    body, text = WORD[case]
    assert one(write(tmp_path / "a.docx", docx(body))).text == text


def test_footnotes_follow_the_text(tmp_path: Path) -> None:
    """They do not interrupt its sentences."""
    namespace = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    notes = f"<w:footnotes {namespace}><w:footnote>{word_paragraphs('Catatan.')}</w:footnote>"
    content = docx(word_paragraphs("Isi satu."), **{"word/footnotes.xml": notes + "</w:footnotes>"})
    assert one(write(tmp_path / "a.docx", content)).text == "Isi satu.\nCatatan."


def test_an_open_document_gives_paragraphs_and_fields(tmp_path: Path) -> None:
    """Spaces written as elements, notes after their paragraph, deleted text not at all."""
    body = (
        "<text:tracked-changes><text:p>Dihapus.</text:p></text:tracked-changes>"
        "<text:h>Warung Baru Dibuka</text:h>"
        "<text:p>Satu<text:s text:c='2'/>dua<text:note><text:note-citation>1</text:note-citation>"
        "<text:note-body><text:p>Catatan.</text:p></text:note-body></text:note> tiga"
        "<text:span> empat</text:span>.</text:p>"
        "<table:table><table:table-row><table:table-cell><text:p>Sel.</text:p></table:table-cell>"
        "</table:table-row></table:table>"
    )
    meta = "<dc:title>Warung</dc:title><dc:creator>Budi</dc:creator><dc:date>2022-04-26</dc:date>"
    article = one(write(tmp_path / "a.odt", odt(body, meta)))
    assert article.text.split("\n") == [
        *("Warung", "Warung Baru Dibuka", "Satu  dua tiga empat.", "Catatan.", "Sel."),
    ]
    assert (article.authors, dict(article.metadata)) == (("Budi",), {"modified": "2022-04-26"})


def test_a_book_gives_its_chapters_in_order(tmp_path: Path) -> None:
    """In the order of the book, not of the archive; blocks are lines."""
    chapters = {
        "b.xhtml": "<h1>Bab Satu</h1><p>Kalimat <i>pertama</i>&nbsp;di sini.</p><script>x</script>",
        "a.xhtml": "<h1>Bab Dua</h1><ul><li>Butir.</li></ul>",
    }
    meta = (
        "<dc:title>Buku</dc:title><dc:creator>Budi</dc:creator><dc:language>id</dc:language>"
        '<dc:date opf:event="modification">2023-01-01</dc:date><dc:date>2022-04-26</dc:date>'
        "<dc:publisher>Penerbit</dc:publisher>"
        '<meta property="dcterms:modified">2022-05-02T08:00:00Z</meta>'
    )
    article = one(write(tmp_path / "a.epub", epub(chapters, meta)))
    assert article.text.replace("\xa0", " ").split("\n") == [
        *("Buku", "Bab Satu", "Kalimat pertama di sini.", "Bab Dua", "Butir."),
    ]
    assert (article.title, article.language, article.authors) == ("Buku", "id", ("Budi",))
    assert article.published == date(2022, 4, 26)
    assert dict(article.metadata) == {"publisher": "Penerbit", "modified": "2022-05-02"}


def test_rtf_gives_text_and_fields(tmp_path: Path) -> None:
    """Escapes of every kind, in the text and in the fields."""
    content = (
        rb"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 Arial;}}{\info{\title Caf\'e9 Baru}{\author Budi}"
        rb"{\creatim\yr2022\mo4\dy26\hr10}{\revtim\yr2022\mo5\dy2}}"
        rb"\pard Caf\'e9 itu \b dibuka\b0  pada hari Senin.\par Harganya \u8364? 5.\par}"
    )
    article = one(write(tmp_path / "a.rtf", content))
    assert article.text == "Café Baru\nCafé itu dibuka pada hari Senin.\nHarganya € 5."
    assert (article.title, article.authors) == ("Café Baru", ("Budi",))
    assert dict(article.metadata) == {"created": "2022-04-26", "modified": "2022-05-02"}
    assert article.published is None


MAIL = (
    "From: =?utf-8?q?Budi_Santos=C3=B3?= <budi@koran.example>\r\nTo: x@y.example\r\n"
    "Subject: =?utf-8?b?S2FiYXIgYmFydQ==?=\r\nDate: Tue, 26 Apr 2022 23:30:00 -0700\r\n"
    "MIME-Version: 1.0\r\n{headers}\r\n\r\n{body}"
)


def test_a_mail_gives_subject_sender_day_and_its_own_text(tmp_path: Path) -> None:
    """Plain text before HTML, and of attachments the names."""
    body = (
        "--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>Dari HTML.</p>\r\n"
        "--b\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n"
        "\r\nSXNpIHN1cmF0IGl0dSBwYW5qYW5nLgo=\r\n"
        "--b\r\nContent-Type: text/plain\r\nContent-Disposition: attachment\r\n\r\nLampiran.\r\n"
        '--b\r\nContent-Disposition: attachment; filename="peta kota.pdf"\r\n\r\nx\r\n'
        "--b--\r\n"
    )
    mail = MAIL.format(headers='Content-Type: multipart/alternative; boundary="b"', body=body)
    article = one(write(tmp_path / "a.eml", mail))
    assert article.text == "Kabar baru\nIsi surat itu panjang."
    assert (article.title, article.authors) == ("Kabar baru", ("Budi Santosó",))
    assert dict(article.metadata) == {"attachments": "peta kota.pdf"}
    assert article.published == date(2022, 4, 26)


def test_a_mail_of_html_alone_gives_its_text(tmp_path: Path) -> None:
    """A line for each block."""
    mail = MAIL.format(headers="Content-Type: text/html", body="<p>Satu.</p><p>Dua &amp; tiga.</p>")
    assert one(write(tmp_path / "a.eml", mail)).text == "Kabar baru\nSatu.\nDua & tiga."


def nested_mail(depth: int) -> bytes:
    """Return a mail whose parts are inside one another."""
    lines = ["MIME-Version: 1.0"]
    for level in range(depth):
        lines += [f'Content-Type: multipart/mixed; boundary="b{level}"', "", f"--b{level}"]
    return "\r\n".join([*lines, "Content-Type: text/plain", "", "Teks."]).encode()


BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>'
BAD = {
    "docx text": ("a.docx", b"PK\x03\x04 rusak", "it is damaged"),
    "docx other": ("a.docx", packed({"a.txt": "x"}), "it is no Word document"),
    "docx entity": (
        "a.docx",
        packed({"word/document.xml": f"{BOMB}<x>&b;</x>"}),
        "its XML declares entities",
    ),
    "docx empty": ("a.docx", docx(""), "no text in it"),
    "E08": (
        "a.docx",
        packed({"word/document.xml": b"<x>" + bytes(60_000_000)}),
        "unpacks to far more",
    ),
    "E13": ("a.epub", epub({"a.xhtml": "x"}, extra={"../../x": "y"}), "leads out of it"),
    "E14": ("a.epub", epub({"a.xhtml": "x"}, extra={"/etc/x": "y"}), "leads out of it"),
    "epub locked": (
        "a.epub",
        epub(
            {"a.xhtml": "x"},
            extra={
                "META-INF/encryption.xml": '<e><CipherReference URI="OEBPS/a.xhtml"/></e>'
            },
        ),
        "its chapters are encrypted",
    ),
    "odt locked": (
        "a.odt",
        packed({"META-INF/manifest.xml": "<m><encryption-data/></m>", "content.xml": "x"}),
        "asks for a password",
    ),
    "rtf other": ("a.rtf", b"Teks biasa.", "it is no RTF document"),
    "E39": ("a.eml", nested_mail(1000), "nested too deeply"),
    "eml empty": ("a.eml", MAIL.format(headers="Content-Type: image/png", body="x").encode(),
                  "no text in it"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_what_cannot_be_read_says_why(tmp_path: Path, case: str) -> None:
    """One sentence."""
    name, content, problem = BAD[case]
    assert problem in str(load(write(tmp_path / name, content)))
