"""Saved web pages: main text and fields, and pages made to hurt a parser."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from index.types import Article
from tests.index.loaded import load, one, write

PARAGRAPH = (
    "Presiden Rusia Vladimir Putin bertemu dengan Sekretaris Jenderal PBB Antonio Guterres di"
    " Moskwa pada Senin (3/1/2022), kata juru bicaranya kepada para wartawan di 'café' 🙂."
)


PARAGRAPHS = [f"{ordinal}, {PARAGRAPH}" for ordinal in ("Pertama", "Kedua", "Ketiga")]


PAGE = """<!doctype html><html lang="id-ID"><head><title>Putin Bertemu Guterres - Koran</title>
<meta charset="{charset}"><meta property="og:site_name" content="Koran">
<meta name="author" content="Budi Santoso; Ani Wijaya">
<meta property="article:published_time" content="2022-04-26T10:30:00+07:00">
<link rel="canonical" href="{url}"></head><body><nav><a href="/">Beranda</a></nav>
<article><h1>Putin Bertemu Guterres</h1>{paragraphs}</article><footer>Hak cipta</footer></body>
</html>"""


def page(url: str = "https://koran.example/a/1", charset: str = "utf-8") -> str:
    """Return a news page as a browser saves it."""
    paragraphs = "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS)
    return PAGE.format(url=url, charset=charset, paragraphs=paragraphs)


def test_a_page_gives_text_title_date_authors_language_and_address(tmp_path: Path) -> None:
    """The name of the site is no part of the title, and the title is there once."""
    article = one(write(tmp_path / "a.html", page()))
    assert article.text == "\n".join(["Putin Bertemu Guterres", *PARAGRAPHS])
    assert article.title == "Putin Bertemu Guterres"
    assert article.published == date(2022, 4, 26)
    assert article.authors == ("Budi Santoso", "Ani Wijaya")
    assert article.language == "id"
    assert article.url == article.id == "https://koran.example/a/1"
    assert dict(article.metadata) == {"site": "Koran"}
    assert article.source == str((tmp_path / "a.html").resolve())


def test_a_page_tells_when_it_was_changed(tmp_path: Path) -> None:
    """Apart from the day of publication."""
    changed = '<meta property="article:modified_time" content="2022-05-02T08:00:00+07:00"></head>'
    article = one(write(tmp_path / "a.html", page().replace("</head>", changed)))
    assert article.published == date(2022, 4, 26)
    assert article.metadata["modified"] == "2022-05-02"


def test_a_page_without_a_date_does_not_take_an_events(tmp_path: Path) -> None:
    """The date in its sentences is not looked for; a dateline among its lines is."""
    bare = f"<html lang=en><title>Kabar</title><body><article>{{}}<p>{PARAGRAPH}</p>" * 1
    assert one(write(tmp_path / "a.html", bare.format(""))).published is None
    line = "<p>Selasa, 26 April 2022</p>"
    assert one(write(tmp_path / "b.html", bare.format(line))).published == date(2022, 4, 26)


def test_a_page_has_no_address_but_its_own(tmp_path: Path) -> None:
    """Two translations would have one id, and one would take the other's place."""
    canonical = '<link rel="canonical" href="https://koran.example/a/1">'
    other = '<link rel="alternate" hreflang="x-default" href="https://koran.example/en/1">'
    for number, head in enumerate((other, '<base href="https://cdn.example/assets/x">')):
        article = one(write(tmp_path / f"{number}.html", page().replace(canonical, head)))
        assert (article.url, article.id) == (None, f"{number}.html")
        assert dict(article.metadata) == {"site": "Koran"}
    told = page().replace(
        canonical, f'{other}<meta property="og:url" content="https://k.example/2">'
    )
    assert one(write(tmp_path / "2.html", told)).url == "https://k.example/2"


def test_a_page_has_no_author_of_another(tmp_path: Path) -> None:
    """A columnist in the margin; but one who stands with the article, too, is its author."""
    own = '<meta name="author" content="Budi Santoso; Ani Wijaya">'
    margin = '<aside><a rel="author" href="/x">Citra Dewi</a></aside></body>'
    source = page().replace(own, "").replace("</body>", margin)
    assert one(write(tmp_path / "a.html", source)).authors == ()
    byline = source.replace("</h1>", '</h1><div class="byline">Citra Dewi</div>')
    assert one(write(tmp_path / "b.html", byline)).authors == ("Citra Dewi",)


def test_a_page_gets_its_title_above_the_text_and_a_front_page_is_no_id(tmp_path: Path) -> None:
    """The text begins with the title line where the body does not."""
    source = page(url="https://koran.example/").replace("<h1>Putin Bertemu Guterres</h1>", "")
    article = one(write(tmp_path / "a.htm", source))
    assert article.text == "\n".join(["Putin Bertemu Guterres", *PARAGRAPHS])
    assert article.id == "a.htm"


@pytest.mark.parametrize("declared", ["latin-1", "utf-7", "utf-16", "no-such-charset", "gb18030"])
def test_bytes_win_over_the_declared_charset(tmp_path: Path, declared: str) -> None:
    """What is valid UTF-8 is UTF-8, whatever the page says."""
    article = one(write(tmp_path / "a.html", page(charset=declared)))
    assert PARAGRAPH in article.text
    assert "encoding" not in article.metadata


def test_a_declared_charset_is_believed_where_it_fits(tmp_path: Path) -> None:
    """Not UTF-8, but what the page says it is."""
    source = page(charset="windows-1251").replace(PARAGRAPH, "Съешь ещё этих булок. " * 20)
    article = one(write(tmp_path / "a.html", source.encode("cp1251")))
    assert "Съешь ещё этих булок." in article.text
    assert article.metadata["encoding"] == "cp1251"


PAGES = {
    "comment": ("<!-- c -->", "No article text"),
    "no text": ("<html><body><img src=a></body></html>", "No article text"),
    "deep": ("<div>" * 100_000 + "kata " * 100, "No article text"),
    "elements": ("<p>a" * 110_000, "is too large a page"),
    "attributes": ("<p " + " ".join(f"a{n}" for n in range(50_000)) + ">x", "is too large a page"),
    "unclosed tags": ("<a '" * 200_000, "is too large a page"),
    "much mark-up": ("<p>kata kata</p>\n" * 700_000, "is too large a page"),
}


@pytest.mark.parametrize("case", PAGES)
def test_hostile_pages_end_soon_in_an_error(tmp_path: Path, case: str) -> None:
    """The parser is quadratic in some things; they are counted before it sees them."""
    content, problem = PAGES[case]
    (tmp_path / "a.html").write_text(content, encoding="utf-8")
    assert problem in str(load(tmp_path / "a.html"))


def test_embedded_images_do_not_count(tmp_path: Path) -> None:
    """C22: a saved page with its pictures inside is a page like another."""
    image = "data:image/png;base64," + "A" * 20_000_000
    content = f"<html><body><p>Halo dunia, ini berita.</p><img src='{image}'></body></html>"
    (tmp_path / "a.html").write_text(content, encoding="utf-8")
    article = load(tmp_path / "a.html")
    assert isinstance(article, Article)
    assert article.text == "Halo dunia, ini berita."
