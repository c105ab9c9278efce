"""C. Size and shape."""

from __future__ import annotations

import json
from pathlib import Path

from tests.hostile.make import Case, holding

MB = 1_000_000


def _sparse(size: int) -> object:
    def write(folder: Path) -> None:
        with (folder / "a.txt").open("wb") as opened:
            opened.truncate(size)

    return write


def _rows(count: int, row: object) -> str:
    def one(number: int) -> str:
        return json.dumps({"id": number, "text": f"Teks {number}." if row is None else row})

    return "\n".join(map(one, range(count)))


def _grow(folder: Path) -> None:
    with (folder / "a.txt").open("a", encoding="utf-8") as opened:
        opened.write("Tambahan.\n" * 1000)


def _cut(folder: Path) -> None:
    (folder / "a.txt").write_text("Teks", encoding="utf-8")


def _bait() -> str:
    parts = ["a" * 50_000 + "!", "1/" * 25_000, "(" * 50_000, "1." * 25_000, "Dr. " * 12_000]
    return "\n".join([*parts, "- " * 25_000, "2022-" * 10_000, "[[" * 25_000])


CASES = [
    Case("C01", "RJ", holding("a.txt", b""), says="is empty"),
    Case("C02", "any", holding("a.txt", b"x")),
    Case("C03", "RJ", holding("a.txt", b" \n\t \n"), says="is empty"),
    Case("C04", "any", holding("a.txt", lambda: "x" * (50 * MB)), long=True),
    Case("C05", "any", holding("a.txt", lambda: "kata " * (10 * MB)), long=True),
    Case("C06", "any", holding("a.txt", lambda: "x" * (10 * MB))),
    Case("C07", "RJ", holding("a.txt", lambda: "\n" * MB), says="is empty"),
    Case("C08", "IX", holding("a.txt", lambda: "a " * MB)),
    Case("C09", "IX", holding("a.txt", lambda: "Kalimat yang sama lagi.\n" * 100_000)),
    Case("C10", "IX", holding("a.md", lambda: "# Judul\n\n" * 100_000)),
    Case("C11", "IX", holding("a.md", lambda: "".join(" " * n + "- x\n" for n in range(2_000)))),
    Case("C12", "IX", holding("a.md", lambda: ">" * 10_000 + " kutipan\n")),
    Case("C13", "IX", holding("a.md", lambda: "[" * MB)),
    Case("C14", "IX", holding("a.md", lambda: "*" * MB + " kata")),
    Case("C15", "IX", holding("a.md", lambda: "|" + " sel |" * 10_000)),
    Case("C16", "RJ", _sparse(2_000 * MB), says="larger than"),  # type: ignore[arg-type]
    Case("C17", "RJ", _sparse(51 * MB), says="larger than"),  # type: ignore[arg-type]
    Case("C18", "RJ", holding("a.txt", lambda: "kata " * MB + "x"), says="more than 5,000,000"),
    Case("C19", "IX", holding("a.jsonl", lambda: _rows(100_000, None)), long=True),
    Case("C20", "IX", holding("a.jsonl", lambda: json.dumps({"title": "x" * MB, "text": "Isi."}))),
    Case("C21", "IX", holding("a.jsonl", lambda: json.dumps(
        {"text": "Isi.", "metadata": {str(n): "x" * 1000 for n in range(10_000)}}))),
    Case("C22", "IX", holding("a.md", lambda: f"Teks ![](data:image/png;base64,{'A' * 4 * MB})")),
    Case("C23", "IX", holding(
        "a.txt", "!function(e,t){var n=t(e);return n?1:0}(this,x=>x);" * 999)),
    Case("C24", "IX", holding("a.txt", "Teks.\n"), between=_grow),
    Case("C25", "IX", holding("a.txt", "Teks yang panjang.\n" * 99), between=_cut),
    Case("C26", "IX", holding("a.txt", _bait)),
    Case("C27", "any", holding("a.jsonl", lambda: '{"text": "Isi.", "n": ' + "9" * MB + "}")),
    Case("C28", "IX", holding("a.jsonl", "\n".join(
        json.dumps({"text": "Isi.", "date": day})
        for day in ("99999-99-99", "31/02/2024", "0000-01-01", "", "kemarin")))),
    Case("C29", "IX", holding("a.txt", lambda: "kata " * 900_000)),
    Case("C30", "IX", holding("a.jsonl", lambda: _rows(100_000, "Teks yang sama.")), long=True),
]  # fmt: skip
