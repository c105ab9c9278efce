"""What a person sees: answers, quotes, passages and lists, in colour where a terminal shows it.

Articles, titles and file names are hostile: they pass through :func:`printable`, and into
rich only as ``Text``, whose content is never read as markup.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import typer

from ui.as_json import JSON, dumps
from ui.describing import Described, also_in_line, facets_line, nearby
from ui.texts import ENGLISH, Texts, texts_for_question

if TYPE_CHECKING:
    from rich.console import Console

    from index import Article, ArticleInfo, Failure, Hit, Span
    from qa import Answer, Citation, Found

_NEAREST = 3  # passages shown where nothing was found
_SNIPPET = 300  # characters of each
_ID = 40  # characters of an id that stays in one line

# C0 and C1 controls (ANSI, OSC 8, OSC 0, \r), line separators, bidirectional overrides that
# reorder what is read, and lone surrogates, which no encoding can print.
_CONTROL = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)


def printable(text: str) -> str:
    """Escape what could drive a terminal; keep line ends and tabs."""
    return _CONTROL.sub(_escape, text.replace("\r\n", "\n"))


def one_line(text: str) -> str:
    """Escape ``text`` and fold its white space, so that it cannot pose as another line."""
    return printable(" ".join(re.split("[ \t\r\n]+", text.strip())))


def _escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def complain(message: str) -> None:
    """Print one sentence for the user on stderr."""
    sys.stderr.write(f"kutip: {one_line(message)}\n")
    sys.stderr.flush()


def complain_of(failures: Iterable[Failure]) -> None:
    """Print each input that failed on a line of its own, naming it."""
    for failure in failures:
        named = failure.path in failure.message
        complain(failure.message if named else f"{failure.path}: {failure.message}")


def print_json(value: JSON) -> None:
    """Print one JSON object on stdout."""
    write_line(dumps(value))


def write_line(line: str) -> None:
    """Write a line as UTF-8, which JSON always is, whatever the locale says."""
    typer.echo(line.encode())


def out(*, stderr: bool = False) -> Console:
    """Return a console that takes text literally: no markup, no emoji codes, no guessing."""
    from rich.console import Console

    return Console(stderr=stderr, markup=False, emoji=False, highlight=False)


def _print(console: Console, *parts: str | tuple[str, str], label: str = "") -> None:
    """Print a line made of texts and ``(text, style)`` pairs, behind a label or indent.

    A terminal gets it styled and wrapped beside the label; a pipe or file exactly as it is, tabs
    included.
    """
    if not console.is_terminal:
        line = "".join(part if isinstance(part, str) else part[0] for part in parts)
        console.file.write(f"{label}{line}\n")
        return
    from rich.table import Table
    from rich.text import Text

    grid = Table.grid()
    grid.add_row(Text(label), Text.assemble(*parts))
    console.print(grid if label else Text.assemble(*parts))


def print_answer(answer: Answer) -> None:
    """Print the answer, then its numbered quotes; the nearest passages where none was found."""
    console, texts = out(), texts_for_question(answer.language, ENGLISH)
    _print(console, (printable(answer.text), "bold"))
    if answer.as_of:
        _print(console, (f"({answer.as_of_words})", "dim"))
    if answer.notice:
        _print(console, (f"({one_line(answer.notice)})", "yellow"))
    for citation in answer.citations:
        _print(console)
        _print(console, *_quote(citation), label=f"[{citation.number}] ")
        _print(console, (_about(citation), "dim"), label=" " * 4)
        _print_copies(console, citation, answer.also_in(citation), texts)
    if answer.unsupported:
        _print(console)
        _print(console, (texts.unsupported_hint, "yellow"))
        for claim in answer.unsupported:
            _print(console, one_line(claim.text), label="  - ")
    if not answer.found and answer.hits:
        _print(console)
        _print(console, f"{texts.nearest}:")
        _print_passages(console, answer.hits[:_NEAREST], limit=_SNIPPET)
    if answer.found:
        _print(console)
        sure = f"{texts.confidence(answer.confidence)} ({answer.confidence:.0%})"
        sources = texts.independent[answer.sources != 1].format(answer.sources)
        _print(console, (f"{sure} · {sources} · {one_line(answer.reader)}", "dim"))


def _quote(citation: Citation) -> list[str | tuple[str, str]]:
    """Return the sentence, which may have quotation marks of its own, the answer in it marked."""
    start = max(citation.start - citation.sentence_start, 0)
    end = min(citation.end, citation.sentence_end) - citation.sentence_start
    sentence = citation.sentence
    if end - start == len(sentence):  # nothing in it to point at
        return [_folded(sentence)]
    return [
        _folded(sentence[:start]),
        (_folded(sentence[start:end]), "bold reverse"),
        _folded(sentence[end:]),
    ]


def _folded(text: str) -> str:
    """Escape ``text`` with line ends as spaces, keeping the white space at its ends."""
    return printable(re.sub("[ \t\r\n]+", " ", text))


def _about(value: Citation | ArticleInfo) -> str:
    """Return title, page, date and source, whichever are known."""
    page = getattr(value, "page", None)  # citations of paged articles have one
    day = value.published.isoformat() if value.published else ""
    parts = [value.title, f"p. {page}" if page else "", day, value.url or nearby(value.source)]
    return " · ".join(one_line(part) for part in parts if part)


def print_found(found: Found) -> None:
    """Print passages found, best first, their fitting sentences marked; or say there are none."""
    console = out()
    if not found.hits:
        _print(console, "No passage found.")
    for number, (hit, sentence) in enumerate(zip(found.hits, found.sentences, strict=True), 1):
        _print_head(console, number, hit)
        _print(console, *_marked(hit, sentence), label=" " * 3)
    if line := facets_line(found.facets):
        _print(console)
        _print(console, (one_line(line), "dim"))


def _print_passages(console: Console, hits: Iterable[Hit], limit: int) -> None:
    for number, hit in enumerate(hits, start=1):
        _print_head(console, number, hit)
        _print(console, _snippet(hit.passage.text, limit), label=" " * 3)


def _print_head(console: Console, number: int, hit: Hit) -> None:
    _print(console)
    about = [(_about(hit.article), "bold"), (f"  {hit.score:.3f}", "dim")]
    _print(console, *about, label=f"{number}. ")
    _print_copies(console, hit.article, hit.also_in, ENGLISH, indent=3)


def _print_copies(
    console: Console, one: Described, copies: Sequence[Described], texts: Texts, indent: int = 4
) -> None:
    if line := also_in_line(one, copies, texts):
        _print(console, (one_line(line), "dim"), label=" " * indent)


def _marked(hit: Hit, sentence: Span | None) -> list[str | tuple[str, str]]:
    """Return a passage as one line, with a sentence of it in bold."""
    passage = hit.passage
    if sentence is None or not passage.covers(sentence):
        return [one_line(passage.text)]
    start, end = sentence.start - passage.start, sentence.end - passage.start
    before, after = _folded(passage.text[:start]), _folded(passage.text[end:])
    return [before.lstrip(), (_folded(passage.text[start:end]), "bold"), after.rstrip()]


def _snippet(text: str, limit: int) -> str:
    line = one_line(text)
    if len(line) <= limit:
        return line
    return f"{line[:limit].rsplit(' ', 1)[0]} …"


def print_articles(articles: Iterable[ArticleInfo]) -> None:
    """Print one article per line: id, date, language and title."""
    rows = [
        (info.id, info.published.isoformat() if info.published else "", info.language, info.title)
        for info in articles
    ]
    _print_table(("id", "published", "language", "title"), rows)


def print_report(report: Mapping[str, Any]) -> None:
    """Print the figures of an evaluation, a column for all questions and one per language pair."""
    total = _figures({key: value for key, value in report.items() if key != "by_pair"})
    pairs = {pair: _figures(figures) for pair, figures in report.get("by_pair", {}).items()}
    rows = [
        (name, value, *(figures.get(name, "-") for figures in pairs.values()))
        for name, value in total.items()
    ]
    _print_table(("", "all", *pairs), rows, headed=True)


def _figures(values: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    """Flatten nested figures: ``{"recall": {"5": 0.9}}`` becomes ``{"recall 5": "0.900"}``."""
    flat: dict[str, str] = {}
    for key, value in values.items():
        if isinstance(value, Mapping):
            flat |= _figures(value, f"{prefix}{key} ")
        elif value is None:
            flat[prefix + key] = "-"
        else:
            flat[prefix + key] = f"{value:.3f}" if isinstance(value, float) else str(value)
    return flat


def _print_table(
    headings: Sequence[str], rows: Iterable[Sequence[str]], *, headed: bool = False
) -> None:
    """Print a table on a terminal; elsewhere tab-separated rows, under headings if ``headed``."""
    console = out()
    escaped = [[one_line(cell) for cell in row] for row in rows]
    if not console.is_terminal:
        for row in [headings, *escaped] if headed else escaped:
            _print(console, "\t".join(row))
        return
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    width = max((len(row[0]) for row in escaped), default=0)
    for heading in headings:
        # An id is there to be copied, so a short one is not broken into two lines.
        table.add_column(heading, overflow="fold", no_wrap=width <= _ID and not table.columns)
    for row in escaped:
        table.add_row(*map(Text, row))
    console.print(table)


def print_article(article: Article) -> None:
    """Print what is known of an article, then its text as it is."""
    console = out()
    known = {
        "id": article.id,
        "title": article.title,
        "published": article.published.isoformat() if article.published else "",
        "language": article.language,
        "authors": ", ".join(article.authors),
        "url": article.url or "",
        "source": article.source,
        "digest": article.digest,
        **article.metadata,
    }
    _print_pairs({key: value for key, value in known.items() if value})
    _print(console)
    _print(console, printable(article.text))


def print_figures(figures: JSON) -> None:
    """Print names and values in two columns; a nested value is named by its path."""
    if isinstance(figures, dict):
        _print_pairs({name.replace("_", " "): value for name, value in _figures(figures).items()})


def _print_pairs(pairs: Mapping[str, str]) -> None:
    console = out()
    width = max((len(one_line(key)) for key in pairs), default=0)
    for key, value in pairs.items():
        _print(console, (f"{one_line(key):<{width}}  ", "dim"), one_line(value))


def say(message: str) -> None:
    """Print a line of ours on stdout, escaped."""
    _print(out(), one_line(message))
