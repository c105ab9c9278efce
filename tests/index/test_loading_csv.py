"""CSV: columns and delimiters are recognised, shifted rows are not guessed at."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from index.errors import ArticleError
from index.loading import load_articles
from index.types import Article
from tests.index.loaded import assert_one_sentence, load, one, write


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("judul,isi,tanggal,penulis,bahasa,media", '"Harga, naik","Satu.\nDua.",26/4/2022,B,id,K'),
        ("Headline;Body;Date;Author;Lang;Media", '"Harga, naik";"Satu.\nDua.";2022-04-26;B;id;K'),
        (
            "TITLE\tCONTENT\tpubdate\tauthors\tlanguage\tsource",
            'Harga, naik\t"Satu.\nDua."\t"April 26, 2022"\tB\tid-ID\tK',
        ),
        (
            "title|article|published_at|author|lang|source",
            'Harga, naik|"Satu.\nDua."|20220426|B|ID|K',
        ),
    ],
)
def test_csv_columns_and_delimiters_are_recognised(tmp_path: Path, header: str, row: str) -> None:
    """English and Indonesian names, any case; a row is named by the line it begins on."""
    path = write(tmp_path / "a.csv", f"\ufeff{header}\r\n\r\n{row}\r\n")
    assert one(path) == Article(
        id="a.csv#3",
        title="Harga, naik",
        text="Harga, naik\nSatu.\nDua.",
        source="K",
        language="id",
        published=date(2022, 4, 26),
        authors=("B",),
    )


def test_csv_keeps_other_columns_and_long_fields(tmp_path: Path) -> None:
    """A field above csv's own limit of 131,072 characters is an article, too."""
    long = "kata " * 40_000
    path = write(tmp_path / "a.csv", f"id,text,rubrik\n7,{long},olahraga\n")
    article = one(path)
    assert (article.id, article.text) == ("7", long)
    assert dict(article.metadata) == {"rubrik": "olahraga"}


def test_csv_tells_of_changes_as_every_format_does(tmp_path: Path) -> None:
    """Under one name and as a day; where no day can be read, as it stands."""
    path = write(tmp_path / "a.csv", "story,Updated At\nSatu.,2 May 2022 10:30\nDua.,lately\n")
    assert [dict(article.metadata) for article in load_articles(path)] == [
        {"updated at": "2 May 2022 10:30", "modified": "2022-05-02"},
        {"updated at": "lately"},
    ]


def test_csv_in_other_encodings(tmp_path: Path) -> None:
    """Spreadsheets write Windows-1252 and UTF-16."""
    table = "title;text\nCafé;Le café de Müller est très bon, a déclaré l'équipe.\n"
    for number, encoding in enumerate(["cp1252", "utf-16"]):
        article = one(write(tmp_path / f"{number}.csv", table.encode(encoding)))
        assert article.text == "Café\nLe café de Müller est très bon, a déclaré l'équipe."


CSV = {
    "E37 quote": ('text\nSatu.\n"Dua\nTiga.\n', ["Satu."], "line 3: the row is not CSV"),
    "E37 field": (
        "text\nSatu.\n" + "x" * 10_000_000 + "\nTiga.\n",
        ["Satu.", "Tiga."],
        "line 3: the row is not CSV (field larger than field limit (5000001))",
    ),
    "quote inside": ('text\n"a"b"\nDua.\n', ["Dua."], "line 2: the row is not CSV"),
    "too many": ("id,text\n1,Satu, dua.\n2,Tiga.\n", ["Tiga."], "line 2: the row has 3 fields"),
    "too few": ("id,text\n1\n2,Tiga.\n", ["Tiga."], "line 2: the row has no text"),
    "blank rows": ("id,text\n,\n\n2,Tiga.,,\n", ["Tiga."], ""),
    "NUL": ("id,text\n2,Ti\0ga kata yang panjang sekali di sini" + "." * 100 + "\n", None, ""),
    "lone CR": ("id,text\r1,Satu.\r2,Dua.\r", ["Satu.", "Dua."], ""),
}


@pytest.mark.parametrize("case", CSV)
def test_a_bad_csv_row_is_named_by_its_line(tmp_path: Path, case: str) -> None:
    """Rows that were shifted by a stray comma or quote are not guessed at."""
    table, texts, problem = CSV[case]
    (tmp_path / "a.csv").write_bytes(table.encode())
    errors: list[ArticleError] = []
    articles = list(load_articles(tmp_path / "a.csv", on_error=errors.append))
    expected = ["Tiga kata yang panjang sekali di sini" + "." * 100] if texts is None else texts
    assert [article.text for article in articles] == expected
    assert len(errors) == bool(problem)
    for error in errors:
        assert problem in str(error)
        assert_one_sentence(error)


def test_csv_without_a_text_column_names_what_it_has(tmp_path: Path) -> None:
    """The delimiter that gives most columns is the one that is shown."""
    (tmp_path / "a.csv").write_text("nomor;nama, gelar;kota\n1;B;J\n", encoding="utf-8")
    message = load(tmp_path / "a.csv")
    assert isinstance(message, str)
    assert "no column named text or body or content, only 'nomor, nama, gelar, kota'" in message
