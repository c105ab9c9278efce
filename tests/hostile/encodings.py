"""A. Encodings and characters."""

from __future__ import annotations

import random

from tests.hostile.make import Case, holding

TEXT = (
    "Kafe Müller\n\nKafe Müller di Jalan Café dibuka kembali, kata pemiliknya kepada wartawan.\n"
    "Pengunjung lama datang sejak pagi hari dan membeli roti, kopi, serta kue yang hangat.\n"
)
SMART = (
    "Judul\n\nIa berkata “ya” – harganya 5 € saja, dan itu ‘murah’ menurut semua orang di sana.\n"
)
RUSSIAN = (
    "Съешь ещё этих мягких французских булок да выпей чаю, сказал он вчера вечером дома.\n" * 4
)
JAPANESE = "東京で新しい喫茶店が開店しました。店主は記者に対して、とても嬉しいと話しました。\n" * 4
CHINESE = "北京的一家新咖啡馆昨天开业了，老板对记者说他非常高兴，欢迎大家来喝咖啡。\n" * 4
PLAIN = TEXT.replace("ü", "u").replace("é", "e")


def _page(declared: str, body: str = TEXT) -> str:
    paragraphs = "".join(f"<p>{line}</p>" for line in body.split("\n") if line)
    return f'<html><head><meta charset="{declared}"></head><body><article>{paragraphs}'


CASES = [
    Case("A01", "IX", holding("a.txt", b"\xef\xbb\xbf" + TEXT.encode())),
    Case("A02", "IX", holding("a.txt", b"\xff\xfe" + TEXT.encode("utf-16-le"))),
    Case("A03", "IX", holding("a.txt", b"\xfe\xff" + TEXT.encode("utf-16-be"))),
    Case("A04", "any", holding("a.txt", TEXT.encode("utf-16-le"))),
    Case("A05", "IX", holding("a.txt", b"\xff\xfe\0\0" + TEXT.encode("utf-32-le"))),
    Case("A06", "IX", holding("a.txt", TEXT.encode("latin-1"))),
    Case("A07", "IX", holding("a.txt", SMART.encode("cp1252"))),
    Case("A08", "IX", holding("a.txt", JAPANESE.encode("shift-jis"))),
    Case("A09", "IX", holding("a.txt", CHINESE.encode("gb18030"))),
    Case("A10", "IX", holding("a.txt", RUSSIAN.encode("koi8-r"))),
    Case("A11", "IX", holding("a.html", _page("latin-1"))),
    Case("A12", "IX", holding("a.html", _page("utf-7", TEXT + "+ADw-script+AD4-"))),
    Case("A13", "IX", holding("a.txt", TEXT.encode() + b"rusak \xc3\x28 di tengah\n")),
    Case("A14", "IX", holding("a.txt", TEXT.encode() + b"a\xc0\xafb\n")),
    Case("A15", "IX", holding("a.txt", TEXT.encode() + b"\xed\xa0\xbd\xed\xb8\x80\n")),
    Case("A16", "IX", holding("a.jsonl", '{"text": "Teks \\ud800 rusak.", "title": "\\udfff"}')),
    Case("A17", "IX", holding("a.txt", TEXT.encode() + "é".encode()[:1])),
    Case("A18", "IX", holding("a.txt", TEXT.encode().replace(b"kata", b"ka\0ta"))),
    Case("A19", "IX", holding("a.txt", TEXT + "\x01\x02 \x1b[31m \x7f \x85 \x9f\n")),
    Case("A20", "IX", holding("a.txt", TEXT + "\ufffe\uffff\ue000\n")),
    Case("A21", "IX", holding("a.txt", TEXT + "👩‍👩‍👧 🇮🇩 👍🏽\n")),
    Case("A22", "IX", holding("a.txt", "Caf\u00e9 dan cafe\u0301 itu sama.\n")),
    Case("A23", "IX", holding("a.txt", "Satu.\rDua.\r\nTiga.\x85Empat.\u2028Lima.\u2029Enam.")),
    Case("A24", "IX", holding("a.txt", TEXT.encode().decode("latin-1"))),
    Case("A25", "RJ", holding("a.txt", PLAIN.encode("cp037")), says="could not be told"),
    Case("A26", "any", holding("a.txt", TEXT.encode() + TEXT.encode("latin-1"))),
    Case("A27", "RJ", holding("a.txt", lambda: random.Random(7).randbytes(1_000_000))),
    Case("A28", "RJ", holding("a.txt", b"\x89PNG\r\n\x1a\n" + bytes(99)), says="PNG"),
]
