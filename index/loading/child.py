"""The process in which files of risky formats are parsed: few rights, little memory, little time.

It reads which file to load from its standard input and writes the articles to its standard
output; it ends when its parent does. What goes wrong in it ends at most this process.
"""

from __future__ import annotations

import math
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from index.errors import ArticleError
from index.loading.archives import ARCHIVES, load_archive
from index.loading.files import ArticleFile, unreadable
from index.loading.formats import parse_file
from index.loading.wire import Message, article_message, file_of, receive, send
from index.types import Article

try:
    import resource
except ImportError:  # Windows: only the parent's clock limits this process
    resource = None  # type: ignore[assignment]

# What no parser needs, by the names of Python's audit events.
_FORBIDDEN = frozenset(
    (
        *("socket.connect", "socket.bind", "socket.getaddrinfo", "socket.sendto", "os.system"),
        *("subprocess.Popen", "os.exec", "os.posix_spawn", "os.spawn", "os.fork", "os.forkpty"),
        *("os.remove", "os.rename", "os.rmdir", "os.mkdir", "os.link", "os.symlink", "os.kill"),
    )
)


def main() -> None:
    """Load files until the parent closes the pipe."""
    # Libraries that print must not be heard among the messages.
    output = os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    sys.addaudithook(_refuse)
    send(output, {"ready": True})
    limited = False
    while (received := receive(sys.stdin.buffer)) is not None:
        message, content = received
        if not limited:
            _limit_process(int(message["megabytes"]))
            limited = True
        _load(message, content, output)


def _load(message: Message, content: bytes, output: BinaryIO) -> None:
    """Send the articles and errors of a file, and then the end of it."""
    file, seconds = file_of(message["file"], content), int(message["seconds"])
    ended: Message = {"end": True}

    def tell(news: Message, text: str = "") -> None:
        _limit_time(seconds)
        send(output, news, text.encode("utf-8", "replace"))

    try:
        _limit_time(seconds)
        for article in _articles(file, int(message["skip"]), tell):
            tell({"article": article_message(article)}, article.text)
    except ArticleError as error:
        ended |= _error(error)
    except RecursionError:
        ended |= _error(unreadable(file, "it is nested too deeply; save its text as .txt"))
    except MemoryError:
        ended |= _error(unreadable(file, "it needs too much memory; split it, or save its text"))
        ended["leaving"] = True  # what a parser left behind is not to be relied on
    send(output, ended)
    if "leaving" in ended:
        sys.exit()


def _articles(file: ArticleFile, skip: int, tell: Callable[[Message], None]) -> Iterator[Article]:
    def report(error: ArticleError) -> None:
        tell(_error(error))

    if file.kind not in ARCHIVES:
        return parse_file(file, report)

    def begin(number: int, member: ArticleFile) -> None:
        # The parent goes on behind the member that ended this process.
        tell({"member": number, "path": member.place})

    return load_archive(file, report, parse_file, skip=skip, begin=begin)


def _error(error: ArticleError) -> Message:
    return {"error": str(error), "path": error.path}


def _refuse(event: str, _arguments: object) -> None:
    if event in _FORBIDDEN:
        raise PermissionError(f"the process that parses files may not {event}")


def _limit_process(megabytes: int) -> None:
    """Bound the memory from here on, and forbid writing files and dumping core."""
    if resource is None:
        return
    for name, most in (("RLIMIT_CORE", 0), ("RLIMIT_FSIZE", 0), ("RLIMIT_NOFILE", 64)):
        _limit(name, most)
    with suppress(OSError):  # no /proc: systems without it do not enforce the limit either
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[0])
        _limit("RLIMIT_AS", pages * resource.getpagesize() + megabytes * 1_000_000)


def _limit_time(seconds: int) -> None:
    """Let the process have so many seconds of the processor from now on."""
    _limit("RLIMIT_CPU", math.ceil(time.process_time()) + seconds)


def _limit(name: str, most: int) -> None:
    if resource is None or not hasattr(resource, name):
        return
    which = getattr(resource, name)
    hard = resource.getrlimit(which)[1]
    bounded = most if hard == resource.RLIM_INFINITY else min(most, hard)
    with suppress(OSError, ValueError):
        resource.setrlimit(which, (bounded, hard))
