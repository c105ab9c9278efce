"""Archives and tables: what is in them, under which names, within which bounds."""

from __future__ import annotations

import io
import json
import struct
import tarfile
import zipfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from index.errors import ArticleError
from index.loading import load_articles
from index.loading.columns import check_columns
from index.types import Article
from tests.index.loaded import both, load, one, write
from tests.index.made import docx, packed, tarred, word_paragraphs

ENTRIES = {
    "b/satu.txt": "Teks satu.",
    "a.md": "# Judul\n\nTeks dua.",
    "baris.jsonl": '{"id": "x", "text": "Teks tiga."}\n{"text": "Teks empat."}\n',
    "c.docx": docx(word_paragraphs("Teks lima.")),
    "gambar.png": "bukan artikel",
    ".tersembunyi.txt": "x",
    "__MACOSX/a.txt": "x",
}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("news.zip", packed(ENTRIES)),
        ("news.tar", tarred(dict(sorted(ENTRIES.items())))),
        ("news.tar.gz", tarred(dict(sorted(ENTRIES.items())), mode="w:gz")),
        ("news.tgz", tarred(dict(sorted(ENTRIES.items())), mode="w:gz")),
        ("news.tar.bz2", tarred(dict(sorted(ENTRIES.items())), mode="w:bz2")),
        ("news.tar.xz", tarred(dict(sorted(ENTRIES.items())), mode="w:xz")),
        ("tanpa-nama", packed(ENTRIES)),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_articles_are_named_by_their_place_in_the_archive(
    tmp_path: Path, name: str, content: bytes
) -> None:
    """Every format, sorted by name; other files and hidden ones are passed over."""
    path = write(tmp_path / name, content)
    articles = list(load_articles(path))
    assert [(article.id, article.text) for article in articles] == [
        (f"{name}/a.md", "# Judul\n\nTeks dua."),
        (f"{name}/b/satu.txt", "Teks satu."),
        ("x", "Teks tiga."),
        (f"{name}/baris.jsonl#2", "Teks empat."),
        (f"{name}/c.docx", "Teks lima."),
    ]
    assert articles[0].source == f"{path.resolve()}/a.md"


def linked(kind: bytes, target: str) -> bytes:
    """Return a tar file with an article and an entry of another kind."""
    out = io.BytesIO(tarred({"a.txt": "Teks."}))
    with tarfile.open(fileobj=out, mode="a") as archive:
        info = tarfile.TarInfo("b.txt")
        info.type, info.linkname = kind, target
        archive.addfile(info)
    return out.getvalue()


def zip_link() -> bytes:
    """Return a zip file with an article and a symbolic link."""
    out = io.BytesIO(packed({"a.txt": "Teks."}))
    with zipfile.ZipFile(out, "a") as archive:
        info = zipfile.ZipInfo("b.txt")
        info.external_attr = 0o120777 << 16
        archive.writestr(info, "/etc/passwd")
    return out.getvalue()


def twice() -> bytes:
    """Return a zip file with two files of one name."""
    out = io.BytesIO(packed({"a.txt": "Teks."}))
    with zipfile.ZipFile(out, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("a.txt", "Teks lain.")
    return out.getvalue()


def encrypted() -> bytes:
    """Return a zip file whose entry says that it is encrypted."""
    data = bytearray(packed({"a.txt": "Teks."}))
    for signature, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(signature) + place] |= 1
    return bytes(data)


