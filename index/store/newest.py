"""The number of the newest commit, kept beside the database.

SQLite takes a damaged log for one whose last commits were interrupted: it opens the state before
them without a word, and every sum in it fits. So the generation is also written to a file of its
own, after each commit. The file may lag behind the database, never the other way round; where it
does, commits were lost.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from index.store.records import Records
from index.store.rows import row_sum

NEWEST = "newest"


def write_newest(folder: Path, store_id: str, generation: int) -> None:
    """Note a generation whose commit is on the disk; without it only a check is lost."""
    line = f"{store_id} {generation} {row_sum(store_id, generation).hex()}\n"
    with suppress(OSError):
        descriptor = os.open(folder / NEWEST, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
        with open(descriptor, "w", encoding="ascii") as file:
            file.write(line)


def read_newest(folder: Path, store_id: str) -> int:
    """Return the noted generation; 0 where there is none, or it is another store's or damaged."""
    with suppress(OSError, ValueError):
        noted, number, total = (folder / NEWEST).read_text(encoding="ascii").split()
        generation = int(number)
        if noted == store_id and total == row_sum(noted, generation).hex():
            return generation
    return 0


def lost_commits(records: Records) -> str:
    """Say that commits were lost, "" where none were."""
    # Read first: what is noted now cannot be newer than what is read after it.
    noted = read_newest(records.folder, records.manifest.store_id)
    lost = noted - records.generation
    if lost <= 0:
        return ""
    return (
        f"the log of the index {records.folder} was damaged and its last {lost} commits are lost: "
        "index the articles again, which reads only what is missing"
    )
