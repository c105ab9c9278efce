"""Families of near-duplicates, kept beside the articles: how each was signed, and who belongs.

``family`` names the family of each article by the number of one that is in it, or was; ``place``
says where its signature is looked up. Who belongs together follows from the articles alone, in
whatever order they came and went. See :mod:`index.duplicates` for what a family is.
"""

from __future__ import annotations

import hashlib
import json
import logging
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from itertools import compress
from typing import TYPE_CHECKING, Any, NamedTuple

from index.duplicates import families, keys, near, signature
from index.store.filters import where
from index.store.rows import ARTICLE_COLUMNS, row_sum, to_info
from index.types import ArticleInfo, Filters

if TYPE_CHECKING:
    from index.store.records import Records

_log = logging.getLogger("kutip.store")

FAMILY_TABLES = """
CREATE TABLE family(
  article INTEGER PRIMARY KEY, family INTEGER NOT NULL, signature BLOB NOT NULL,
  sum BLOB NOT NULL CHECK(length(sum) = 16)) STRICT;
CREATE INDEX family_members ON family(family);
CREATE TABLE place(
  key INTEGER NOT NULL, article INTEGER NOT NULL, PRIMARY KEY(key, article)) STRICT, WITHOUT ROWID;
"""
FAMILIES_SINCE = 3  # the first format with these tables
_AT_ONCE = 64  # articles signed at a time
_LISTED = "(SELECT value FROM json_each(?))"  # one value, however many
_AT_PLACES = f"article IN (SELECT article FROM place WHERE key IN {_LISTED})"


class _Member(NamedTuple):
    """The columns of a row of ``family`` before its sum."""

    article: int
    family: int
    signature: bytes


def _proved(rows: Iterable[tuple[Any, ...]]) -> Iterator[_Member]:
    return (_Member(*columns) for *columns, total in rows if row_sum(*columns) == total)


