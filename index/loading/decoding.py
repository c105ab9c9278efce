"""Turn the bytes of a file into text, or refuse them; never into something that only looks so.

Valid UTF-8 stays what it is. Everything else is a guess, and the caller is told which.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from dataclasses import dataclass

_MARKS = (  # byte order marks, longest first: UTF-32's begins with UTF-16's
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SIGNATURES = (
    (b"%PDF-", "a PDF"),
    (b"\x89PNG\r\n", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF87a", "a GIF image"),
    (b"GIF89a", "a GIF image"),
    (b"PK\x03\x04", "a zip archive or an Office document"),
    (b"\x1f\x8b\x08", "a gzip archive"),
    (b"\xd0\xcf\x11\xe0", "an Office document"),
    (b"\x7fELF", "a program"),
    (b"SQLite format 3\0", "a database"),
    (b"{\\rtf", "an RTF document"),
)
_CONTROLS = bytes({*range(32), 127} - {7, 8, 9, 10, 11, 12, 13, 27})
_PRINTABLE = bytes(range(32, 127))
_NUL_SHARE = 0.01  # more than one NUL in a hundred bytes is no slip of an editor
_CONTROL_SHARE = 0.005
_SAMPLE = 256_000  # bytes that the detector sees: it is quadratic in what it cannot tell apart
_CHAOS_LIMIT = 0.2
_DENSE = 0.3  # share of bytes >= 0x80 that tells other scripts from accented Latin
_LATIN = ("cp1252", "cp1250", "cp1254", "cp1257")
# Letters that tell a code page of accented Latin better than statistics of a short text do. Those
# of other pages come out as ý, þ, ³ or ¿ inside words, which are not among these.
_PUNCTUATION = "\u00a0\u00ad‘’‚“”„–—…•€£§©®™°±·«»‹›¡¿ªº½"
_ALPHABETS = (
    ("cp1252", _PUNCTUATION + "àâäáãåæçèéêëìíîïñòóôöõøœùúûüßÀÂÄÁÃÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÖÕØŒÙÚÛÜ"),
    ("cp1254", _PUNCTUATION + "âçğıîöşûüÂÇĞİÎÖŞÛÜ"),
)
_OTHER_LATIN = {  # languages that need one of the other three pages
    *("Czech", "Polish", "Slovak", "Hungarian", "Slovene", "Croatian", "Romanian", "Turkish"),
    *("Lithuanian", "Latvian", "Estonian"),
}
_OTHERS = (
    *("koi8_r", "koi8_u", "cp1251", "iso8859_5", "cp866", "gb18030", "big5", "cp932", "euc_jp"),
    *("cp949", "cp1253", "cp1255", "cp1256", "tis_620", "cp037"),
)


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text with Unix line ends; ``encoding`` is ``""`` for valid UTF-8 without NUL.

    ``replaced`` counts characters that could not be read and stand as U+FFFD.
    """

    text: str
    encoding: str = ""
    replaced: int = 0


def decode(data: bytes, *, declared: str = "") -> Decoded:
    """Decode ``data``; :class:`ValueError` says what it is when it is no text.

    ``declared`` is believed only where the bytes are not valid UTF-8 and it fits them.
    """
    for signature, kind in _SIGNATURES:
        if data.startswith(signature):
            raise ValueError(f"it is {kind}")
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _decoded(data, encoding)
    if byte_order := _utf16_without_mark(data):
        return _decoded(data, byte_order)
    if data.count(0) > _NUL_SHARE * len(data):
        raise ValueError("it holds binary data")
    cleaned = data.replace(b"\0", b"")
    text = _utf8(cleaned)
    if text is not None:
        return Decoded(_unix(text), "" if len(cleaned) == len(data) else "utf-8")
    return _decode_legacy(cleaned, declared)


def detect_encoding(sample: bytes) -> str:
    """Name the encoding of a file of which only the beginning is known; ValueError: no text."""
    cut = sample.rfind(b"\n") + 1 or len(sample)
    encoding = decode(sample[:cut]).encoding
    return "utf-8-sig" if encoding in {"", "utf-8", "cesu-8"} else encoding


def _decoded(data: bytes, encoding: str) -> Decoded:
    text = data.decode(encoding, "replace").replace("\0", "")
    return Decoded(_unix(text), encoding, text.count("\ufffd"))


