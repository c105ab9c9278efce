"""E. XML, Office, archives and tables."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import struct
import tarfile
import zipfile
from pathlib import Path

from tests.hostile.make import Case, holding, holding_all
from tests.index.made import docx, epub, odt, packed, rss, tarred, word_paragraphs

LAUGHS = '<!DOCTYPE x [<!ENTITY a0 "ha">{}]>'.format(
    "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
)
QUADRATIC = '<!DOCTYPE x [<!ENTITY a "' + "x" * 100_000 + '">]>'
DOCUMENT = '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
ITEM = "<item><title>Judul</title><description>Isi kabar.</description></item>"


def word(prologue: str, text: str) -> bytes:
    """Return a Word document with something before its root."""
    body = f"<w:body><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:body></w:document>"
    return packed({"word/document.xml": prologue + DOCUMENT + body})


def link() -> bytes:
    """Return a zip file with a symbolic link."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        info = zipfile.ZipInfo("b.txt")
        info.external_attr = 0o120777 << 16
        archive.writestr(info, "/etc/passwd")
    return out.getvalue()


def overlapping() -> bytes:
    """Return a zip file whose entries are all the same bytes."""
    out = packed({"00000.txt": bytes(1_000_000)})
    begin = out.index(b"PK\x01\x02")
    record = out[begin : out.index(b"PK\x05\x06")]
    many = b"".join(record.replace(b"00000", b"%05d" % n) for n in range(5_000))
    return out[:begin] + many + struct.pack(
        "<4s4H2IH", b"PK\x05\x06", 0, 0, 5_000, 5_000, len(many), begin, 0
    )  # fmt: skip


def nested(depth: int) -> bytes:
    """Return zip files in one another; each holds sixteen of the next."""
    content: dict[str, str | bytes] = {"0.txt": bytes(10_000_000)}
    for _ in range(depth):
        inner = packed(content)
        content = {f"{n}.zip": inner for n in range(16)}
    return packed(content)


def encrypted() -> bytes:
    """Return a zip file whose entry says that it is encrypted."""
    data = bytearray(packed({"a.txt": "Teks."}))
    for signature, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(signature) + place] |= 1
    return bytes(data)


def twice() -> bytes:
    """Return a zip file with two files of one name."""
    first = packed({"a.txt": "Teks satu."})
    begin = first.index(b"PK\x01\x02")
    end = first.index(b"PK\x05\x06")
    local, record = first[:begin], first[begin:end]
    again = bytearray(record)
    again[42:46] = struct.pack("<I", len(local))
    records = record + bytes(again)
    return local + local + records + struct.pack(
        "<4s4H2IH", b"PK\x05\x06", 0, 0, 2, 2, len(records), 2 * len(local), 0
    )  # fmt: skip


def lying_zip64() -> bytes:
    """Return a zip file whose entry claims four thousand terabytes."""
    data = bytearray(packed({"a.txt": bytes(5_000_000)}))
    for signature, place in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = data.index(signature) + place
        data[at : at + 4] = struct.pack("<I", 0xFFFFFFF0)
    return bytes(data)


