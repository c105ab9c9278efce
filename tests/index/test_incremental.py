"""Only what changed is read, embedded and removed; counted, not timed."""

from __future__ import annotations

import json
import os
from datetime import date
from pathlib import Path
from zipfile import ZipFile

import pytest

from index import Article, ArticleIndex, Filters
from tests.index.conftest import HashEmbedder

Shelf = tuple[ArticleIndex, HashEmbedder, Path]


@pytest.fixture
def shelf(tmp_path: Path, embedder: HashEmbedder) -> Shelf:
    """Return an index, its embedder and a folder for articles."""
    index = ArticleIndex.open(tmp_path / "index", create=True, model=embedder)
    folder = tmp_path / "articles"
    folder.mkdir()
    return index, embedder, folder


def write(folder: Path, name: str, text: str) -> Path:
    """Write a file as it was a minute ago: what is younger is not trusted by its time alone."""
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, "utf-8")
    earlier = path.stat().st_mtime - 60
    os.utime(path, (earlier, earlier))
    return path


def story(name: str, count: int = 60, edited: dict[int, str] | None = None) -> str:
    """Return sentences of ten words, some replaced."""
    lines = [f"Sentence {n} of {name} tells what happened on day {n}." for n in range(count)]
    for number, line in (edited or {}).items():
        lines[number] = line
    return "\n\n".join([f"The story of {name}", *lines])


def ids(index: ArticleIndex) -> list[str]:
    """Return the ids of the articles, sorted."""
    return sorted(info.id for info in index.articles())


def test_an_edit_embeds_only_the_passages_it_touches(shelf: Shelf) -> None:
    """Of the six passages of an article, those with the changed sentence: one, or two of them."""
    index, embedder, folder = shelf
    write(folder, "a.txt", story("a"))
    assert index.add(folder).embedded == 6
    for number, line in ((30, "Sentence 30 of a tells what nobody had seen before."),
                         (59, "Sentence 59 of a tells how it ended one year later.")):  # fmt: skip
        embedder.texts.clear()
        write(folder, "a.txt", story("a", edited={number: line}))
        report = index.add(folder)
        assert (report.updated, report.embedded) == (1, len(embedder.texts))
        assert 1 <= len(embedder.texts) <= 3
        assert all("nobody" in text or "one year" in text or "Sentence 30 of a" in text
                   or "Sentence 59" in text for text in embedder.texts)  # fmt: skip
        assert index.article("a.txt").text == story("a", edited={number: line})


def test_a_text_that_moved_is_not_embedded_again(shelf: Shelf) -> None:
    """Renamed, copied, and given as a value: the vectors are found by what was embedded."""
    index, embedder, folder = shelf
    write(folder, "a.txt", story("a"))
    index.add(folder)
    embedder.texts.clear()
    (folder / "a.txt").rename(folder / "b.txt")
    report = index.add(folder, prune=True)
    assert (report.added, report.removed, report.embedded) == (1, 1, 0)
    index.add(Article("c", "The story of a", story("a"), language="en"))
    assert embedder.texts == []
    assert ids(index) == ["b.txt", "c"]


def test_a_changed_date_replaces_the_article(shelf: Shelf) -> None:
    """The text is the same, the article is not: its date, source and authors follow."""
    index, _, folder = shelf
    row = {"id": "x", "title": "News", "text": "A dam opened.", "date": "2024-01-01"}
    write(folder, "n.jsonl", json.dumps(row))
    index.add(folder)
    write(folder, "n.jsonl", json.dumps({**row, "date": "2024-05-01", "author": "Ani"}))
    assert index.add(folder).updated == 1
    article = index.article("x")
    assert (article.published, article.authors) == (date(2024, 5, 1), ("Ani",))
    assert index.articles(filters=Filters(published_to=date(2024, 2, 1))) == []
    assert index.add(folder).unchanged == 1


def test_a_moved_folder_is_followed_without_embedding(shelf: Shelf, tmp_path: Path) -> None:
    """The source of each article is where its file is now."""
    index, embedder, folder = shelf
    write(folder, "a.txt", story("a"))
    index.add(folder)
    embedder.texts.clear()
    folder.rename(tmp_path / "moved")
    report = index.add(tmp_path / "moved")
    assert (report.updated, report.embedded) == (1, 0)
    assert index.article("a.txt").source == str(tmp_path / "moved" / "a.txt")


