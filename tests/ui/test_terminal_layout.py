"""What a first-day user sees in a terminal of 80 columns."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from index import ArticleInfo, Hit, Passage, Sentence, Span
from qa import Answer, Claim
from qa.citing import cite
from ui import cli
from ui.describing import nearby
from ui.terminal import print_answer, print_articles

QUOTE = "Dia juga mendesak Rusia untuk mengizinkan evakuasi warga sipil yang terperangkap. " * 2


@pytest.fixture(autouse=True)
def _terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let rich believe that it writes to a terminal of 80 columns with colours."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.delenv("NO_COLOR", raising=False)


def answer_with(start: int, end: int) -> Answer:
    """Return an answer that quotes these characters of a sentence of two lines."""
    sentence = QUOTE.strip()
    info = ArticleInfo("a", "Judul", None, "id", "berita.txt", "d" * 64)
    passage = Passage("a", 0, len(sentence), (Sentence("a", 0, len(sentence)),), sentence)
    hits = [Hit(passage, 0.25, 1, 1, info)]
    cited = cite([Claim(sentence[start:end], (Span("a", start, end),), 0.9)], hits)
    return Answer(
        question="apa?", text="ya", found=True, confidence=0.83, citations=cited.citations,
        hits=tuple(hits), unsupported=(), reader="sentences", language="id",
    )  # fmt: skip


def test_a_quote_of_two_lines_stands_beside_its_number(capsys: pytest.CaptureFixture[str]) -> None:
    """The second line begins under the first one's text, and nothing is wider than the screen."""
    print_answer(answer_with(4, 8))
    lines = re.sub("\x1b\\[[0-9;]*m", "", capsys.readouterr().out).splitlines()
    first = next(number for number, line in enumerate(lines) if line.startswith("[1] Dia"))
    assert re.fullmatch(r" {4}\S.* *", lines[first + 1])
    assert f"{lines[first][4:].strip()} {lines[first + 1].strip()} {lines[first + 2].strip()}" == (
        QUOTE.strip()
    )
    assert lines[first + 3].strip() == "Judul · berita.txt"
    assert max(map(len, lines)) <= 80


def test_only_a_part_of_a_sentence_is_marked(capsys: pytest.CaptureFixture[str]) -> None:
    """A sentence that is the answer as a whole has nothing to point at."""
    print_answer(answer_with(4, 8))
    assert "\x1b[1;7mjuga\x1b[0m" in capsys.readouterr().out
    print_answer(answer_with(0, len(QUOTE.strip())))
    assert "\x1b[1;7m" not in capsys.readouterr().out


def test_an_id_can_be_copied(capsys: pytest.CaptureFixture[str]) -> None:
    """It stays in one line, unless it is an address that leaves no room for the rest."""
    ids = ("museum-palm-leaf-manuscript.html", f"https://koran.example/{'a' * 70}")
    for wanted, whole in zip(ids, (True, False), strict=True):
        print_articles([ArticleInfo(wanted, "Judul berita " * 5, None, "id", "x", "d" * 64)])
        printed = capsys.readouterr().out
        assert (wanted in printed) is whole
        assert "Judul" in printed
        assert wanted in "".join(re.findall(r"^[\w.:/-]+", printed, re.MULTILINE))


def test_a_file_is_named_from_where_one_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """As it would be typed; other folders and addresses as they are."""
    monkeypatch.chdir(tmp_path)
    assert nearby(str(tmp_path / "seeds" / "a.txt")) == str(Path("seeds", "a.txt"))
    for other in (str(tmp_path.parent / "a.txt"), "a.txt", "https://koran.example/a", ""):
        assert nearby(other) == other


@pytest.mark.parametrize("arguments", [["--help"], ["eval", "--help"]])
def test_help_tells_each_command_in_full(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """No sentence about a command is cut short with dots."""
    assert cli.run(arguments) == 0
    commands = capsys.readouterr().out.partition("Commands:\n")[2]
    assert commands
    assert "..." not in commands
