"""Small documents of each format, made by hand: no program that writes them is needed."""

from __future__ import annotations

import io
import tarfile
import zipfile
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def pdf(
    pages: Sequence[Sequence[str]],
    *,
    title: str = "",
    author: str = "",
    extra: bytes = b"",
    streams: Sequence[bytes] | None = None,
) -> bytes:
    """Return a PDF with lines of text on each page, or with the given content streams."""
    if streams is None:
        streams = [_content(lines) for lines in pages]
    kids = " ".join(f"{4 + 2 * number} 0 R" for number in range(len(streams)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(streams)} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    for number, stream in enumerate(streams):
        objects += [
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R"
            b" >> >> /Contents %d 0 R %s >>" % (5 + 2 * number, extra),
            b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        ]
    info = f"<< /Title ({title}) /Author ({author}) /CreationDate (D:20220427093000+07'00') >>"
    return pdf_file([*objects, info.encode("latin-1")], info=len(objects) + 1)


def pdf_file(objects: Sequence[bytes], *, info: int = 0, trailer: bytes = b"") -> bytes:
    """Return a PDF of numbered objects, the first of which is its catalogue."""
    out = bytearray(b"%PDF-1.7\n")
    places = []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    about = b" /Info %d 0 R" % info if info else b""
    out += b"trailer << /Size %d /Root 1 0 R%s %s >>\nstartxref\n%d\n%%%%EOF\n" % (
        len(objects) + 1, about, trailer, table,
    )  # fmt: skip
    return bytes(out)


def _content(lines: Sequence[str]) -> bytes:
    """Return a content stream: a line every 14 points in 11-point letters, "" being a gap."""
    parts = [b"BT /F1 11 Tf 14 TL 72 770 Td"]
    for line in lines:
        data = line.encode("cp1252").replace(b"\\", b"\\\\").replace(b"(", b"\\(")
        parts.append(b"(%s) Tj T*" % data.replace(b")", b"\\)"))
    return b"\n".join([*parts, b"ET"])


def packed(entries: Mapping[str, str | bytes], *, stored: Sequence[str] = ()) -> bytes:
    """Return a zip file."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            how = zipfile.ZIP_STORED if name in stored else zipfile.ZIP_DEFLATED
            archive.writestr(zipfile.ZipInfo(name), content, how)
    return out.getvalue()


def tarred(entries: Mapping[str, str | bytes], *, mode: str = "w") -> bytes:
    """Return a tar file; ``mode`` is one of :mod:`tarfile`, such as ``w:gz``."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as archive:
        for name, content in entries.items():
            data = content.encode() if isinstance(content, str) else content
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def docx(body: str, core: str = "", **entries: str) -> bytes:
    """Return a Word document; ``body`` is the XML inside its body."""
    document = f'<w:document xmlns:w="{WORD}"><w:body>{body}</w:body></w:document>'
    files: dict[str, str | bytes] = {
        "[Content_Types].xml": "<Types/>",
        "word/document.xml": document,
        **entries,
    }
    if core:
        files["docProps/core.xml"] = (
            '<cp:coreProperties xmlns:cp="urn:cp" xmlns:dc="urn:dc" xmlns:dcterms="urn:t">'
            f"{core}</cp:coreProperties>"
        )
    return packed(files)


def word_paragraphs(*texts: str) -> str:
    """Return paragraphs as the XML of a Word document."""
    return "".join(f"<w:p><w:r><w:t>{escape(text)}</w:t></w:r></w:p>" for text in texts)


def odt(body: str, meta: str = "") -> bytes:
    """Return an OpenDocument text; ``body`` is the XML inside office:text."""
    spaces = (
        'xmlns:office="urn:office" xmlns:text="urn:text" xmlns:table="urn:table" xmlns:dc="urn:dc"'
        ' xmlns:meta="urn:meta"'
    )
    return packed(
        {
            "mimetype": "application/vnd.oasis.opendocument.text",
            "content.xml": f"<office:document-content {spaces}><office:body><office:text>{body}"
            "</office:text></office:body></office:document-content>",
            "meta.xml": f"<office:document-meta {spaces}><office:meta>{meta}</office:meta>"
            "</office:document-meta>",
        },
        stored=["mimetype"],
    )


def epub(
    chapters: Mapping[str, str], meta: str = "", extra: Mapping[str, str | bytes] | None = None
) -> bytes:
    """Return an e-book; ``chapters`` are file names and the HTML inside their bodies."""
    items = "".join(f'<item id="c{n}" href="{name}"/>' for n, name in enumerate(chapters))
    order = "".join(f'<itemref idref="c{n}"/>' for n in range(len(chapters)))
    return packed(
        {
            "mimetype": "application/epub+zip",
            "META-INF/container.xml": '<container xmlns="urn:c"><rootfiles><rootfile'
            ' full-path="OEBPS/book.opf"/></rootfiles></container>',
            "OEBPS/book.opf": '<package xmlns="urn:opf" xmlns:dc="urn:dc" xmlns:opf="urn:opf">'
            f"<metadata>{meta}</metadata><manifest>{items}</manifest><spine>{order}</spine>"
            "</package>",
            **{
                f"OEBPS/{name}": '<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml">'
                f"<head><title>x</title></head><body>{body}</body></html>"
                for name, body in chapters.items()
            },
            **(extra or {}),
        },
        stored=["mimetype"],
    )


def rss(items: str, title: str = "Koran") -> str:
    """Return an RSS feed; ``items`` is the XML of its items."""
    return (
        '<?xml version="1.0"?><rss version="2.0" xmlns:content='
        '"http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<channel><title>{title}</title><language>id</language>{items}</channel></rss>"
    )
