"""Processes by the hundred: one that has imported everything forks them, and another kills them.

A request and its answer are a line of JSON each. ``{"run": name, "with": {...}, "kill": seconds}``
forks a process that calls a function of ``tasks``, ``disks``, ``damaging``, ``crowds`` or
``growth``, kills it with SIGKILL after that time (null: never) and answers ``{"status": wait
status, "value": what it returned}``. A process that does not end within ``limit`` seconds is killed
and answered with ``"hung": true``. ``"strace"`` are options of the strace that it runs under.
"""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Self

from tests.reliability.library import ROOT

LIMIT = 60.0


class Nursery:
    """The other end of the requests; use it in a ``with`` statement."""

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", "tests.reliability.nursery"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait()

    def ask(
        self,
        run: str,
        *,
        kill: float | None = None,
        limit: float = LIMIT,
        strace: Sequence[str] = (),
        **arguments: Any,
    ) -> dict[str, Any]:
        """Run a task in a process of its own and return how it ended."""
        assert self._process.stdin
        assert self._process.stdout
        request = {"run": run, "with": arguments, "kill": kill, "limit": limit, "strace": strace}
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer

    def begin(self, run: str, **arguments: Any) -> int:
        """Run a task and return its process at once; nothing else can be asked before ``kill``."""
        assert self._process.stdin
        assert self._process.stdout
        request = {"run": run, "with": arguments, "kill": None, "limit": 600.0, "tell": True}
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())

    def kill(self, process: int) -> None:
        """Kill what was begun with SIGKILL."""
        assert self._process.stdout
        os.killpg(process, signal.SIGKILL)
        assert json.loads(self._process.stdout.readline())["status"] == -signal.SIGKILL

    def value(self, run: str, *, limit: float = LIMIT, **arguments: Any) -> Any:
        """Run a task that must succeed and return its value."""
        answer = self.ask(run, limit=limit, **arguments)
        assert answer["status"] == 0, answer
        return answer["value"]


def serve() -> None:
    """Fork a process for each line on stdin, until it ends."""
    from tests.reliability import crowds, damaging, disks, growth, tasks

    tasks.warm_up()
    named = {**vars(tasks), **vars(disks), **vars(damaging), **vars(crowds), **vars(growth)}
    for line in sys.stdin:
        request = json.loads(line)
        read, write = os.pipe()
        wait, go = os.pipe()
        child = os.fork()
        if not child:
            os.setpgid(0, 0)
            os.close(read)
            os.close(go)
            if request.get("strace"):
                _let_trace()
            os.read(wait, 1)
            os.close(wait)
            _work(named[request["run"]], request["with"], write)
        with suppress(OSError):  # it has ended; otherwise it may be killed before it does so itself
            os.setpgid(child, child)
        os.close(write)
        os.close(wait)
        tracer = _attach(child, request["strace"]) if request.get("strace") else None
        os.close(go)
        if request.get("tell"):
            sys.stdout.write(f"{child}\n")
            sys.stdout.flush()
        answer = _wait(child, read, request["kill"], request["limit"])
        if tracer:
            tracer.communicate()  # until its log is whole
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


def _let_trace() -> None:
    """Allow any process of this user to trace this one, where the system restricts that."""
    import ctypes

    ctypes.CDLL(None).prctl(0x59616D61, ctypes.c_ulong(-1))  # PR_SET_PTRACER, any


def _attach(child: int, options: Sequence[str]) -> subprocess.Popen[str]:
    """Return a strace that has attached itself to a process."""
    tracer = subprocess.Popen(
        ["strace", "-p", str(child), *options], stderr=subprocess.PIPE, text=True
    )
    assert tracer.stderr
    said = tracer.stderr.readline()
    assert "attached" in said, said
    return tracer


def _work(task: Any, arguments: dict[str, Any], write: int) -> None:
    code = 1
    try:
        value = json.dumps(task(**arguments))
        with open(write, "w", encoding="utf-8") as stream:
            stream.write(value)
        code = 0
    finally:
        if code:
            import traceback

            traceback.print_exc()
        sys.stderr.flush()
        os._exit(code)


def _wait(child: int, read: int, kill: float | None, limit: float) -> dict[str, Any]:
    """Collect what a child says until it ends, or its time does."""
    end = time.monotonic() + (limit if kill is None else kill)
    said = b""
    with open(read, "rb", buffering=0) as stream:
        while (left := end - time.monotonic()) > 0:
            if select.select([stream], [], [], left)[0]:
                piece = stream.read(1 << 16)
                if not piece:
                    break
                said += piece
        else:
            os.killpg(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    hung = kill is None and code == -signal.SIGKILL
    return {"status": code, "hung": hung, "value": json.loads(said) if code == 0 else None}


if __name__ == "__main__":
    serve()