def test_an_interrupted_run_goes_on_where_it_stopped(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of 300 articles nothing is embedded twice but the batches in flight, which were not kept."""
    index, embedder, folder = shelf
    for number in range(300):
        write(folder, f"{number:03}.txt", f"Report {number} about place {number}. It is short.")
    real, calls = embedder.embed, []

    def interrupted(texts: list[str], *, kind: str) -> object:
        calls.append(len(texts))
        if sum(calls) > 150:
            raise KeyboardInterrupt
        return real(texts, kind=kind)

    with monkeypatch.context() as patch:
        patch.setattr(embedder, "embed", interrupted)
        with pytest.raises(KeyboardInterrupt):
            index.add(folder)
    kept = len(index.articles())
    assert 64 <= kept <= 150
    embedder.texts.clear()
    report = index.add(folder)
    assert (report.unchanged, report.added, report.embedded) == (kept, 300 - kept, 300 - kept)
    assert len(embedder.texts) == 300 - kept
    assert index.check() == []


def test_prune_removes_what_vanished_from_the_folder_alone(shelf: Shelf, tmp_path: Path) -> None:
    """Not without being asked, not from other folders, not what came from elsewhere, too."""
    index, _, folder = shelf
    other = tmp_path / "other"
    for name in ("a.txt", "b.txt", "sub/c.txt"):
        write(folder, name, story(name))
    row = {"id": "shared", "title": "", "text": "Both files have it."}
    write(folder, "rows.jsonl", json.dumps(row))
    write(other.parent / "other", "rows.jsonl", json.dumps(row))
    write(other, "d.txt", story("d"))
    index.add([folder, other, Article("given", "", "Given as a value.", language="en")])
    index.add(Article("b.txt", *_title_and_text(index, "b.txt"), language="en"))
    for name in ("a.txt", "b.txt", "sub/c.txt", "rows.jsonl"):
        (folder / name).unlink()
    (other / "d.txt").unlink()
    write(folder, "e.txt", story("e"))
    assert index.add(folder).removed == 0
    report = index.add(folder, prune=True)
    assert report.removed == 2
    assert ids(index) == ["b.txt", "d.txt", "e.txt", "given", "shared"]
    assert index.check() == []


def _title_and_text(index: ArticleIndex, article_id: str) -> tuple[str, str]:
    article = index.article(article_id)
    return article.title, article.text


def test_what_failed_once_and_is_well_again_no_longer_counts(shelf: Shelf) -> None:
    """A path that was not there, and a file in an archive; what still fails does."""
    index, _, folder = shelf
    for texts, failed in ([("a.txt", "Text."), ("b.zip", "x")], 2), ([("a.txt", "Text.")], 1):
        with ZipFile(folder / "a.zip", "w") as archive:
            for name, text in texts:
                archive.writestr(name, text)
        empty = write(folder, "empty.txt", "")
        report = index.add([folder, folder.parent / "later"])
        assert (len(report.failed), index.stats().failures) == (failed + 1, failed + 1)
    (folder.parent / "later").mkdir()
    write(folder.parent / "later", "c.txt", "More text.")
    index.add(folder.parent / "later")
    assert index.stats().failures == 1
    empty.write_text("Text at last.", "utf-8")
    index.add(folder)
    assert index.stats().failures == 0


def test_prune_keeps_what_only_cannot_be_seen(shelf: Shelf, tmp_path: Path) -> None:
    """A folder that is gone as a whole is an error; an emptied one, and failures, are followed."""
    index, _, folder = shelf
    write(folder, "a.txt", story("a"))
    write(folder, "bad.jsonl", "{no json")
    assert len(index.add(folder).failed) == 1
    folder.rename(tmp_path / "away")
    report = index.add(folder, prune=True)
    assert (report.removed, len(report.failed)) == (0, 1)
    folder.mkdir()
    report = index.add(folder, prune=True)
    assert (report.removed, report.failed) == (1, ())
    assert index.stats().failures == 0  # not even that of the folder, when it was gone
    assert ids(index) == []


def test_rows_leave_with_the_commit_that_records_their_file(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run that stops before it leaves file and rows as they were, and the next one finds both."""
    index, embedder, folder = shelf
    rows = [{"id": name, "title": "", "text": f"Row {name} is here."} for name in "abc"]
    write(folder, "rows.jsonl", "\n".join(map(json.dumps, rows)))
    index.add(folder)
    changed = [*rows[:2], {"id": "z", "title": "", "text": "A new row."}]
    write(folder, "rows.jsonl", "\n".join(map(json.dumps, changed)))
    with monkeypatch.context() as patch:
        patch.setattr(embedder, "embed", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            index.add(folder)
    assert ids(index) == ["a", "b", "c"]
    report = index.add(folder)
    assert (report.added, report.removed, ids(index)) == (1, 1, ["a", "b", "z"])


def test_a_row_that_another_file_holds_stays_and_is_read_from_there(shelf: Shelf) -> None:
    """Its version is the other file's from the next run on."""
    index, _, folder = shelf
    write(folder, "one.jsonl", json.dumps({"id": "x", "text": "The first version."}))
    write(folder, "two.jsonl", json.dumps({"id": "x", "text": "The second version."}))
    index.add(folder)
    assert index.article("x").text == "The second version."
    (folder / "two.jsonl").unlink()
    assert index.add(folder, prune=True).removed == 0
    assert index.add(folder).updated == 1
    assert index.article("x").text == "The first version."


def test_a_file_that_changes_while_it_is_read_is_not_taken(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It fails with a sentence, its half text is nowhere, and the next run takes it whole."""
    index, _, folder = shelf
    path = write(folder, "a.txt", "Half a sen")
    from index.source_files import load_file as real

    def growing(*arguments: object, **options: object) -> object:
        yield from real(*arguments, **options)  # type: ignore[arg-type]
        write(folder, "a.txt", "Half a sentence is a whole one now.")

    monkeypatch.setattr("index.source_files.load_file", growing)
    report = index.add(folder)
    assert [failure.path for failure in report.failed] == [str(path)]
    assert "changed while it was read" in report.failed[0].message
    assert ids(index) == []
    monkeypatch.undo()
    assert index.add(folder).added == 1
    assert index.article("a.txt").text == "Half a sentence is a whole one now."


def test_a_file_rewritten_within_one_tick_is_noticed(shelf: Shelf) -> None:
    """Of equal size and time, but just written: its bytes are looked at once more."""
    index, _, folder = shelf
    path = folder / "a.txt"
    path.write_text("The harbour is open.", "utf-8")
    status = path.stat()
    index.add(folder)
    path.write_text("The harbour is shut.", "utf-8")
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert index.add(folder).updated == 1


def test_names_that_are_no_text_are_remembered(shelf: Shelf) -> None:
    """A file name of bytes that are not UTF-8 is indexed, found unchanged, and pruned."""
    index, _, folder = shelf
    path = os.fsencode(folder) + b"/caf\xe9.txt"
    with open(path, "w", encoding="utf-8") as file:
        file.write("A menu of the day.")
    os.utime(path, (1, 1))
    assert index.add(folder).added == 1
    assert index.add(folder, prune=True).unchanged == 1
    os.unlink(path)
    assert index.add(folder, prune=True).removed == 1


def test_removal_costs_what_the_article_costs(shelf: Shelf) -> None:
    """Without erasing, as many rows are read and written among 400 articles as among 20."""
    index, _, _ = shelf
    steps = []
    for count in (20, 400):
        index.add([Article(f"a{n}", "", f"Report {n} is short.", language="en")
                   for n in range(count)])  # fmt: skip
        with index._store.writer() as writer:
            work = [0]
            writer._connection.set_progress_handler(lambda work=work: work.append(0), 100)
            assert writer.remove(["a7"], erase=False) == 1
            writer._connection.set_progress_handler(None, 0)
            steps.append(len(work))
    assert steps[1] <= steps[0] + 3
