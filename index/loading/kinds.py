"""Tell what a file without a telling name is, from its first bytes."""

from __future__ import annotations

import re
from collections.abc import Mapping

from index.loading.decoding import detect_encoding
from index.loading.files import ArticleFile, only_supported, open_file, unreadable

_SAMPLE = 8192
_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", ".pdf"),
    (b"{\\rtf", ".rtf"),
    (b"PAR1", ".parquet"),
)
_PACKAGES: Mapping[bytes, str] = {  # what the members of a zip file are named, or begin with
    b"mimetypeapplication/epub+zip": ".epub",
    b"mimetypeapplication/vnd.oasis.opendocument.text": ".odt",
    b"word/": ".docx",
}
_MARKUP = re.compile(
    rb"\s*+(?:<\?xml[^>]*+>\s*+)?+(?:<!--(?:(?!-->).)*+-->\s*+)*+<(?:!doctype\s++)?+([a-z:]++)",
    re.IGNORECASE | re.DOTALL,
)
_FEEDS = (b"rss", b"feed", b"rdf:rdf")


def kind_by_content(file: ArticleFile) -> str:
    """Return the suffix of ``SUPPORTED`` that the first bytes of a file call for.

    :raises ArticleError: it cannot be read, or is nothing that can be loaded. What looks like
        text is taken for it only where the name has no suffix: ``README``, not ``notes.log``.
    """
    with open_file(file) as opened:
        sample = opened.read(_SAMPLE)
    kind = kind_of_bytes(sample)
    if not kind and "." not in file.name.strip("."):
        try:
            detect_encoding(sample)
            kind = ".txt"
        except ValueError:
            kind = ""
    if not kind:
        raise unreadable(file, only_supported())
    return kind


def kind_of_bytes(sample: bytes) -> str:
    """Return the suffix that the beginning of a file calls for, ``""`` where it does not tell."""
    for signature, kind in _SIGNATURES:
        if sample.startswith(signature):
            return kind
    if sample.startswith(b"PK\x03\x04"):
        return next((kind for mark, kind in _PACKAGES.items() if mark in sample), ".zip")
    if sample[257:262] == b"ustar":
        return ".tar"
    found = _MARKUP.match(sample.removeprefix(b"\xef\xbb\xbf"))
    root = found[1].lower() if found else b""
    if root in _FEEDS:
        return ".rss"
    return ".html" if root == b"html" else ""