def _unix(text: str) -> str:
    """Translate line ends as ``Path.read_text`` does."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _utf8(data: bytes) -> str | None:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None


def _utf16_without_mark(data: bytes) -> str | None:
    """Name the byte order when NULs stand on one side of the pairs, as they do in UTF-16."""
    if len(data) % 2:
        return None
    sample = data[:8192]
    high, low = sample[0::2].count(0), sample[1::2].count(0)
    if high + low == 0 or min(high, low) > 0.05 * (high + low):
        return None
    if len(sample.translate(None, _PRINTABLE)) < 0.25 * len(sample):
        return None  # single bytes with a stray NUL
    encoding = "utf-16-le" if low > high else "utf-16-be"
    try:
        text = codecs.getincrementaldecoder(encoding)().decode(sample)  # a pair may be cut in two
    except UnicodeDecodeError:
        return None
    strange = sum(unicodedata.category(c) in {"Cc", "Cn", "Co"} and c not in "\n\r\t" for c in text)
    return encoding if strange <= 0.01 * len(text) else None


def _decode_legacy(data: bytes, declared: str) -> Decoded:
    if len(data) - len(data.translate(None, _CONTROLS)) > _CONTROL_SHARE * len(data):
        raise ValueError("it holds binary data")
    if data.startswith(codecs.BOM_UTF8):
        return _decoded(data.removeprefix(codecs.BOM_UTF8), "utf-8")
    if text := _cesu8(data):
        return Decoded(_unix(text), "cesu-8", text.count("\ufffd"))
    if _is_damaged_utf8(data):
        return _decoded(data, "utf-8")
    if encoding := _fitting(data, declared):
        return _decoded(data, encoding)
    guess = _guess(data)
    if guess is None or guess == "cp037":  # EBCDIC: recognised, but its pages differ too much
        raise ValueError("its encoding could not be told")
    return _decoded(data, guess)


def _cesu8(data: bytes) -> str | None:
    """Decode UTF-8 that writes surrogates one by one, as some databases export it."""
    try:
        text = data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return None
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _is_damaged_utf8(data: bytes) -> bool:
    """Say whether there are at least as many good multi-byte characters as bad bytes."""
    broken = data.decode("utf-8", "replace").count("\ufffd")
    good = len(re.findall(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xf4][\x80-\xbf]{2,3}", data))
    return good >= broken


def _fitting(data: bytes, declared: str) -> str | None:
    """Return the declared encoding when it is one that ASCII is part of and the bytes fit it."""
    try:
        encoding = codecs.lookup(declared).name if declared else ""
        # HTML says that latin-1 means Windows-1252; UTF-7 would let mark-up hide in plain text.
        encoding = "cp1252" if encoding == "iso8859-1" else encoding
        if not encoding or encoding == "utf-7" or "escape" in encoding:
            return None
        if "<a>".encode(encoding) != b"<a>":
            return None
        data.decode(encoding)
    except (LookupError, ValueError):
        return None
    return encoding


def _guess(data: bytes) -> str | None:
    """Guess an encoding from the lines that are not plain ASCII."""
    import charset_normalizer

    telling = b"\n".join(line for line in data.split(b"\n") if not line.isascii())[:_SAMPLE]
    share = (len(telling) - len(telling.translate(None, bytes(range(128, 256))))) / len(telling)
    is_latin = share < _DENSE
    if is_latin and (known := _by_alphabet(telling)):
        return known
    candidates = list(_LATIN if is_latin else _OTHERS)
    best = charset_normalizer.from_bytes(telling, cp_isolation=candidates).best()
    if best is None or best.percent_chaos > 100 * _CHAOS_LIMIT:
        return None
    is_western = is_latin and best.language not in _OTHER_LATIN and _fitting(telling, "cp1252")
    return "cp1252" if is_western else best.encoding


def _by_alphabet(data: bytes) -> str | None:
    for encoding, letters in _ALPHABETS:
        accented = {c for c in data.decode(encoding, "replace") if not c.isascii()}
        # Hungarian ő comes out as õ, which Portuguese has beside ã only.
        if accented.issubset(letters) and not ("õ" in accented and "ã" not in accented):
            return encoding
    return None
