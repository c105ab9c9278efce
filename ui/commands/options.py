"""Options that several commands share, and what their values mean."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

if TYPE_CHECKING:
    from index import Filters

IndexOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--index",
        metavar="DIR",
        envvar="KUTIP_INDEX",
        help="Folder of the index, ./kutip-index unless given.",
    ),
]
ModelOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--model",
        metavar="NAME",
        help="Embedding model of a new index: a sentence-transformers name or folder "
        "instead of the bundled one.",
    ),
]
ColumnsOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--columns",
        metavar="FIELD=NAME,...",
        help="Columns of a table for the fields of an article, such as title=headline,text=story, "
        "where their names do not say so.",
    ),
]
LlmOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--llm",
        metavar="PROVIDER:MODEL",
        envvar="KUTIP_LLM",
        help="Let this chat model write the answer, through LangChain.",
    ),
]
ReaderOption: TypeAlias = Annotated[
    str | None,
    typer.Option("--reader", metavar="NAME", help="Read with extractive (default) or sentences."),
]
FromOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--from", metavar="DATE", help="Only articles published on or after this YYYY-MM-DD."
    ),
]
ToOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--to", metavar="DATE", help="Only articles published on or before this YYYY-MM-DD."
    ),
]
LanguageOption: TypeAlias = Annotated[
    list[str] | None,
    typer.Option("--lang", metavar="CODE", help="Only articles in this language (repeatable)."),
]
SourceOption: TypeAlias = Annotated[
    list[str] | None,
    typer.Option("--source", metavar="NAME", help="Only articles of this source (repeatable)."),
]
ArticleOption: TypeAlias = Annotated[
    list[str] | None,
    typer.Option("--article", metavar="ID", help="Only the article of this id (repeatable)."),
]
CountOption: TypeAlias = Annotated[
    int, typer.Option("-k", metavar="N", min=1, help="How many passages to look at.")
]
StepsOption: TypeAlias = Annotated[
    int,
    typer.Option(
        "--steps",
        metavar="N",
        min=1,
        max=2,
        help="2 searches again from what was found, where one search would lead to a refusal.",
    ),
]
JsonOption: TypeAlias = Annotated[
    bool, typer.Option("--json", help="Print one JSON object on stdout and nothing else.")
]

_LANGUAGE = re.compile("[a-z]{2,3}")


def index_path(value: str | None) -> str | None:
    """Return the folder named by ``--index``; None leaves the choice to the library."""
    if value and "://" in value:
        raise ValueError(
            f"an index at {value} is not supported yet in this version: "
            "give a folder as --index instead."
        )
    return value or None


def filters(
    first: str | None,
    last: str | None,
    languages: list[str] | None,
    sources: list[str] | None,
    articles: list[str] | None = None,
) -> Filters | None:
    """Return the filters asked for, or None where nothing is restricted."""
    from index import Filters

    chosen = Filters(
        published_from=_date("--from", first),
        published_to=_date("--to", last),
        languages=tuple(_language(code) for code in languages or ()),
        sources=tuple(sources or ()),
        article_ids=tuple(articles or ()),
    )
    return chosen if chosen else None


def _date(option: str, value: str | None) -> date | None:
    if value is None:
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise ValueError(
            f"{option} takes a date such as 2022-04-26 (year-month-day), not {value!r}."
        ) from None


def _language(code: str) -> str:
    folded = code.strip().lower()
    if not _LANGUAGE.fullmatch(folded):
        raise ValueError(f"--lang takes a language code such as en or id, not {code!r}.")
    return folded


def columns(named: str | None) -> dict[str, str]:
    """Return the columns of ``title=headline,text=story`` by the field they hold."""
    pairs = [part.partition("=") for part in (named or "").split(",") if part.strip()]
    if wrong := [field for field, equals, _ in pairs if not equals]:
        raise ValueError(f"--columns takes FIELD=NAME, as in text=story, not {wrong[0].strip()!r}.")
    from index import check_columns

    return {**check_columns({field.strip(): column.strip() for field, _, column in pairs})}
