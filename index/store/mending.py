"""The writer of a repair: what no other commit may do."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from index.errors import StoreError
from index.store.encoding import must_be_storable
from index.store.families import FAMILIES_SINCE
from index.store.newest import write_newest
from index.store.rows import IndexedArticle
from index.store.schema import explained
from index.store.writing import Writer


class Mender(Writer):
    """Puts rows right; each method is one commit, and readers follow as after any other."""

    @property
    def connection(self) -> sqlite3.Connection:
        """The connection, for reading what the rows of ``stored`` refuse to read."""
        return self._connection

    def full_text_agrees(self) -> bool:
        """Compare the full-text index with the stored terms, entry by entry."""
        try:
            # Rank 1 compares with the content table; without it FTS5 only looks at itself.
            self._connection.execute("INSERT INTO fts(fts, rank) VALUES('integrity-check', 1)")
        except sqlite3.DatabaseError as error:
            if error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_ERROR):
                return False
            raise StoreError(
                f"the full text of {self._folder} cannot be checked ({error}): try again",
                path=self._folder,
            ) from error
        return True

    def rebuild_full_text(self) -> None:
        """Build the full-text index anew from the stored terms."""
        with self._transaction():
            self._execute("INSERT INTO fts(fts) VALUES('rebuild')", [()])

    def families_agree(self) -> bool:
        """Say whether the families of near-duplicates are those of the articles."""
        with explained(self._folder):
            return self._manifest.format < FAMILIES_SINCE or self._families.agree()

    def rebuild_families(self) -> None:
        """Find the near-duplicates among all articles again."""
        with self._transaction():
            self._families.rebuild()

    def restore(self, number: int, first: int | None, indexed: IndexedArticle) -> None:
        """Write the rows of an article anew under its number, and its passages from ``first`` on.

        ``first`` None: under new ids. The sum of all rows is not kept here.
        """
        must_be_storable(indexed, self._manifest.dimension)
        with self._transaction():
            if first is None:
                first = self._last("passage") + 1
            end = first + len(indexed.passages)
            self._families.remove([number])
            self._execute("DELETE FROM passage WHERE article = ?", [(number,)])
            # A damaged row may name another article than its own.
            self._execute("DELETE FROM passage WHERE id >= ? AND id < ?", [(first, end)])
            self._execute("DELETE FROM article WHERE number = ?", [(number,)])
            self._insert([indexed], number, first)
            self._rebuild = True

    def discard(self, number: int) -> None:
        """Drop the rows of an article; the sum of all rows is not kept here."""
        with self._transaction():
            self._families.remove([number])
            self._execute("DELETE FROM passage WHERE article = ?", [(number,)])
            self._execute("DELETE FROM article WHERE number = ?", [(number,)])
            self._rebuild = True

    def forget_files(self, paths: Sequence[str]) -> None:
        """Forget files and failures of these paths, so that the next run reads them again."""
        with self._transaction():
            for table in ("file", "failure"):
                self._execute(f"DELETE FROM {table} WHERE path = ?", [(path,) for path in paths])

    def mend_files(self) -> None:
        """Forget files whose rows are damaged, and make each article come from somewhere."""
        paths = [path for (path,) in self.stored.rows("SELECT path FROM file")]
        damaged = [(path,) for path in paths if self.stored.file(path) is None]
        absent = "article NOT IN (SELECT id FROM article)"
        with self._transaction():
            self._execute("DELETE FROM file WHERE path = ?", damaged)
            self._execute(
                f"DELETE FROM file WHERE path IN (SELECT path FROM origin WHERE {absent})", [()]
            )
            self._execute(f"DELETE FROM origin WHERE {absent}", [()])
            self._execute(
                "INSERT INTO origin SELECT id, '' FROM article "
                "WHERE id NOT IN (SELECT article FROM origin)",
                [()],
            )

    def reset_set_sum(self, total: int) -> None:
        """Take ``total`` as the sum of all rows, after what is missing was reported."""
        with self._transaction():
            self._execute("UPDATE meta SET value = ? WHERE key = 'set_sum'", [(f"{total:x}",)])

    def go_on(self) -> None:
        """Give the state a number above the one noted, after lost commits were reported."""
        with self._transaction():
            pass

    def replace_by(self, new: sqlite3.Connection) -> None:
        """Make the content of another database that of this one, in one commit."""
        with explained(self._folder):
            number = max(self._generation_of(new), self._newest) + 1
            new.execute("UPDATE meta SET value = ? WHERE key = 'generation'", (str(number),))
            new.backup(self._connection)
        self._newest = number
        write_newest(self._folder, self._manifest.store_id, number)

    def _generation_of(self, new: sqlite3.Connection) -> int:
        [(value,)] = new.execute("SELECT value FROM meta WHERE key = 'generation'").fetchall()
        return int(value) if str(value).isdecimal() else 0
