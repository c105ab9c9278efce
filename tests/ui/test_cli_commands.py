"""The commands that fill, show and keep an index, over a fake one."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any, ClassVar

import pytest

import index
from index import (
    AddReport,
    Article,
    ArticleInfo,
    Failure,
    Filters,
    StoreError,
)
from ui import cli

TEXT = "Judul\nDia mendesak evakuasi. Kalimat lain."
ARTICLE = Article("a1", "Judul", TEXT, "berita.txt", "id", date(2022, 4, 26))
OTHER = Article("b2", "Title", "Title\nBody.", "news.txt", "en", url="https://example.org/b2")


def info_of(article: Article) -> ArticleInfo:
    """Describe an article as an index does."""
    return ArticleInfo(
        article.id,
        article.title,
        article.published,
        article.language,
        article.source,
        article.digest,
        article.url,
    )


@dataclass(frozen=True)
class FakeFinding:
    """Damage, as ``ArticleIndex.check`` describes it."""

    part: str
    problem: str
    repaired: bool = False


@dataclass(frozen=True)
class FakeStats:
    """Figures, as ``ArticleIndex.stats`` returns them: with values inside values."""

    articles: int
    languages: Mapping[str, int]
    last_check: FakeFinding


class FakeIndex:
    """An index of two articles that remembers how it was opened and what it was told."""

    opened: ClassVar[list[tuple[str | None, dict[str, Any]]]] = []
    told: ClassVar[list[Any]] = []
    report = AddReport(added=2, seconds=1.0, embedded=4)
    lost: ClassVar[list[FakeFinding]] = []

    @classmethod
    def open(cls, path: str | None = None, **options: Any) -> FakeIndex:
        """Remember the call; ``missing`` is a folder without an index."""
        cls.opened.append((path, options))
        if path == "missing":
            raise StoreError("There is no index at missing; create one.", path="missing")
        return cls()

    def __enter__(self) -> FakeIndex:
        return self

    def __exit__(self, *error: object) -> None:
        self.told.append("closed")

    def add(
        self,
        paths: Sequence[str],
        *,
        prune: bool,
        columns: Mapping[str, str],
        progress: Callable[..., None] | None,
    ) -> AddReport:
        """Remember the paths, and what else was asked for."""
        self.told.append(("add", list(paths), prune, dict(columns), progress))
        return self.report

    def remove(self, ids: Sequence[str]) -> int:
        """Remember the ids."""
        self.told.append(("remove", list(ids)))
        return len(ids)

    def article(self, article_id: str) -> Article:
        """Return an article, or say that there is none."""
        for article in (ARTICLE, OTHER):
            if article.id == article_id:
                return article
        raise StoreError(f"There is no article {article_id!r} in the index.", path="folder")

    def articles(self, *, filters: Filters | None = None) -> Iterator[ArticleInfo]:
        """Describe both articles."""
        self.told.append(("articles", filters))
        return map(info_of, (ARTICLE, OTHER))

    def check(self, *, repair: bool) -> list[FakeFinding]:
        """Find two things, of which one can be repaired."""
        self.told.append(("check", repair))
        kept = FakeFinding("vector index", "the file is cut short", repair)
        return [kept, *self.lost]

    def stats(self) -> FakeStats:
        """Return a few figures."""
        return FakeStats(2, MappingProxyType({"en": 1, "id": 1}), FakeFinding("a", "b"))


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch) -> type[FakeIndex]:
    """Put the fake index behind `index` and an empty environment around the command."""
    for name in ("KUTIP_INDEX", "KUTIP_LLM", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(FakeIndex, "opened", [])
    monkeypatch.setattr(FakeIndex, "told", [])
    monkeypatch.setattr(index, "ArticleIndex", FakeIndex)
    # The paths these tests name need not be there.
    monkeypatch.setattr(index, "find_files", lambda _path: iter(()))
    return FakeIndex


def test_index_adds_and_reports(
    library: type[FakeIndex], capsys: pytest.CaptureFixture[str]
) -> None:
    """Paths and model reach the library; the report is what is printed."""
    assert cli.run(["index", "a.txt", "b", "--index", "folder", "--model", "tiny"]) == 0
    assert library.opened == [("folder", {"create": True, "model": "tiny"})]
    assert library.told == [("add", ["a.txt", "b"], False, {}, None), "closed"]
    assert capsys.readouterr().out == "2 added, 0 updated, 0 unchanged in 1.0 s\n"


@pytest.mark.parametrize(
    ("unchanged", "code"),
    [(0, 2), (1, 3)],
    ids=["all failed", "some failed"],
)
def test_index_lists_what_failed(
    unchanged: int,
    code: int,
    library: type[FakeIndex],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """One line per failure on stderr; the report stays one JSON object on stdout."""
    failed = (Failure("a.txt", "a.txt is empty."), Failure("evil\x1b[31m.txt", "It has no text."))
    monkeypatch.setattr(library, "report", AddReport(unchanged=unchanged, failed=failed))
    assert cli.run(["index", "folder", "--json"]) == code
    captured = capsys.readouterr()
    assert captured.err == ("kutip: a.txt is empty.\nkutip: evil\\x1b[31m.txt: It has no text.\n")
    assert json.loads(captured.out) == {
        "added": 0,
        "updated": 0,
        "unchanged": unchanged,
        "removed": 0,
        "duplicates": 0,
        "failed": [
            {"path": "a.txt", "message": "a.txt is empty."},
            {"path": "evil\x1b[31m.txt", "message": "It has no text."},
        ],
        "seconds": 0.0,
        "embedded": 0,
        "tokens": 0,
    }


def test_list_as_lines_and_as_json(
    library: type[FakeIndex], capsys: pytest.CaptureFixture[str]
) -> None:
    """Tab-separated lines in a pipe; the same as an object with ``--json``."""
    assert cli.run(["list", "--lang", "id"]) == 0
    assert capsys.readouterr().out == "a1\t2022-04-26\tid\tJudul\nb2\t\ten\tTitle\n"
    assert library.told == [("articles", Filters(languages=("id",))), "closed"]
    assert cli.run(["list", "--json"]) == 0
    articles = json.loads(capsys.readouterr().out)["articles"]
    assert articles[1] == {
        "id": "b2",
        "title": "Title",
        "language": "en",
        "published": None,
        "source": "news.txt",
        "url": "https://example.org/b2",
        "digest": OTHER.digest,
    }


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ("list --index missing", "There is no index at missing; create one."),
        ("show nobody", "There is no article 'nobody' in the index."),
    ],
)
@pytest.mark.usefixtures("library")
def test_what_is_not_there(
    arguments: str, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The library's sentence is the user's."""
    assert cli.run(arguments.split()) == 2
    assert capsys.readouterr() == ("", f"kutip: {sentence}\n")


