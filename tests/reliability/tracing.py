"""Run a task under strace: to see its system calls, and to make the n-th of them fail."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.reliability.nursery import Nursery

_CALL = re.compile(r"^(\d+) +(\w+)\((.*)\) += (-?\d+|\?)")
# strace splits a call during which another thread makes one.
_BEGUN = re.compile(r"^(\d+) +(\w+\(.*) <unfinished \.\.\.>$")
_ENDED = re.compile(r"^(\d+) +<\.\.\. \w+ resumed>(.*)$")


@dataclass(frozen=True)
class Call:
    """A system call of the main thread: its name, arguments as strace prints them, result."""

    name: str
    arguments: str
    result: str


@cache
def _works() -> bool:
    strace = shutil.which("strace")
    if strace is None:
        return False
    tried = subprocess.run([strace, "-o", "/dev/null", "true"], capture_output=True, check=False)
    return tried.returncode == 0


def needs_strace() -> None:
    """Skip a test where there is no strace, or it may not trace."""
    if not _works():
        pytest.skip("needs strace (apt-get install strace) and leave to trace")


def traced(
    nursery: Nursery,
    log: Path,
    run: str,
    *,
    calls: Sequence[str],
    inject: str = "",
    **arguments: Any,
) -> tuple[int, Any]:
    """Run a task and return its exit code (negative: the signal) and value, None where none.

    :param calls: the system calls that are written to ``log``.
    :param inject: an injection as strace takes it, such as ``fsync:error=EIO:when=3``.
    """
    options = ["-f", "-y", "-o", str(log), "-e", f"trace={','.join(calls)}"]
    if inject:
        options += ["-e", f"inject={inject}"]
    answer = nursery.ask(run, limit=120.0, strace=options, **arguments)
    if ":error=" in inject:
        assert "(INJECTED)" in log.read_text("utf-8", "replace"), f"{inject} never came"
    return answer["status"], answer["value"]


def whole_lines(lines: Sequence[str]) -> Iterator[str]:
    """Yield a line per call, those that were split when they ended."""
    begun: dict[str, str] = {}
    for line in lines:
        if match := _BEGUN.match(line):
            begun[match[1]] = match[2]
        elif match := _ENDED.match(line):
            yield f"{match[1]} {begun.pop(match[1], '')}{match[2]}"
        else:
            yield line


def read_calls(log: Path) -> Iterator[Call]:
    """Yield the calls of the main thread, in order."""
    lines = log.read_text("utf-8", "replace").splitlines()
    main = lines[0].split()[0] if lines else ""  # the others are its threads
    for line in whole_lines(lines):
        match = _CALL.match(line)
        if match and match[1] == main:
            yield Call(match[2], match[3], match[4])
