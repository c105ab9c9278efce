"""The parts of the page, and the functions their scripts call on the server.

What a script sends is anything at all; each function reads what it knows and ignores the rest.
"""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import gradio as gr

from index import KutipError, StoreBusyError
from ui.examples import example_questions
from ui.exports import as_markdown, as_plain, conversation_html, conversation_markdown
from ui.feedback import RATINGS
from ui.insights import render_coverage, render_insights, topic_name
from ui.library import Library
from ui.narrowing import render_narrowing
from ui.pages import shell
from ui.records import answer_of, answers_of
from ui.render import render_answer
from ui.shelf import render_library, render_said, render_shelf, render_undo
from ui.texts import Texts, texts_for_browser
from ui.uploads import UploadError
from ui.wishes import Wish

_log = logging.getLogger("kutip.ui")

_BROWSED = 50  # articles looked through for example questions
Function = Callable[[Any, gr.Request], Any]
_BRIDGE = (Path(__file__).parents[1] / "scripts" / "bridge.js").read_text("utf-8")


def add(name: str, *functions: Function, template: str = "${value}", **props: Any) -> gr.HTML:
    """Add a part whose value is shown as it is, without Gradio's text styles."""
    return gr.HTML(
        elem_id=f"kutip-{name}",
        html_template=template,
        js_on_load=_BRIDGE.replace("PART", name),
        apply_default_css=False,
        server_functions=list(functions) or None,
        **props,
    )


def texts(request: gr.Request) -> Texts:
    """Return the words of the page for whoever asks."""
    return texts_for_browser(request.headers.get("accept-language"))


def _told(function: Callable[[dict[str, Any], Texts], Any]) -> Function:
    """Make a function of the page: its data a mapping, its troubles one sentence."""

    @functools.wraps(function)
    def call(data: object, request: gr.Request) -> Any:
        words = texts(request)
        try:
            return function(data if isinstance(data, dict) else {}, words)
        except (KutipError, ValueError, OSError) as error:
            _log.warning("%s: %s", function.__name__, error)
            message = str(error) if isinstance(error, KutipError) else words.trouble
            if isinstance(error, StoreBusyError):  # whose words are for whoever runs commands
                message = words.adding_now
            return {"said": render_said(message), "failed": True}

    call.__annotations__ = {"data": object, "request": gr.Request, "return": Any}
    del call.__wrapped__  # its signature is this one's
    return call


def opening(library: Library) -> Function:
    """Return what the script calls to fill the page for the articles there are, and again.

    A function and no event of Gradio's: those stand in the queue of questions, and when that is
    full whoever came then would see an empty page.
    """

    def furnish(_data: dict[str, Any], words: Texts) -> dict[str, str]:
        readonly, web = library.readonly, library.takes_addresses
        page = {
            "form": shell.render_form(words),  # without choices while nothing can be read
            "articles": render_library(words, readonly=readonly, web=web),
            "pane": shell.render_empty_pane(words),
        }
        try:
            page["form"] += render_narrowing(library.choices(), words)
            count = library.count()
        except KutipError as error:
            trouble = shell.render_trouble(str(error), words)
            return {**page, "header": shell.render_header(None, words), "welcome": trouble}
        examples = example_questions((*library.oldest(_BROWSED), *library.articles()), words)
        overview = shell.Overview(count, examples, readonly, library.has_seeds)
        header = shell.render_header(overview, words)
        return {**page, "header": header, "welcome": shell.render_welcome(overview, words)}

    return _told(furnish)