def tar_of_devices() -> bytes:
    """Return a tar file with a device, a hard link and an absolute path, all named like text."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, kind in (("a.txt", tarfile.CHRTYPE), ("b.txt", tarfile.LNKTYPE)):
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, "/etc/passwd"
            archive.addfile(info)
        info = tarfile.TarInfo("/etc/c.txt")
        info.size = 1
        archive.addfile(info, io.BytesIO(b"x"))
    return out.getvalue()


def bombs(folder: Path) -> None:
    """Write a bomb of each kind that packs one stream."""
    zeros = bytes(450_000_000)
    (folder / "a.jsonl.gz").write_bytes(gzip.compress(b"{" + zeros[:100_000_000], 1))
    inside = tarred({"a.bin": zeros})
    (folder / "b.tar.gz").write_bytes(gzip.compress(inside, 1))
    (folder / "c.tar.bz2").write_bytes(bz2.compress(inside, 1))
    (folder / "d.tar.xz").write_bytes(lzma.compress(inside, preset=0))


def nested_mail() -> bytes:
    """Return a mail of a thousand parts in one another."""
    lines = ["MIME-Version: 1.0"]
    for level in range(1000):
        lines += [f'Content-Type: multipart/mixed; boundary="b{level}"', "", f"--b{level}"]
    return "\r\n".join([*lines, "Content-Type: text/plain", "", "Teks."]).encode()


def many_parts() -> dict[str, str | bytes]:
    """Return a Word document of 100,000 relationships and parts."""
    parts: dict[str, str | bytes] = {f"word/p{n}.xml": "" for n in range(20_000)}
    return parts | {"word/document.xml": DOCUMENT + "</w:document>"}


PICKLE = (
    b"\x80\x04\x95\x1c\0\0\0\0\0\0\0\x8c\x05posix\x94\x8c\x06system\x94\x93\x94\x8c\x04true\x94"
)
WRONG = (
    '{"text": NaN, "text": "Isi."}\n{"text": "Isi.", "n": NaN, "m": Infinity}\n'
    '{"text": "Isi dua.", "text": "Isi tiga."}\n'
)
ANCHORS = "---\na: &a [x,x]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [{','.join([f'*{chr(97 + n)}'] * 9)}]\n" for n in range(9)
)


def _jsonl() -> str:
    rows = [json.dumps({"text": f"Teks {n}."}) for n in range(10_000)]
    rows[4_321] = "{rusak"
    return "\n".join(rows)


CASES = [
    Case("E01", "RJ", holding("a.docx", word(LAUGHS, "&a9;")), says="XML"),
    Case("E02", "RJ", holding("a.docx", word(QUADRATIC, "&a;" * 100_000)), says="XML"),
    Case("E03", "RJ", holding("a.docx", word(
        '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>', "&a;")), says="XML"),
    Case("E04", "RJ", holding("a.docx", word(
        '<!DOCTYPE x [<!ENTITY a SYSTEM "http://127.0.0.1:9/x">]>', "&a;")), says="XML"),
    Case("E05", "any", holding("a.docx", word(
        '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">', "Isi biasa."))),
    Case("E06", "any", holding("a.odt", odt(
        '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/passwd"/>'
        "<text:p>Isi biasa.</text:p>"))),
    Case("E07", "IX", holding("a.docx", word(
        '<?xml-stylesheet type="text/xsl" href="http://127.0.0.1:9/x.xsl"?>', "Isi biasa."))),
    Case("E08", "RJ", holding("a.docx", lambda: packed(
        {"word/document.xml": bytes(400_000_000)})), says="far more than"),
    Case("E09", "RJ", holding("a.docx", lambda: packed(many_parts())), says="more than 10,000"),
    Case("E10", "IX", holding("a.docx", docx(word_paragraphs("Isi biasa."), **{
        "word/_rels/settings.xml.rels": '<R><Relationship Target="http://127.0.0.1:9/t.dotx"'
        ' TargetMode="External"/></R>'}))),
    Case("E11", "IX", holding("a.docx", docx(
        '<w:altChunk r:id="x" xmlns:r="urn:r"/>' + word_paragraphs("Isi biasa."),
        **{"word/vbaProject.bin": "x", "word/embeddings/o.bin": "x"}))),
    Case("E12", "RJ", holding("a.txt", docx(word_paragraphs("Isi."))), says="zip archive"),
    Case("E13", "RJ", holding("a.epub", epub({"a.xhtml": "x"}, extra={"../../x": "y"}))),
    Case("E14", "RJ", holding("a.epub", epub({"a.xhtml": "x"}, extra={"/etc/x": "y"}))),
    Case("E15", "RJ", holding("a.zip", link()), says="link"),
    Case("E16", "RJ", holding("a.zip", overlapping), says="far more than"),
    Case("E17", "RJ", holding("a.zip", lambda: nested(4)), says="archive in an archive"),
    Case("E18", "RJ", holding("a.zip", packed({"a.zip": packed({"b.zip": packed({})})}))),
    Case("E19", "RJ", holding("a.zip", lambda: packed({f"{n}.txt": "" for n in range(100_000)})),
         says="more than 10,000"),
    Case("E20", "RJ", holding("a.zip", encrypted()), says="encrypted"),
    Case("E21", "IX", holding("a.zip", twice())),
    Case("E22", "any", holding("a.zip", packed(
        {"b\\..\\..\\c.txt": "x", "d\\e.txt": "Isi.", "f\0g.txt": "x", "h\xff.txt": "Isi."}))),
    Case("E23", "RJ", holding("a.zip", packed({"a.txt": "Teks"}, stored=["a.txt"]).replace(
        b"Teks", b"Taks")), says="damaged"),
    Case("E24", "RJ", holding("a.zip", packed({"a.txt": "Teks."})[:-30]), says="damaged"),
    Case("E25", "RJ", holding("a.zip", lying_zip64)),
    Case("E26", "RJ", bombs, long=True),
    Case("E27", "RJ", holding("a.tar", tar_of_devices())),
    Case("E28", "RJ", holding("a.rss", LAUGHS + rss(ITEM, "&a9;").partition("?>")[2]), says="XML"),
    Case("E29", "NO", holding("a.svg", "<svg onload=alert(1)><script>x</script></svg>")),
    Case("E30", "NO", holding("a.xlsx", packed({"xl/worksheets/sheet1.xml": "<f/>" * 9_999}))),
    Case("E31", "RJ", holding("a.jsonl", "[" * 100_000 + "\n"), says="nested too deeply"),
    Case("E32", "IX", holding("a.jsonl", WRONG)),
    Case("E33", "IX", holding("a.jsonl", _jsonl), says="line 4322"),
    Case("E34", "RJ", holding("a.jsonl", lambda: '{"text": "' + "x" * 100_000_000 + '"}'),
         says="longer than 16 MB"),
    Case("E35", "any", holding("a.md", ANCHORS + "---\n\nIsi.\n")),
    Case("E36", "any", holding(
        "a.md", "---\ntitle: !!python/object/apply:os.system ['true']\n---\n\nIsi.\n")),
    Case("E37", "any", holding(
        "a.csv", lambda: "text\nSatu.\n" + "x" * 10_000_000 + '\n"Dua\n')),
    Case("E38", "RJ", holding_all(dict.fromkeys(("a.txt", "b.jsonl", "c.npy"), PICKLE))),
    Case("E39", "RJ", holding("a.eml", nested_mail()), says="nested too deeply"),
    Case("E40", "RJ", holding_all({
        "a.txt": b"PAR1" + bytes(range(256)) * 9, "b.txt": b"SQLite format 3\0" + bytes(2000)})),
]  # fmt: skip