MEMBERS = {
    "E13": (".zip", packed({"a.txt": "Teks.", "../../b.txt": "x"}), "leads out of the archive"),
    "E14": (".zip", packed({"a.txt": "Teks.", "/etc/b.txt": "x"}), "leads out of the archive"),
    "E15": (".zip", zip_link(), "it is a link"),
    "E18": (".zip", packed({"a.txt": "Teks.", "b.zip": packed({"c.txt": "x"})}), "in an archive"),
    "E21": (".zip", twice(), "two files of this name"),
    "E22": (".zip", packed({"a.txt": "Teks.", "b\\..\\..\\c.txt": "x"}), "leads out of"),
    "E27 link": (".tar", linked(tarfile.SYMTYPE, "/etc/passwd"), "it is a link or a device"),
    "E27 hard": (".tar", linked(tarfile.LNKTYPE, "a.txt"), "it is a link or a device"),
    "E27 device": (".tar", linked(tarfile.CHRTYPE, ""), "it is a link or a device"),
    "E27 path": (".tar", tarred({"a.txt": "Teks.", "/etc/b.txt": "x"}), "leads out of"),
    "one bad": (".zip", packed({"a.txt": "Teks.", "b.pdf": "x"}), "it is not a PDF"),
    "empty": (".zip", packed({"a.txt": "Teks.", "b.txt": ""}), "is empty"),
}


@pytest.mark.parametrize("case", MEMBERS)
def test_a_bad_entry_is_refused_and_the_others_are_loaded(tmp_path: Path, case: str) -> None:
    """By a sentence that names it."""
    suffix, content, problem = MEMBERS[case]
    path = write(tmp_path / f"a{suffix}", content)
    ids, errors = both(path)
    assert ids == [f"a{suffix}/a.txt"]
    assert [problem in error for error in errors] == [True]


def overlapping() -> bytes:
    """Return a zip file whose entries are all the same bytes (E16)."""
    name, content = b"a.txt", b"Teks."
    out = packed({name.decode(): content})
    begin = out.index(b"PK\x01\x02")
    record = out[begin : out.index(b"PK\x05\x06")]
    many = b"".join(record.replace(b"a.txt", b"%c.txt" % (97 + n)) for n in range(20))
    end = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 20, 20, len(many), begin, 0)
    return out[:begin] + many + end


def lying(size: int) -> bytes:
    """Return a zip file whose entry says that it is small (E25)."""
    data = bytearray(packed({"a.txt": bytes(size)}))
    for signature, place in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = data.index(signature) + place
        data[at : at + 4] = struct.pack("<I", 5)
    return bytes(data)


WHOLE = {
    "E16": (".zip", overlapping(), "it unpacks to far more than it is"),
    "E17": (".zip", packed({"a.txt": bytes(40_000_000)}), "it unpacks to far more than it is"),
    "E19": (".zip", packed({f"{n}.txt": "" for n in range(10_001)}), "more than 10,000 entries"),
    "E20": (".zip", encrypted(), "it is encrypted"),
    "E23": (".zip", packed({"a.txt": "Teks"}, stored=["a.txt"]).replace(b"Teks", b"Taks"),
            "it is damaged"),
    "E24": (".zip", packed(ENTRIES)[:-30], "it is damaged"),
    "E25": (".zip", lying(2_000_000), "it is damaged"),
    "E26 gz": (".tar.gz", tarred({"a.bin": bytes(450_000_000)}, mode="w:gz"), "far more than"),
    "E26 cut": (".tar.gz", tarred({"a.txt": "Teks." * 999}, mode="w:gz")[:-20], "it is damaged"),
    "no tar": (".tar", b"x" * 2000, "it is damaged"),
    "no zip": (".zip", b"x" * 2000, "it is damaged"),
    "nothing": (".zip", packed({"a.bin": "x"}), "No article found in"),
}  # fmt: skip


@pytest.mark.parametrize("case", WHOLE)
def test_an_archive_made_to_explode_is_refused(tmp_path: Path, case: str) -> None:
    """Within its bounds, and by one sentence."""
    suffix, content, problem = WHOLE[case]
    ids, errors = both(write(tmp_path / f"a{suffix}", content))
    assert ids == []
    assert [problem in error for error in errors] == [True]


TABLE = [{"headline": "Harga", "story": "Harga naik.", "text": "bukan ini", "when": "2022-04-26"}]


