"""The commands that fill, show and keep an index: index, list, show, remove, stats, check."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from ui.as_json import article_json, articles_json, plain
from ui.commands import options
from ui.commands.options import (
    ColumnsOption,
    FromOption,
    IndexOption,
    JsonOption,
    LanguageOption,
    ModelOption,
    SourceOption,
    ToOption,
    filters,
    index_path,
)
from ui.commands.watching import follow
from ui.progress import progress_bar
from ui.terminal import (
    complain_of,
    print_article,
    print_articles,
    print_figures,
    print_json,
    say,
)

if TYPE_CHECKING:
    from index import AddReport, Failure

SOME_FAILED = 3  # also: check found damage
MISTAKE = 2


def index(
    paths: Annotated[
        list[str],
        typer.Argument(
            metavar="PATH|URL",
            help="Files, folders or archives of articles; pages, feeds, sitemaps.",
        ),
    ],
    index: IndexOption = None,
    model: ModelOption = None,
    columns: ColumnsOption = None,
    prune: Annotated[
        bool, typer.Option("--prune", help="Remove articles whose files vanished from a folder.")
    ] = False,
    watch: Annotated[
        bool, typer.Option("--watch", help="Follow the changes in the folders until Ctrl+C.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Add or update articles; what has not changed is skipped."""
    folder, named = index_path(index), options.columns(columns)
    if watch:
        follow(folder, paths, model=model, columns=named, as_json=as_json)
    from index import AddReport, ArticleIndex

    failures = unusable(paths)
    useless = len(failures) == len(paths)
    if useless and not prune:  # before a folder is made or a model loaded for nothing
        report = AddReport(failed=failures)
    else:
        with (
            ArticleIndex.open(folder, create=not useless, model=model) as opened,
            progress_bar() as progress,
        ):
            report = opened.add(paths, prune=prune, columns=named, progress=progress)
    _tell(report, as_json=as_json)


def _tell(report: AddReport, *, as_json: bool) -> None:
    """Print what was done; what failed decides the exit code."""
    complain_of(report.failed)
    done = report.added + report.updated + report.unchanged + report.removed
    if as_json:
        print_json(plain(report))
    elif done or not report.failed:
        say(str(report))
    if report.failed:
        raise typer.Exit(SOME_FAILED if done else MISTAKE)


def unusable(paths: Sequence[str]) -> tuple[Failure, ...]:
    """Return the paths of which nothing can be indexed, and why."""
    from index import ArticleError, Failure, find_files

    failures = []
    for path in paths:
        try:
            next(iter(find_files(path)), None)
        except ArticleError as error:
            failures.append(Failure(error.path, str(error)))
    return tuple(failures)


def list_articles(
    index: IndexOption = None,
    first: FromOption = None,
    last: ToOption = None,
    languages: LanguageOption = None,
    sources: SourceOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the articles: id, date, language and title."""
    folder = index_path(index)
    chosen = filters(first, last, languages, sources)
    from index import ArticleIndex

    with ArticleIndex.open(folder, readonly=True) as opened:
        articles = list(opened.articles(filters=chosen))
    if as_json:
        print_json(articles_json(articles))
    else:
        print_articles(articles)


def show(
    article_id: Annotated[str, typer.Argument(metavar="ID", help="Id of the article.")],
    index: IndexOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show one article whole."""
    folder = index_path(index)
    from index import ArticleIndex

    with ArticleIndex.open(folder, readonly=True) as opened:
        article = opened.article(article_id)
    if as_json:
        print_json(article_json(article))
    else:
        print_article(article)


def remove(
    article_ids: Annotated[
        list[str], typer.Argument(metavar="ID", help="Ids of the articles to erase.")
    ],
    index: IndexOption = None,
    as_json: JsonOption = False,
) -> None:
    """Erase articles from the index; the files they came from stay."""
    folder = index_path(index)
    from index import ArticleIndex

    with ArticleIndex.open(folder) as opened:
        for article_id in article_ids:
            opened.article(article_id)  # an unknown id is an error before anything is erased
        removed = opened.remove(article_ids)
    if as_json:
        print_json({"removed": removed})
    else:
        say(f"{removed} removed")


def stats(index: IndexOption = None, as_json: JsonOption = False) -> None:
    """Say what the index holds."""
    folder = index_path(index)
    from index import ArticleIndex

    with ArticleIndex.open(folder, readonly=True) as opened:
        figures = plain(opened.stats())
    if as_json:
        print_json(figures)
    else:
        print_figures(figures)
