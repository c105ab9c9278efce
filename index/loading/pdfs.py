"""Load .pdf files with PDFium, the engine of Chromium: text by pages, and where each page begins.

Scripts, links, outlines, forms, attachments and XMP are not looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import closing
from typing import TYPE_CHECKING

from index.errors import ArticleError
from index.loading.dates import find_dateline, iso_day
from index.loading.fields import (
    TEXT_LIMIT,
    author_names,
    clean_text,
    clean_title,
    compose_text,
    metadata,
)
from index.loading.files import ArticleFile, OnError, read_file, shown, storable, unreadable
from index.loading.pdf_layout import PageLine, join_pages
from index.loading.texts import too_long
from index.loading.titles import guess_title
from index.pages import PAGES, encode_pages
from index.types import Article

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument, PdfPage, PdfTextPage

PAGE_LIMIT = 5_000
_WRONG_PASSWORD = 4  # FPDF_ERR_PASSWORD
_HIDDEN_MODES = {3, 7}  # text drawn in no colour at all
_SMALLEST = 1.0  # points: nobody reads smaller
_OBJECT_LIMIT = 20_000  # text objects of a page that are looked at for hidden text
_NO_TITLE = re.compile(
    r"(?i)microsoft (?:word|powerpoint) - |untitled|(?:document|slide|page|layout) ?\d*$"
    r"|.*\.(?:docx?|pdf|indd|qxd|tex|dvi|odt|rtf|html?|pptx?|xlsx?)$|about:|https?:|file:"
)
_PDF_DATE = re.compile(r"D?:?(\d{4})(\d{2})?(\d{2})?")


def load_pdf(file: ArticleFile, _report: OnError) -> Iterator[Article]:
    """Yield the article of a .pdf file; :class:`ArticleError` when it has no text."""
    with closing(_open(file)) as document:
        if len(document) > PAGE_LIMIT:
            message = f"{shown(file.place)} has more than {PAGE_LIMIT:,} pages; split it."
            raise ArticleError(message, path=shown(file.place))
        told = document.get_metadata_dict(skip_empty=True)
        pages, facts = _pages(file, document)
    body, starts = join_pages(pages)
    if not any(map(str.isalnum, body)):
        problem = "no text in it, only pictures; run text recognition (OCR) over it first"
        raise unreadable(file, problem)
    title = _title(told.get("Title", "")) or guess_title(body)
    text = compose_text(title, body)
    shift = len(text) - len(body)
    dates = {name: _day(told.get(key, "")) for name, key in _DATES.items()}
    yield Article(
        id=file.name,
        title=title,
        text=text,
        source=storable(file.place),
        published=find_dateline(body),
        authors=author_names(told.get("Author", "")),
        # The title line stands on page 1.
        metadata=metadata(
            {PAGES: encode_pages([0, *(start + shift for start in starts[1:])]), **dates, **facts}
        ),
    )


_DATES: Mapping[str, str] = {"created": "CreationDate", "modified": "ModDate"}


def _open(file: ArticleFile) -> PdfDocument:
    import pypdfium2

    data = read_file(file)
    if b"%PDF-" not in data[:1024]:
        raise unreadable(file, "it is not a PDF; convert it to one, or to text")
    try:
        return pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if error.err_code == _WRONG_PASSWORD:
            raise unreadable(file, "it asks for a password; save it without one") from error
        raise unreadable(file, "it is damaged; get it again") from error


def _pages(
    file: ArticleFile, document: PdfDocument
) -> tuple[list[list[PageLine]], dict[str, object]]:
    """Return the lines of each page, and what the reader of the article should know of them."""
    import pypdfium2

    pages: list[list[PageLine]] = []
    length = hidden = broken = 0
    for number in range(len(document)):
        try:
            with closing(document[number]) as page, closing(page.get_textpage()) as text:
                lines = _lines(page, text)
                hidden += _hidden(page, text)
        except pypdfium2.PdfiumError:
            lines = []
            broken += 1
        pages.append(lines)
        length += sum(len(line.text) for line in lines)
        if length > TEXT_LIMIT:
            raise too_long(file)
    if pages and broken == len(pages):
        raise unreadable(file, "it is damaged; get it again")
    facts = {"hidden_characters": hidden, "unreadable_pages": broken}
    return pages, {name: count for name, count in facts.items() if count}


def _lines(page: PdfPage, text: PdfTextPage) -> list[PageLine]:
    """Return the lines of a page with their places, as far as PDFium tells them."""
    whole = text.get_text_range()
    # Characters without a place in Unicode are counted and not returned: then places are unknown.
    is_placed = len(whole) == text.count_chars()
    height = page.get_height()
    lines = []
    for match in re.finditer("[^\r\n\ufffe]+", whole):
        content = match[0].strip()
        if not content:
            continue
        start = match.start() + len(match[0]) - len(match[0].lstrip())
        is_cut = whole[match.end() : match.end() + 1] == "\ufffe"
        box = _box(text, start, content, height) if is_placed else (0.0,) * 5
        lines.append(PageLine(clean_text(content), *box, is_cut=is_cut))
    return lines


def _box(
    text: PdfTextPage, start: int, content: str, height: float
) -> tuple[float, float, float, float, float]:
    """Return left, right, width of the first word, top and height of a line, in points.

    ``top`` counts down from the top of the page.
    """
    first = text.get_charbox(start, loose=True)
    last = text.get_charbox(start + len(content) - 1, loose=True)
    word = text.get_charbox(start + len(content.split(None, 1)[0]) - 1, loose=True)
    tall = first[3] - first[1]
    return first[0], last[2], word[2] - first[0], height - first[3], tall


def _hidden(page: PdfPage, text: PdfTextPage) -> int:
    """Count characters that a page holds and does not show: uncoloured, white or tiny."""
    import ctypes

    from pypdfium2 import raw

    count = 0
    for number, one in enumerate(page.get_objects(filter=[raw.FPDF_PAGEOBJ_TEXT], max_depth=4)):
        if number == _OBJECT_LIMIT:
            break
        size = ctypes.c_float()
        raw.FPDFTextObj_GetFontSize(one, size)
        scale = abs(one.get_matrix().d) or 1.0
        colour = [ctypes.c_uint() for _ in range(4)]
        raw.FPDFPageObj_GetFillColor(one, *colour)
        is_hidden = (
            raw.FPDFTextObj_GetTextRenderMode(one) in _HIDDEN_MODES
            or size.value * scale < _SMALLEST
            or (*(part.value for part in colour),) in {(255, 255, 255, 255)}
            or colour[3].value == 0
        )
        if is_hidden:
            # Two bytes a character, and a closing NUL.
            count += max(0, raw.FPDFTextObj_GetText(one, text, None, 0) // 2 - 1)
    return count


def _title(told: str) -> str:
    """Return the title a PDF gives itself, unless it is that of its file or its program."""
    title = clean_title(told)
    is_real = " " in title and any(map(str.isalpha, title)) and not _NO_TITLE.match(title)
    return title if is_real else ""


def _day(told: str) -> str:
    """Return a date such as ``D:20220426103000+07'00'`` as 2022-04-26; "" for none."""
    found = _PDF_DATE.match(told)
    if not found:
        return ""
    return iso_day(f"{found[1]}-{found[2] or '01'}-{found[3] or '01'}")
