"""The progress bar of ``kutip index``."""

from __future__ import annotations

import pytest

from index import Progress
from ui.progress import counts_line, progress_bar


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let rich believe that it writes to a terminal of 60 columns with colours."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.delenv("NO_COLOR", raising=False)


@pytest.fixture
def pipe(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let rich know that nobody watches."""
    for name in ("FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        monkeypatch.delenv(name, raising=False)


def test_progress_is_silent_in_a_pipe(pipe: None, capsys: pytest.CaptureFixture[str]) -> None:
    """Nobody watches: nothing to report to, nothing printed."""
    with progress_bar() as report:
        assert report is None
    assert capsys.readouterr() == ("", "")


@pytest.mark.usefixtures("terminal")
def test_progress_on_a_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Drawn on stderr with escaped names; the speed is that since the first report."""
    clock = iter([100.0, 102.0])
    monkeypatch.setattr("ui.progress.monotonic", lambda: next(clock))
    monkeypatch.setenv("COLUMNS", "140")
    with progress_bar() as report:
        assert report is not None
        report(Progress(1, 3, 2, 10, 10, 900, "first.txt"))
        report(Progress(2, 3, 3, 20, 20, 5900, "evil\x1b[2J[bold].txt"))
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "2/3 files · 3 articles · 20 passages · 2,500 tokens/s" in captured.err
    assert "evil\\x1b[2J[bold].txt" in captured.err
    assert "\x1b[2J" not in captured.err


@pytest.mark.parametrize(
    ("progress", "speed", "line"),
    [
        (
            Progress(1, 3, 2, 1000, 10, 5000, "x"),
            2500.4,
            "1/3 files · 2 articles · 1,000 passages · 2,500 tokens/s",
        ),
        (Progress(0, None, 0, 0, 0, 0, ""), 0.0, "0 files · 0 articles · 0 passages"),
    ],
)
def test_progress_figures(progress: Progress, speed: float, line: str) -> None:
    """The total is left out while it is unknown, the speed while there is none."""
    assert counts_line(progress, speed) == line