class Families:
    """The writer's side; every change is part of a transaction of the caller."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def add(self, articles: Iterable[tuple[int, str, str]]) -> int:
        """Take in articles as (number, title, text); return how many joined one that was here."""
        joined = 0
        for number, title, text in articles:
            own = signature(title, text)
            related = self._related(own)
            name = min([number, *related])
            for other in sorted(related - {name}):
                self._write([one._replace(family=name) for one in self._named(other)])
            self._write([_Member(number, name, own)])
            self._connection.executemany(
                "INSERT OR IGNORE INTO place VALUES(?, ?)", [(key, number) for key in keys(own)]
            )
            joined += bool(related)
        return joined

    def remove(self, numbers: Sequence[int]) -> None:
        """Let articles go; a family that one of them held together falls apart."""
        gone = list(self._select(f"article IN {_LISTED}", json.dumps(list(numbers))))
        self._connection.executemany(
            "DELETE FROM place WHERE key = ? AND article = ?",
            [(key, one.article) for one in gone for key in keys(one.signature)],
        )
        damaged = sorted(set(numbers) - {one.article for one in gone})
        self._connection.executemany(  # reads the whole table
            "DELETE FROM place WHERE article = ?", [(number,) for number in damaged]
        )
        self._connection.executemany(
            "DELETE FROM family WHERE article = ?", [(number,) for number in numbers]
        )
        # What has the same signature is near the same others, and holds them together.
        for name in sorted({one.family for one in gone if not self._has_twin(one.signature)}):
            self._part(name)

    def rebuild(self) -> None:
        """Sign all articles again."""
        self._connection.execute("DELETE FROM place")
        self._connection.execute("DELETE FROM family")
        sql = "SELECT number, title, text FROM article WHERE number > ? ORDER BY number LIMIT ?"
        last = 0
        while rows := self._connection.execute(sql, (last, _AT_ONCE)).fetchall():
            self.add((number, str(title), str(text)) for number, title, text in rows)
            last = rows[-1][0]

    def agree(self) -> bool:
        """Say whether each article has its rows, and each family is whole and apart from others."""
        numbers = [number for (number,) in self._connection.execute("SELECT number FROM article")]
        places = 0
        known: dict[bytes, set[int]] = {}  # families by signature, of which each is asked once
        for number in numbers:
            own = next(self._select("article = ?", number), None)
            if own is None:
                return False
            wanted = keys(own.signature)
            digest = hashlib.blake2b(own.signature, digest_size=16).digest()
            if digest not in known:
                known[digest] = self._near(own.signature, wanted)
            at = f"place WHERE article = ? AND key IN {_LISTED}"
            here = self._count(at, number, json.dumps(wanted))
            if known[digest] != {own.family} or here != len(wanted):
                return False
            places += here
        if self._count("family") != len(numbers) or self._count("place") != places:
            return False
        names = self._connection.execute("SELECT DISTINCT family FROM family").fetchall()
        return all(len(set(self._parts(name).values())) == 1 for (name,) in names)

    def _related(self, own: bytes) -> set[int]:
        """Return the names of the families that an article of this signature belongs to."""
        first, *others = keys(own)
        for one in self._looked_up([first]):
            if one.signature == own:
                return {one.family}
        return self._near(own, others)

    def _near(self, own: bytes, wanted: Sequence[int]) -> set[int]:
        """Return the families of the near-duplicates that are looked up at these keys.

        Reports from one template meet there in thousands: only what is near is proved.
        """
        rows = self._rows(_AT_PLACES, json.dumps(list(wanted)))
        # Damage can leave a value of another kind, which is near nothing.
        signed = [one if isinstance(one, bytes) else b"" for _, _, one, _ in rows]
        alike = near(own, signed)
        return {one.family for one in _proved(compress(rows, alike))}

    def _has_twin(self, own: bytes) -> bool:
        return any(one.signature == own for one in self._looked_up(keys(own)[:1]))

    def _looked_up(self, wanted: Sequence[int]) -> Iterator[_Member]:
        return self._select(_AT_PLACES, json.dumps(list(wanted)))

    def _named(self, name: int) -> list[_Member]:
        return list(self._select("family = ?", name))

    def _parts(self, name: int) -> dict[int, int]:
        return families({one.article: one.signature for one in self._named(name)})

    def _part(self, name: int) -> None:
        """Name the parts of a family that fell apart; one of them keeps the old name."""
        parts = self._parts(name)
        kept = parts.get(name, min(parts, default=name))
        self._write(
            [
                one._replace(family=parts[one.article])
                for one in self._named(name)
                if parts[one.article] != kept
            ]
        )

    def _select(self, condition: str, value: int | str) -> Iterator[_Member]:
        return _proved(self._rows(condition, value))

    def _rows(self, condition: str, value: int | str) -> list[tuple[Any, ...]]:
        sql = f"SELECT article, family, signature, sum FROM family WHERE {condition}"
        return self._connection.execute(sql, (value,)).fetchall()

    def _count(self, table: str, *values: int | str) -> int:
        [(count,)] = self._connection.execute(f"SELECT count(*) FROM {table}", values)
        return int(count)

    def _write(self, members: Sequence[_Member]) -> None:
        self._connection.executemany(
            "INSERT OR REPLACE INTO family VALUES(?, ?, ?, ?)",
            [(*one, row_sum(*one)) for one in members],
        )


def _read(records: Records, rows: Sequence[tuple[Any, ...]]) -> list[_Member]:
    found = list(_proved(rows))
    if len(found) < len(rows):
        _log.warning("a damaged row of %s is left out: run `kutip check`", records.folder)
    return found


def shared_families(records: Records, passage_ids: Sequence[int]) -> dict[int, tuple[int, int]]:
    """Return article number and family of each passage whose article is not alone in its family."""
    if records.manifest.format < FAMILIES_SINCE:  # no writer has brought it up to date
        return {}
    rows = records.rows(
        "SELECT passage.id, family.* FROM passage JOIN family ON family.article = passage.article "
        f"WHERE passage.id IN {_LISTED} AND EXISTS (SELECT 1 FROM family AS other "
        "WHERE other.family = family.family AND other.article <> family.article)",
        (json.dumps(list(passage_ids)),),
    )
    return {
        int(id_): (one.article, one.family)
        for id_, *row in rows
        for one in _read(records, [tuple(row)])
    }


def relatives(
    records: Records, family: int, filters: Filters | None = None
) -> dict[int, ArticleInfo]:
    """Return the articles of a family that pass, by number; the earliest published first."""
    rows = records.rows(
        "SELECT article, family, signature, sum FROM family WHERE family = ?", (family,)
    )
    numbers = [one.article for one in _read(records, rows) if one.family == family]
    clause, values = where(filters)
    found = records.rows(
        f"SELECT {ARTICLE_COLUMNS}, sum FROM article {clause or 'WHERE true'} "
        f"AND number IN {_LISTED} ORDER BY published IS NULL, published, id",
        (*values, json.dumps(numbers)),
    )
    return {
        int(columns[0]): to_info(columns) for *columns, total in found if row_sum(*columns) == total
    }
