"""What the tests of loading share: files written exactly, and what is loaded from them."""

from __future__ import annotations

from pathlib import Path

from index.errors import ArticleError
from index.loading import load_articles
from index.types import Article


def write(path: Path, content: str | bytes) -> Path:
    """Write a file exactly and return its path."""
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def one(path: Path) -> Article:
    """Return the only article of a file."""
    (article,) = load_articles(path)
    return article


def load(path: Path) -> Article | str:
    """Return the only article of a path, or the sentence of its error."""
    try:
        return one(path)
    except ArticleError as error:
        assert_one_sentence(error)
        return str(error)


def assert_one_sentence(error: ArticleError) -> None:
    """Check that a message is one line, ends in a full stop and says what to do."""
    message = str(error)
    assert message.isprintable()
    assert message.endswith(".")
    assert any(mark in message for mark in (";", ":"))
    assert error.path


def both(path: Path) -> tuple[list[str], list[str]]:
    """Return the ids and the errors of what a path holds."""
    errors: list[ArticleError] = []
    ids = [article.id for article in load_articles(path, on_error=errors.append)]
    for error in errors:
        assert_one_sentence(error)
    return ids, [str(error) for error in errors]
