"""Articles that cannot be stored, and those that bring the id of another: no other one is lost."""

from __future__ import annotations

import json
from datetime import date, datetime

import pytest

from index import Article
from tests.index.test_incremental import Shelf, ids, shelf, write

__all__ = ["shelf"]


def test_an_article_does_not_take_the_place_of_another_of_its_id(shelf: Shelf) -> None:
    """Rows numbered from 1 in two files, or twice in one, are told of once a file; none is lost."""
    index, _, folder = shelf
    one = [{"id": n, "title": f"Ship {n}", "text": f"The {n}. ship sailed home."} for n in (1, 2)]
    two = [{"id": n, "title": f"Tree {n}", "text": f"An apple tree, number {n}."} for n in (1, 2)]
    third = {"id": 3, "title": "Cloud", "text": "Rain fell."}
    write(folder, "one.jsonl", "\n".join(map(json.dumps, one)))
    write(folder, "two.jsonl", "\n".join(map(json.dumps, [*two, third])))
    for added in (3, 0):
        report = index.add(folder)
        assert (report.added, report.updated, len(report.failed)) == (added, 0, 1)
    assert report.failed[0].message == (
        f"{folder}/two.jsonl: 2 articles have the ids of other articles, such as '1' of "
        f"{folder}/one.jsonl, and were left out; give each article an id of its own."
    )
    assert [index.article(id_).title for id_ in ids(index)] == ["Ship 1", "Ship 2", "Cloud"]
    rows = [one[0], two[0]]
    write(folder, "two.jsonl", "\n".join(map(json.dumps, [third, *rows])))
    (folder / "one.jsonl").unlink()
    report = index.add(folder, prune=True)
    assert [failure.message.split(", ")[1] for failure in report.failed] == [
        "such as '1' of the same file"
    ]
    assert index.article("1").title == "Ship 1"


def test_the_edited_article_of_a_file_is_never_taken_for_another(shelf: Shelf) -> None:
    """Though nothing of it stayed, and another file holds the version before."""
    index, _, folder = shelf
    write(folder, "a.txt", "A ship\n\nIt sailed home.")
    index.add(folder)
    row = {"id": "a.txt", "title": "A ship", "text": "A ship\n\nIt sailed home."}
    index.add(write(folder.parent, "export.jsonl", json.dumps(row)))
    write(folder, "a.txt", "Trees\n\nApples grow on them.")
    report = index.add(folder)
    assert (report.updated, report.failed, index.article("a.txt").title) == (1, (), "Trees")


def test_an_article_that_no_index_can_hold_stops_no_other(shelf: Shelf) -> None:
    """It is a failure in the report, named in characters that can be printed and stored."""
    index, _, _ = shelf
    bad = [
        Article("", "T", "No id."),
        Article("a\0b", "T", "NUL in its id."),
        Article("c\ud800", "T", "Half a character in its id."),
        Article("d", "T", "Half a character: \udfff."),
        Article("e", "T", "One here.", source="\udfff.txt"),
        Article("f", "T", "Odd.", metadata={"seen": date(2022, 4, 26)}),  # type: ignore[dict-item]
    ]
    report = index.add([Article("first", "T", "Good."), *bad, Article("last", "T", "Good, too.")])
    assert (report.added, ids(index)) == (2, ["first", "last"])
    assert [failure.path for failure in report.failed] == [
        "",
        "ab",
        "c\\ud800",
        "d",
        "\\udfff.txt",
        "f",
    ]
    problems = ["no usable id"] * 2 + ["half a character"] * 3 + ["is no text"]
    told = zip(report.failed, problems, strict=True)
    assert all(problem in failure.message for failure, problem in told)
    assert all(failure.message.isprintable() for failure in report.failed)


def test_a_moment_of_publication_is_its_day(shelf: Shelf) -> None:
    """A datetime is a date to Python, and its text is none to a store: the index stays readable."""
    index, _, _ = shelf
    moment = datetime(2022, 4, 26, 10, 30)
    article = Article("a", "T", "Text.", published=moment)
    assert type(article.published) is date
    index.add(article)
    assert index.article("a").published == date(2022, 4, 26)
    assert [info.published for info in index.articles()] == [date(2022, 4, 26)]
    with pytest.raises(ValueError, match=r"is a datetime\.date or None, not '2022-04-26'"):
        Article("a", "T", "Text.", published="2022-04-26")  # type: ignore[arg-type]


def test_a_moment_stored_by_an_older_version_is_read_as_its_day(shelf: Shelf) -> None:
    """Such a row made every list of the articles fail."""
    index, _, _ = shelf
    article = Article("a", "T", "Text.")
    object.__setattr__(article, "published", datetime(2022, 4, 26, 10, 30))
    index.add(article)
    assert [info.published for info in index.articles()] == [date(2022, 4, 26)]
    assert index.facets().months == (("2022-04", 1),)
    assert index.check() == []
