"""Load .eml files: the message's own text; attachments are named and not looked at."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from email import errors, policy
from email.message import EmailMessage, MIMEPart
from email.parser import BytesParser
from email.utils import parseaddr

from index.loading.decoding import decode
from index.loading.documents import document_article
from index.loading.fields import clean_title
from index.loading.files import ArticleFile, OnError, RefusalError, read_file, unreadable
from index.loading.markup import html_text, parse_html
from index.types import Article

_PART_LIMIT = 1_000
_DEPTH_LIMIT = 20
_MULTIPART_LIMIT = 200
_NAMES_LIMIT = 1_000


def load_eml(file: ArticleFile, _report: OnError) -> Iterator[Article]:
    """Yield the article of an .eml file: subject, sender, date and text."""
    data = read_file(file)
    # Python's parser compares each line with the boundaries of all parts around it.
    if data.lower().count(b"boundary=") > _MULTIPART_LIMIT:
        raise unreadable(file, "its parts are nested too deeply; save its text as .txt")
    try:
        message = BytesParser(EmailMessage, policy=policy.default).parsebytes(data)
        _check_depth(message)
        body = _body(message)
        told = {
            "title": _header(message, "subject"),
            "authors": _sender(message),
            "published": _day(message),
            "language": _header(message, "content-language"),
            "attachments": _attachments(message),
        }
    except RecursionError as error:
        raise unreadable(file, "its parts are nested too deeply; save its text as .txt") from error
    except (ValueError, LookupError, TypeError, AttributeError, errors.MessageError) as error:
        problem = str(error) if isinstance(error, RefusalError) else "it is damaged; save its text"
        raise unreadable(file, problem) from error
    yield document_article(file, (line.rstrip() for line in body.split("\n")), told)


def _check_depth(message: EmailMessage) -> None:
    waiting: list[tuple[MIMEPart, int]] = [(message, 1)]
    parts = 0
    while waiting:
        part, depth = waiting.pop()
        parts += 1
        if depth > _DEPTH_LIMIT or parts > _PART_LIMIT:
            raise RefusalError("its parts are nested too deeply; save its text as .txt")
        if part.is_multipart():
            waiting += [(one, depth + 1) for one in part.iter_parts()]


def _body(message: EmailMessage) -> str:
    part = message.get_body(("plain", "html"))
    if part is None:
        raise RefusalError("no text in it; save what it holds as a file of its own")
    raw = part.get_payload(decode=True)
    data = raw if isinstance(raw, bytes) else b""
    text = decode(data, declared=str(part.get_content_charset() or "")).text
    if part.get_content_type() == "text/html":
        return html_text(parse_html(text)) if text.strip() else ""
    return text


def _attachments(message: EmailMessage) -> str:
    """Return the names of what came with a message and is not read, as many as metadata holds."""
    parts = (part for part in message.walk() if part.get_content_disposition() == "attachment")
    names = (clean_title(str(part.get_filename() or "")) for part in parts)
    listed = "; ".join(name for name in names if name)
    return listed if len(listed) <= _NAMES_LIMIT else f"{listed[: _NAMES_LIMIT - 1]}…"


def _header(message: EmailMessage, name: str) -> str:
    return str(message.get(name, "")).strip()


def _sender(message: EmailMessage) -> str:
    """Return the sender's name; the address is nobody's name."""
    return parseaddr(_header(message, "from"))[0].replace(";", ",")


def _day(message: EmailMessage) -> str:
    sent = getattr(message.get("date"), "datetime", None)
    return sent.date().isoformat() if isinstance(sent, datetime) else ""
