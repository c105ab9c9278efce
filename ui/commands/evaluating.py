"""``kutip eval``: measure the reader, retrieval and whole answers on question sets."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from enum import StrEnum
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import typer
from typer.core import TyperCommand

from ui.as_json import plain
from ui.commands.options import JsonOption, ModelOption, index_path
from ui.progress import progress_bar
from ui.terminal import print_json, print_report

if TYPE_CHECKING:
    from index import ArticleIndex


class Half(StrEnum):
    """Which questions to use: thresholds are tuned on one half, figures reported on the other."""

    all = "all"
    tune = "tune"
    report = "report"


class ManyValues(TyperCommand):
    """A command whose ``--articles`` takes every value up to the next option."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Repeat the option before each of its values, as the parser wants it."""
        return super().parse_args(ctx, spread(args, "--articles"))


def spread(arguments: list[str], option: str) -> list[str]:
    """Turn ``option a b`` into ``option a option b``."""
    result: list[str] = []
    after = 0  # values seen since ``option``; 0 also where we are not behind it
    for argument in arguments:
        if argument.startswith("-"):
            after = 1 if argument == option else 0
        elif after:
            if after > 1:
                result.append(option)
            after += 1
        result.append(argument)
    return result


HalfOption: TypeAlias = Annotated[
    Half,
    typer.Option("--half", help="Use all questions, or only the half to tune on or to report."),
]
ReaderOption: TypeAlias = Annotated[
    str,
    typer.Option("--reader", metavar="NAME", help="extractive, sentences or PROVIDER:MODEL."),
]
ArticlesOption: TypeAlias = Annotated[
    list[str],
    typer.Option(
        "--articles", metavar="FILE...", help="Articles to search: one or more files or folders."
    ),
]
QuestionsOption: TypeAlias = Annotated[
    str, typer.Option("--questions", metavar="FILE", help="Questions, as rows of JSON lines.")
]
# Not the shared option: $KUTIP_INDEX must never fill the user's own index with test articles.
KeptIndexOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--index",
        metavar="DIR",
        help="Keep the index of the articles here and use it again; else it is thrown away.",
    ),
]


def eval_reader(
    files: Annotated[
        list[str], typer.Argument(metavar="FILE", help="Rows to read: .jsonl or .jsonl.gz.")
    ],
    name: ReaderOption = "extractive",
    half: HalfOption = Half.all,
    as_json: JsonOption = False,
) -> None:
    """Measure a reader alone.

    Exact match, F1, refusing and AUROC, also by language pair.
    """
    from index import load_embedder
    from qa import evaluation, load_reader

    rows = [row for file in files for row in evaluation.read_rows(file)]
    embedder = load_embedder()
    report = evaluation.evaluate_reader(
        rows,
        load_reader(name, embedder=embedder),
        half=half.value,
        count_tokens=embedder.count_tokens,
    )
    _print(report, as_json=as_json)


def eval_retrieval(
    articles: ArticlesOption,
    questions: QuestionsOption,
    index: KeptIndexOption = None,
    model: ModelOption = None,
    half: HalfOption = Half.all,
    as_json: JsonOption = False,
) -> None:
    """Measure search alone.

    Recall, MRR, nDCG and gold sentences found, also by language pair.
    """
    folder = index_path(index)
    from qa import evaluation

    evaluation.require_measures()  # before minutes of indexing
    rows = evaluation.read_questions(questions)
    sentences = evaluation.read_sentences(articles)
    with _indexed(articles, folder, model) as opened:
        report = evaluation.evaluate_retrieval(opened, rows, sentences=sentences, half=half.value)
    _print(report, as_json=as_json)


def eval_answers(
    articles: ArticlesOption,
    questions: QuestionsOption,
    index: KeptIndexOption = None,
    model: ModelOption = None,
    name: ReaderOption = "extractive",
    half: HalfOption = Half.all,
    as_json: JsonOption = False,
) -> None:
    """Measure whole answers.

    Evidence, F1, exact quotes, refusals, calibration and latency, also by language pair.
    """
    folder = index_path(index)
    from qa import evaluation, load_reader

    rows = evaluation.read_questions(questions)
    sentences = evaluation.read_sentences(articles)
    with _indexed(articles, folder, model) as opened:
        reader = load_reader(name, embedder=opened.embedder)
        report = evaluation.evaluate_answers(
            opened, rows, reader=reader, sentences=sentences, half=half.value
        )
    _print(report, as_json=as_json)


@contextmanager
def _indexed(articles: list[str], folder: str | None, model: str | None) -> Iterator[ArticleIndex]:
    """Index ``articles`` in ``folder``, or for this run only where it is None."""
    from index import ArticleIndex, KutipError

    with ExitStack() as stack:
        if folder is None:
            folder = stack.enter_context(TemporaryDirectory(prefix="kutip-evaluation-"))
        opened = stack.enter_context(ArticleIndex.open(folder, create=True, model=model))
        with progress_bar() as progress:
            report = opened.add(articles, progress=progress)
        if report.failed:
            raise KutipError(report.failed[0].message)  # figures over fewer articles would lie
        yield opened


def _print(report: dict[str, Any], *, as_json: bool) -> None:
    figures = {key: plain(value) for key, value in report.items()}
    if as_json:
        print_json(figures)
    else:
        print_report(figures)
