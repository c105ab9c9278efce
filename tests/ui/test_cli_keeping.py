"""What keeps an index right: --prune, --watch and check --repair, with the bundled model."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

import index
from index import AddReport, ArticleIndex, Failure
from ui import cli

ROOT = Path(__file__).parents[2]
SEEDS = ROOT / "seeds"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a folder with a copy of the seeds and a clean environment."""
    for name in ("KUTIP_INDEX", "KUTIP_LLM", "KUTIP_MODEL", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    shutil.copytree(SEEDS, tmp_path / "seeds")
    return tmp_path


def report(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> dict[str, object]:
    """Run `kutip index ... --json` and return its object."""
    capsys.readouterr()
    assert cli.run(["index", *arguments, "--json"]) == code
    value = json.loads(capsys.readouterr().out)
    assert isinstance(value, dict)
    return value


def test_prune_removes_what_vanished(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Only when asked, down to the last file; a folder that is gone is an error, and stays."""
    (folder / "other").mkdir()
    (folder / "other" / "x.txt").write_text("An article from elsewhere.", "utf-8")
    count = report(capsys, "seeds", "other")["added"]
    (folder / "seeds" / "turbin-lembah-tirta.md").unlink()
    assert report(capsys, "seeds")["removed"] == 0
    assert report(capsys, "seeds", "--prune")["removed"] == 1
    assert cli.run(["show", "turbin-lembah-tirta.md"]) == 2
    for file in (folder / "seeds").iterdir():
        file.unlink()
    emptied = report(capsys, "seeds", "--prune")
    assert (emptied["removed"], emptied["failed"]) == (int(str(count)) - 2, [])
    assert cli.run(["index", "seeds", "--prune"]) == 2
    shutil.rmtree(folder / "other")
    assert len(list(report(capsys, "other", "--prune", code=2)["failed"])) == 1  # type: ignore[call-overload]
    with ArticleIndex.open(readonly=True) as opened:
        assert [info.id for info in opened.articles()] == ["x.txt"]


def test_watch_tells_what_came_in_and_ends_as_interrupted(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A report a line; a failure that stays is told once; Ctrl+C is 130 and nothing is lost."""
    failure = Failure("bad.txt", "bad.txt is empty.")

    def changes(watch: object) -> Iterator[AddReport]:
        yield AddReport(updated=1, failed=(failure,))
        yield AddReport(removed=2, failed=(failure,))
        raise KeyboardInterrupt

    monkeypatch.setattr(index, "watch_folders", changes)
    assert cli.run(["index", "seeds", "--watch", "--json"]) == 130
    captured = capsys.readouterr()
    lines = [json.loads(line) for line in captured.out.splitlines()]
    assert [(one["added"], one["updated"], one["removed"]) for one in lines] == [
        (len(list(SEEDS.iterdir())), 0, 0), (0, 1, 0), (0, 0, 2),
    ]  # fmt: skip
    assert captured.err == (
        "kutip: watching for changes; Ctrl+C stops it\n"
        "kutip: bad.txt is empty.\nkutip: interrupted\n"
    )
    with ArticleIndex.open(readonly=True) as opened:
        assert len(opened.articles()) == lines[0]["added"]


def test_only_folders_are_watched(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file is refused before anything is made."""
    assert cli.run(["index", "seeds/turbin-lembah-tirta.md", "--watch"]) == 2
    assert "--watch follows folders" in capsys.readouterr().err
    assert not (folder / "kutip-index").exists()


@pytest.mark.long
def test_the_command_follows_a_real_folder(folder: Path) -> None:
    """As it is typed: a file that comes is told of, and Ctrl+C ends it with 130."""
    child = subprocess.Popen(
        [sys.executable, "-c", "from ui.cli import main; main()", "index", str(folder / "seeds"),
         "--watch", "--json", "--index", str(folder / "kutip-index")],
        cwd=ROOT, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )  # fmt: skip
    assert child.stdout
    guard = threading.Timer(300, child.kill)
    guard.start()
    try:
        assert json.loads(child.stdout.readline())["added"] > 0
        (folder / "seeds" / "new.txt").write_text("Sungai meluap di Bogor.", "utf-8")
        assert json.loads(child.stdout.readline())["added"] == 1
    finally:
        child.send_signal(signal.SIGINT)
        child.communicate()
        guard.cancel()
    assert child.returncode == 130


def test_a_database_that_cannot_be_opened_is_saved(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Cut short it is refused with the remedy, and the remedy saves what can still be read."""
    assert cli.run(["index", "seeds"]) == 0
    file = folder / "kutip-index" / "store.db"
    whole = file.read_bytes()
    file.write_bytes(whole[: -len(whole) // 10])
    assert cli.run(["list"]) == 2
    assert "kutip check --repair" in capsys.readouterr().err
    code = cli.run(["check", "--repair"])
    told = capsys.readouterr()
    assert "was made anew from the rows that could be read" in told.err
    assert code == (3 if "damaged: " in told.out else 0)
    assert cli.run(["index", "seeds"]) == 0
    assert cli.run(["check"]) == 0
    with ArticleIndex.open(readonly=True) as opened:
        assert sorted(info.id for info in opened.articles()) == sorted(
            file.name for file in SEEDS.iterdir()
        )