def conversation_functions(library: Library) -> tuple[Function, ...]:
    """Return what the question form calls: restore a history, export, copy, judge."""

    def replay(data: dict[str, Any], words: Texts) -> str:
        answers = answers_of(data.get("records"))
        return "".join(
            render_answer(answer, turn=turn, texts=words) for turn, answer in enumerate(answers, 1)
        )

    def take(data: dict[str, Any], words: Texts) -> str:
        answers, form = answers_of(data.get("records")), data.get("form")
        if form in ("copy", "markdown"):
            written = as_plain if form == "copy" else as_markdown
            return "\n\n".join(written(answer) for answer in answers)
        whole = conversation_html if form == "html" else conversation_markdown
        return whole(answers, words)

    def judge(data: dict[str, Any], words: Texts) -> dict[str, Any]:
        answer = answer_of(data.get("record"))
        rating = next((one for one in RATINGS if one == data.get("rating")), None)
        kept = bool(answer and rating and library.judge(answer, rating))
        return {"kept": kept, "said": words.thanks if kept else words.not_kept}

    return _told(replay), _told(take), _told(judge)


def article_functions(library: Library) -> tuple[Function, ...]:
    """Return what the Articles page calls: the list, deleting, undoing, and what is added."""

    def browse(data: dict[str, Any], words: Texts) -> str:
        wish = _wish(data)
        topic = None
        if wish.topic is not None:
            topics = library.picture().topics
            topic = topic_name(topics[wish.topic]) if 0 <= wish.topic < len(topics) else "?"
        shelf = library.browse(wish)
        return render_shelf(shelf, wish, words, readonly=library.readonly, topic=topic)

    def remove(data: dict[str, Any], words: Texts) -> dict[str, Any]:
        article_id = unquote(str(data.get("id", "")))
        try:
            article = library.remove(article_id)
        except KeyError:
            return {"said": render_said(words.gone), "failed": True}
        return {"said": render_undo(article.title or article_id, article_id, words)}

    def restore(data: dict[str, Any], words: Texts) -> dict[str, Any]:
        article_id = unquote(str(data.get("id", "")))
        try:
            article = library.restore(article_id)
        except KeyError:
            return {"said": render_said(words.gone), "failed": True}
        return {"said": render_said(words.restored.format(article.title or article_id))}

    return *(_told(one) for one in (browse, remove, restore)), *_adding_functions(library)


def _adding_functions(library: Library) -> tuple[Function, ...]:
    """Return what is called to add articles, and to ask how files and addresses fare."""

    def jobs(data: dict[str, Any], words: Texts) -> dict[str, Any]:
        ticket = str(data.get("ticket", ""))
        return {**shell.render_jobs(library.jobs(ticket), words), "count": _count(library, words)}

    def fetch(data: dict[str, Any], _words: Texts) -> dict[str, Any]:
        ticket, address = str(data.get("ticket", "")), str(data.get("address", ""))[:2048]
        try:
            if library.uploads is None:
                raise UploadError("These articles can only be read.", 403)
            library.uploads.take_address(address, ticket)
        except UploadError as error:
            return {"message": str(error)}
        return {"message": ""}

    def seeds(_data: dict[str, Any], words: Texts) -> dict[str, Any]:
        library.add_seeds()
        return {"said": words.seeds_added, "count": _count(library, words)}

    return _told(jobs), _told(fetch), _told(seeds)


def insight_functions(library: Library) -> tuple[Function, ...]:
    """Return what the Insights page calls."""

    def picture(_data: dict[str, Any], words: Texts) -> str:
        return render_insights(library, words)

    def coverage(data: dict[str, Any], words: Texts) -> str:
        return render_coverage(library, _wish(data), words)

    return _told(picture), _told(coverage)


def _count(library: Library, words: Texts) -> str:
    return shell.render_header_count(library.count(), words)


def _wish(data: dict[str, Any]) -> Wish:
    """Read what is wished for; what is not a wish is left out."""
    values = {
        name: value[:500]
        for name in ("query", "language", "source", "year")
        if isinstance(value := data.get(name), str)
    }
    topic, offset = _number(data.get("topic")), _number(data.get("offset"))
    return Wish(**values, topic=topic, offset=max(0, offset or 0))


def _number(value: object) -> int | None:
    try:
        return int(str(value)[:9])
    except ValueError:
        return None