def table_files(folder: Path) -> Iterator[Path]:
    """Yield the table in each format that holds tables."""
    import pyarrow
    from pyarrow import parquet

    names = list(TABLE[0])
    for suffix, mark in ((".csv", ","), (".tsv", "\t")):
        rows = [mark.join(row[name] for name in names) for row in TABLE]
        yield write(folder / f"a{suffix}", "\n".join([mark.join(names), *rows]))
    yield write(folder / "a.jsonl", "\n".join(map(json.dumps, TABLE)))
    parquet.write_table(pyarrow.Table.from_pylist(TABLE), folder / "a.parquet")
    yield folder / "a.parquet"


def test_columns_are_as_told(tmp_path: Path) -> None:
    """In every format of tables, and whatever other names are there."""
    told = {"title": "HEADLINE", "text": "story", "published": "when"}
    for path in table_files(tmp_path):
        (article,) = load_articles(path, columns=told)
        assert (article.title, article.text) == ("Harga", "Harga\nHarga naik."), path
        assert article.published == date(2022, 4, 26)


def test_columns_are_guessed_by_their_names_however_words_are_joined(tmp_path: Path) -> None:
    """Only where the name says it; the rest is kept as metadata."""
    header = "Article Title,FULL-TEXT,publish_date,Section"
    article = one(write(tmp_path / "a.csv", f"{header}\nHarga,Harga naik.,2022-04-26,Ekonomi\n"))
    assert (article.title, article.text) == ("Harga", "Harga\nHarga naik.")
    assert (article.published, dict(article.metadata)) == (
        date(2022, 4, 26),
        {"section": "Ekonomi"},
    )


def test_a_column_that_is_not_there_is_named(tmp_path: Path) -> None:
    """Together with those that are."""
    path = write(tmp_path / "a.csv", "judul,isi\nHarga,Naik.\n")
    with pytest.raises(ArticleError, match="no column named berita, only 'judul, isi'; name one"):
        list(load_articles(path, columns={"text": "berita"}))
    with pytest.raises(ArticleError, match=r"row has no text \(berita\)"):
        list(load_articles(write(tmp_path / "a.jsonl", '{"isi": "x"}'), columns={"text": "berita"}))


@pytest.mark.parametrize("columns", [{"body": "x"}, {"text": " "}])
def test_wrong_columns_are_a_mistake(tmp_path: Path, columns: dict[str, str]) -> None:
    """Before anything is read."""
    with pytest.raises(ValueError, match=r"no field 'body'|has no name"):
        check_columns(columns)
    with pytest.raises(ValueError, match=r"no field 'body'|has no name"):
        list(load_articles(tmp_path, columns=columns))


def test_parquet_rows_are_articles(tmp_path: Path) -> None:
    """Dates and numbers as they are; a row without text is reported by its number."""
    import pyarrow
    from pyarrow import parquet

    rows = [
        {"id": 7, "text": "Satu.", "date": date(2022, 4, 26), "tags": ["x"], "authors": ["B", "A"]},
        {"id": 8, "text": None, "date": None, "tags": [], "authors": []},
    ]
    parquet.write_table(pyarrow.Table.from_pylist(rows), tmp_path / "a.parquet")
    errors: list[ArticleError] = []
    (article,) = load_articles(tmp_path / "a.parquet", on_error=errors.append)
    assert (article.id, article.published) == ("7", date(2022, 4, 26))
    assert (article.authors, dict(article.metadata)) == (("B", "A"), {})
    assert ["line 2: the row has no text" in str(error) for error in errors] == [True]


def test_a_damaged_parquet_file_says_so(tmp_path: Path) -> None:
    """E40, and one that only begins like one."""
    assert "it is damaged" in str(load(write(tmp_path / "a.parquet", b"PAR1" + b"x" * 100)))
    message = load(write(tmp_path / "a.txt", b"PAR1" + bytes(300)))
    assert not isinstance(message, Article)
