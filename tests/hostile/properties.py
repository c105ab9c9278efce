"""What must hold for any input: shared by the Hypothesis tests and the atheris targets."""

from __future__ import annotations

import csv
from contextlib import suppress
from pathlib import Path

from index import Article, analyse, pack_passages, query_terms, split_sentences
from index.errors import ArticleError
from index.loading.addresses import parse_address
from index.loading.dates import FIRST_YEAR, find_dateline, parse_date
from index.loading.decoding import decode
from index.loading.files import ArticleFile, RefusalError
from index.loading.formats import parse_file
from index.loading.kinds import kind_of_bytes
from tests.index.made import docx, epub, odt, packed, pdf, rss, tarred, word_paragraphs

LINES = ["Judul Berita", "", "Warung itu dibuka pada hari Senin, kata pemiliknya.", "Ramai sekali."]
SEEDS: dict[str, bytes] = {
    ".txt": "\n".join(LINES).encode(),
    ".md": ("---\ntitle: Judul\ndate: 2022-04-26\n---\n\n# " + "\n".join(LINES)).encode(),
    ".html": (
        "<html lang=id><head><title>Judul</title><meta name=author content=B></head><body><article>"
        f"<h1>{LINES[0]}</h1><p>{LINES[2]}</p><p>{LINES[3]}</p></article></body></html>"
    ).encode(),
    ".jsonl": b'{"id": 1, "title": "Judul", "text": "Isi satu.", "date": "2022-04-26"}\n' * 2,
    ".csv": b'id,title,text\n1,Judul,"Isi, satu."\n2,Judul,Isi dua.\n',
    ".tsv": b"id\ttitle\ttext\n1\tJudul\tIsi satu.\n",
    ".pdf": pdf([LINES, LINES], title="Judul Berita Itu"),
    ".docx": docx(word_paragraphs(*LINES), "<dc:title>Judul</dc:title>"),
    ".odt": odt(f"<text:p>{LINES[2]}</text:p>", "<dc:title>Judul</dc:title>"),
    ".epub": epub({"a.xhtml": f"<p>{LINES[2]}</p>"}, "<dc:title>Judul</dc:title>"),
    ".rtf": rb"{\rtf1\ansi{\info{\title Judul}}Caf\'e9 \b itu\b0  dibuka.\par \u8364? 5\par}",
    ".eml": b"From: B <b@x.example>\nSubject: Judul\nContent-Type: text/plain\n\nIsi surat itu.\n",
    ".rss": rss("<item><title>J</title><description>Isi &lt;b&gt;x</description></item>").encode(),
    ".zip": packed({"a.txt": "Teks a.", "b/c.md": "# Judul\n\nTeks c."}),
    ".tar.gz": tarred({"a.txt": "Teks a.", "b/c.md": "# Judul\n\nTeks c."}, mode="w:gz"),
}


def check_loader(suffix: str, data: bytes) -> None:
    """Loading ends in articles or in errors of ours, the same ones each time."""
    first, second = _loaded(suffix, data), _loaded(suffix, data)
    assert first == second
    for article in first:
        if isinstance(article, Article):
            assert article.text.strip()
            assert len(article.text) <= 5_000_600
            assert "\0" not in article.text
            "".join([article.id, article.title, article.text, *article.authors]).encode()
            assert article.published is None or article.published.year >= FIRST_YEAR
        else:
            assert article.isprintable()
            assert article.endswith(".")


def _loaded(suffix: str, data: bytes) -> list[Article | str]:
    file = ArticleFile(Path(f"/berita/a{suffix}"), f"a{suffix}", content=data)
    found: list[Article | str] = []

    def report(error: ArticleError) -> None:
        found.append(str(error))

    try:
        found.extend(parse_file(file, report))
    except ArticleError as error:
        found.append(str(error))
    except RecursionError:  # in the process for parsers this is one sentence
        found.append("Nested too deeply.")
    return found


def check_spans(text: str, language: str) -> None:
    """Sentences and passages are slices of the text, in order, and no word is lost."""
    sentences = split_sentences(text, language, article_id="a")
    covered = bytearray(len(text))
    previous = 0
    for one in sentences:
        assert previous <= one.start < one.end <= len(text)
        assert not text[one.start].isspace()
        assert not text[one.end - 1].isspace()
        covered[one.start : one.end] = b"\1" * (one.end - one.start)
        previous = one.end
    lost = [
        character
        for place, character in enumerate(text)
        if character.isalnum() and not covered[place]
    ]
    assert lost == []
    article = Article("a", "", text)
    passages = pack_passages(article, sentences, lambda texts: [len(t.split()) for t in texts])
    for passage in passages:
        assert passage.text == text[passage.start : passage.end]
        for sentence in passage.sentences:
            assert passage.slice(sentence) == text[sentence.start : sentence.end]
    assert {one for passage in passages for one in passage.sentences} == {*sentences}


def check_analysis(text: str, language: str) -> None:
    """Terms are bounded words without white space, the same each time."""
    terms = analyse(text, language)
    assert terms == analyse(text, language)
    assert len(terms) <= 8 * len(text) + 8
    assert all(term and not any(map(str.isspace, term)) for term in terms)
    for term in query_terms(text, language, ["id", "en"]):
        assert term


def check_fields(text: str) -> None:
    """Dates and addresses are read or not, and never raise anything else."""
    day = parse_date(text)
    assert day is None or day.year >= FIRST_YEAR
    find_dateline(text)
    with suppress(RefusalError):
        address = parse_address(text)
        assert parse_address(str(address)) == address
        assert address.scheme in ("http", "https")


def check_bytes(data: bytes) -> None:
    """Bytes are text or are refused; what they look like is told or not."""
    kind_of_bytes(data)
    with suppress(ValueError):
        decoded = decode(data)
        assert "\0" not in decoded.text
        assert "\r" not in decoded.text
        decoded.text.encode("utf-8")


csv.field_size_limit(5_000_001)
