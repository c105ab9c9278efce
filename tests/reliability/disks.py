"""Small and read-only disks for one process: a tmpfs in a mount namespace of its own."""

from __future__ import annotations

import ctypes
import os
import resource
from pathlib import Path
from typing import Any

from index import ArticleIndex, KutipError
from tests.reliability import tasks
from tests.reliability.library import TinyEmbedder, answers, article_of

_NEW_MOUNTS, _NEW_USERS = 0x20000, 0x10000000  # CLONE_NEWNS, CLONE_NEWUSER
_READ_ONLY, _REMOUNT, _PRIVATE = (
    1,
    32,
    0x4000 | 0x40000,
)  # MS_RDONLY, MS_REMOUNT, MS_REC | MS_PRIVATE


class CannotMountError(Exception):
    """This process may not mount anything, not even for itself."""


def _call(name: str, *arguments: Any) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if getattr(libc, name)(*arguments):
        raise CannotMountError(os.strerror(ctypes.get_errno()))


def _mount(folder: Path, kilobytes: int, flags: int = 0) -> None:
    options = f"size={kilobytes}k".encode()
    _call("mount", b"none", os.fsencode(folder), b"tmpfs", flags, options)


def _own_mounts() -> None:
    user, group = os.getuid(), os.getgid()
    _call("unshare", _NEW_MOUNTS if user == 0 else _NEW_MOUNTS | _NEW_USERS)
    if user:
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"0 {user} 1")
        Path("/proc/self/gid_map").write_text(f"0 {group} 1")
    _call("mount", b"none", b"/", None, _PRIVATE, None)


def on_a_small_disk(folder: str, kilobytes: int, seed: int, end: int) -> dict[str, Any] | None:
    """Write until the disk is full, look, make room, go on; None where nothing can be mounted."""
    disk, acks = Path(folder, "disk"), str(Path(folder, "acks"))
    disk.mkdir()
    try:
        _own_mounts()
        _mount(disk, kilobytes)
    except CannotMountError:
        return None
    path = str(disk / "index")
    sentence = tasks.write_some(path, seed, 0, end, acks)
    done = Path(acks).read_bytes().count(b"\n") if os.path.exists(acks) else 0
    begun = os.path.exists(f"{path}/newest")
    while_full = _ask(path) if begun else []
    _mount(disk, 1 << 16, _REMOUNT)
    found = tasks.examine(path) if begun else {"held": {}, "findings": []}
    again = tasks.write_some(path, seed, done, end, acks)
    return {"sentence": sentence, "done": done, "while_full": while_full, **found,
            "again": again, "final": tasks.examine(path)["held"]}  # fmt: skip


def on_a_read_only_disk(folder: str, seed: int, end: int) -> dict[str, Any] | None:
    """Write, make the disk read-only, then ask, check and write; None where that cannot be."""
    disk = Path(folder, "disk")
    disk.mkdir()
    try:
        _own_mounts()
        _mount(disk, 1 << 16)
    except CannotMountError:
        return None
    path = str(disk / "index")
    sentence = tasks.write_some(path, seed, 0, end, str(Path(folder, "acks")))
    before = _ask(path)
    _mount(disk, 1 << 16, _REMOUNT | _READ_ONLY)
    findings = []
    for readonly in (True, False):  # looking needs no leave to write
        with ArticleIndex.open(path, model=TinyEmbedder(), readonly=readonly) as index:
            findings += [str(finding) for finding in index.check()]
            after = answers(index)
    refused, fresh = _add_one(path), _add_one(str(disk / "new"))
    return {"sentence": sentence, "before": before, "after": after, "findings": findings,
            "refused": refused, "fresh": fresh}  # fmt: skip


def _add_one(path: str) -> str:
    try:
        with ArticleIndex.open(path, create=True, model=TinyEmbedder()) as index:
            index.add(article_of("b1", 1))
    except KutipError as error:
        return str(error)
    return ""


def with_few_files(path: str, files: int, seed: int, end: int, acks: str) -> str:
    """Do operations with at most so many open files; return what stopped it."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (files, hard))
    try:
        return tasks.write_some(path, seed, 0, end, acks)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def with_small_files(path: str, kilobytes: int, seed: int, end: int, acks: str) -> str:
    """Do operations while no file may grow beyond a size; return what stopped it."""
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (kilobytes << 10, hard))
    try:
        return tasks.write_some(path, seed, 0, end, acks)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))


def _ask(path: str) -> list[Any]:
    """Return what the ten questions find, or the sentence that says why not."""
    try:
        return tasks.ask(path)
    except KutipError as error:
        return [str(error)]
