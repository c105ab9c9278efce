"""G. Names, folders and links."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path

from tests.hostile.make import Case, Write
from tests.index.made import pdf

TEXT = "Teks biasa saja.\n"


def named(*names: str | bytes) -> Write:
    """Return what writes a text under each name."""

    def write(folder: Path) -> None:
        for name in names:
            place = os.path.join(os.fsencode(folder), os.fsencode(name))
            os.makedirs(os.path.dirname(place), exist_ok=True)
            with open(place, "w", encoding="utf-8") as opened:
                opened.write(TEXT)

    return write


def linked(target: str, name: str = "x.txt") -> Write:
    """Return what writes a link."""
    return lambda folder: os.symlink(target, folder / name)


def deep(folder: Path) -> None:
    """Write a folder below folders whose path is too long."""
    here = os.getcwd()
    os.chdir(folder)
    try:
        for _ in range(60):
            os.mkdir("d" * 90)
            os.chdir("d" * 90)
        Path("a.txt").write_text(TEXT, encoding="utf-8")
    finally:
        os.chdir(here)


def bound(folder: Path) -> None:
    """Write a socket that looks like a text."""
    here = os.getcwd()
    os.chdir(folder)
    try:
        with socket.socket(socket.AF_UNIX) as server:
            server.bind("x.txt")
    finally:
        os.chdir(here)


def locked(folder: Path) -> None:
    """Write a file and a folder that may not be read (but by the superuser)."""
    named("x.txt", "sub/y.txt")(folder)
    (folder / "x.txt").chmod(0)
    (folder / "sub").chmod(0)


def swapped(folder: Path) -> None:
    """Put a link in the place of a file."""
    (folder / "x.txt").unlink()
    os.symlink("/etc/passwd", folder / "x.txt")


def store(folder: Path) -> None:
    """Write what looks like an index."""
    named("kutip-index/x.txt", "kutip-index/store.db", "a.txt")(folder)


def both(*writes: Callable[[Path], None]) -> Write:
    """Return what does one thing after the other."""

    def write(folder: Path) -> None:
        for one in writes:
            one(folder)

    return write


CASES = [
    Case("G01", "IX", named("a b\tc.txt")),
    Case("G02", "IX", named("-rf.txt", "--help.txt")),
    Case("G03", "IX", named("a\nb\r.txt")),
    Case("G04", "IX", named("📰.txt")),
    Case("G05", "IX", named("caf\u00e9.txt", "cafe\u0301.txt")),
    Case("G06", "IX", named(b"caf\xe9.txt")),
    Case("G07", "IX", named("x" * 251 + ".txt")),
    Case("G08", "RJ", deep, says="path that is too long"),
    Case("G09", "IX", named("CON.txt", "NUL.txt", "aux..txt")),
    Case("G10", "IX", named(" a .txt", "b..txt")),
    Case("G11", "NO", named("file.txt:stream")),
    Case("G12", "IX", named("A.txt", "a.txt")),
    Case("G13", "IX", named("%2e%2e%2f.txt")),
    Case("G14", "IX", named("$(id).txt", "`id`.txt", ";id.txt")),
    Case("G15", "IX", named("{0.__class__}.txt", "%s%n.txt")),
    Case("G16", "IX", named("'); DROP TABLE article;--.txt")),
    Case("G17", "IX", named("<img src=x onerror=alert(1)>.txt")),
    Case("G18", "NO", named(".hidden.txt", ".env", ".git/x.txt")),
    Case("G19", "RJ", linked("/etc/passwd"), says="leads out of"),
    Case("G20", "NO", linked("zz-good.txt")),
    Case("G21", "RJ", linked("x.txt"), says="is a link"),
    Case("G22", "RJ", linked("..", "x"), says="leads out of"),
    Case("G23", "IX", both(named("a.txt"), lambda f: os.link(f / "a.txt", f / "b.txt"))),
    Case("G24", "RJ", lambda f: os.mkfifo(f / "x.txt"), says="not a regular file"),
    Case("G25", "RJ", bound, says="not a regular file"),
    Case("G26", "any", locked),
    Case("G27", "IX", named("x.txt/inner.txt")),
    Case(
        "G28", "RJ", named("x.txt"), says="is not there", between=lambda f: (f / "x.txt").unlink()
    ),
    Case("G29", "RJ", named("x.txt"), says="is a link in place", between=swapped),
    Case("G30", "IX", named(*(f"{n}.txt" for n in range(20_000))), long=True),
    Case("G31", "RJ", deep, says="path that is too long"),
    Case("G32", "NO", named("README")),
    Case("G33", "RJ", lambda f: (f / "a.txt").write_bytes(pdf([["Isi."]])) and None, says="PDF"),
    Case("G34", "IX", store),
    # A network folder that hangs cannot be made here; the parent's clock ends a child that waits.
    Case("G35", "RJ", lambda f: os.mkfifo(f / "x.pdf"), says="not a regular file"),
    Case("G36", "IX", named("Berita.txt", "BERITA.TXT")),
]
