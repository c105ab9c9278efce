"""``kutip ask``, ``kutip search`` and ``kutip chat``."""

from __future__ import annotations

from typing import Annotated

import typer

from ui.as_json import answer_json, found_json
from ui.commands.options import (
    ArticleOption,
    CountOption,
    FromOption,
    IndexOption,
    JsonOption,
    LanguageOption,
    LlmOption,
    ReaderOption,
    SourceOption,
    StepsOption,
    ToOption,
    filters,
    index_path,
)
from ui.terminal import print_answer, print_found, print_json


def ask(
    question: Annotated[
        str, typer.Argument(metavar="QUESTION", help="The question, in any language.")
    ],
    index: IndexOption = None,
    llm: LlmOption = None,
    reader: ReaderOption = None,
    first: FromOption = None,
    last: ToOption = None,
    languages: LanguageOption = None,
    sources: SourceOption = None,
    articles: ArticleOption = None,
    count: CountOption = 8,
    steps: StepsOption = 1,
    as_json: JsonOption = False,
) -> None:
    """Answer a question with exact quotes from the articles."""
    path = index_path(index)
    chosen = filters(first, last, languages, sources, articles)
    from qa import answer

    found = answer(question, index=path, k=count, reader=llm or reader, filters=chosen, steps=steps)
    if as_json:
        print_json(answer_json(found))
    else:
        print_answer(found)


def search(
    query: Annotated[
        str, typer.Argument(metavar="QUERY", help="What to look for, in any language.")
    ],
    index: IndexOption = None,
    first: FromOption = None,
    last: ToOption = None,
    languages: LanguageOption = None,
    sources: SourceOption = None,
    articles: ArticleOption = None,
    count: CountOption = 10,
    as_json: JsonOption = False,
) -> None:
    """Find passages without answering."""
    path = index_path(index)
    chosen = filters(first, last, languages, sources, articles)
    from qa import find

    found = find(query, index=path, k=count, filters=chosen)
    if as_json:
        print_json(found_json(found))
    else:
        print_found(found)


def chat(
    index: IndexOption = None,
    host: Annotated[str, typer.Option("--host", help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[
        int, typer.Option("--port", min=0, max=65535, help="Port to listen on; 0 takes a free one.")
    ] = 7860,
    llm: LlmOption = None,
    reader: ReaderOption = None,
    steps: StepsOption = 1,
    readonly: Annotated[
        bool, typer.Option("--readonly", help="Never change the index from the page.")
    ] = False,
    auth: Annotated[
        str | None,
        typer.Option(
            "--auth",
            metavar="USER:PASSWORD",
            envvar="KUTIP_AUTH",
            help="Let in only who knows this name and password.",
        ),
    ] = None,
    public: Annotated[
        bool, typer.Option("--public", help="Let others in without a password.")
    ] = False,
    web: Annotated[
        bool, typer.Option("--web", help="Let the page add articles from web addresses.")
    ] = False,
) -> None:
    """Serve the chat as a web page."""
    path = index_path(index)
    from ui.app import launch

    launch(
        path, host=host, port=port, llm=llm or reader, steps=steps, readonly=readonly,
        auth=auth or None, public=public, web=web,
    )  # fmt: skip