@pytest.mark.usefixtures("library")
def test_show_prints_the_text_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    """The head names what is known, the text follows unchanged."""
    assert cli.run(["show", "a1"]) == 0
    head, _, text = capsys.readouterr().out.partition("\n\n")
    assert text == f"{TEXT}\n"
    assert "published  2022-04-26" in head
    assert "url" not in head
    assert cli.run(["show", "a1", "--json"]) == 0
    value = json.loads(capsys.readouterr().out)
    assert (value["text"], value["digest"]) == (TEXT, ARTICLE.digest)


def test_remove_knows_its_ids_before_it_erases(
    library: type[FakeIndex], capsys: pytest.CaptureFixture[str]
) -> None:
    """One unknown id and nothing is erased."""
    assert cli.run(["remove", "a1", "nobody"]) == 2
    assert library.told == ["closed"]
    assert cli.run(["remove", "a1", "b2", "--json"]) == 0
    assert library.told == ["closed", ("remove", ["a1", "b2"]), "closed"]
    assert json.loads(capsys.readouterr().out) == {"removed": 2}
    assert library.opened[-1] == (None, {})


@pytest.mark.usefixtures("library")
def test_stats(capsys: pytest.CaptureFixture[str]) -> None:
    """Figures in two columns, or as they are with ``--json``."""
    assert cli.run(["stats"]) == 0
    assert capsys.readouterr().out == (
        "articles             2\n"
        "languages en         1\n"
        "languages id         1\n"
        "last check part      a\n"
        "last check problem   b\n"
        "last check repaired  False\n"
    )
    assert cli.run(["stats", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {
        "articles": 2,
        "languages": {"en": 1, "id": 1},
        "last_check": {"part": "a", "problem": "b", "repaired": False},
    }


@pytest.mark.parametrize(
    ("arguments", "lost", "code", "lines"),
    [
        ([], 0, 3, "damaged: vector index: the file is cut short\n"),
        (["--repair"], 0, 0, "repaired: vector index: the file is cut short\n"),
        (
            ["--repair"],
            1,
            3,
            "repaired: vector index: the file is cut short\ndamaged: article: text\\x1b[2J lost\n",
        ),
    ],
)
def test_check_exits_3_while_damage_stays(
    arguments: list[str],
    lost: int,
    code: int,
    lines: str,
    library: type[FakeIndex],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Repaired damage is reported and done with; what stays damaged is exit code 3."""
    monkeypatch.setattr(library, "lost", [FakeFinding("article", "text\x1b[2J lost")] * lost)
    assert cli.run(["check", *arguments]) == code
    assert capsys.readouterr().out == lines
    assert library.told[0] == ("check", bool(arguments))
    assert cli.run(["check", "--json", *arguments]) == code
    findings = json.loads(capsys.readouterr().out)["findings"]
    assert findings[0] == {
        "part": "vector index",
        "problem": "the file is cut short",
        "repaired": bool(arguments),
    }
    assert len(findings) == 1 + lost


def test_chat_starts_the_page(library: type[FakeIndex], monkeypatch: pytest.MonkeyPatch) -> None:
    """``kutip chat`` hands its options to the page, which is imported only then."""
    calls: list[Any] = []
    page = type(sys)("ui.app")
    page.launch = lambda path, **options: calls.append((path, options))  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "ui.app", page)
    secret = "ana:12345678"
    assert (
        cli.run(["chat", "--index", "folder", "--port", "0", "--readonly", "--auth", secret]) == 0
    )
    chosen = {"host": "127.0.0.1", "port": 0, "llm": None, "steps": 1, "readonly": True}
    assert calls == [("folder", {**chosen, "auth": secret, "public": False, "web": False})]
    assert library.opened == []
