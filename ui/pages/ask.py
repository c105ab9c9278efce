"""The page where one asks and reads: the conversation on the left, the proof on the right.

Each part is a ``gr.HTML`` that shows HTML escaped by :mod:`ui.render`. Templates of Gradio are
evaluated as JavaScript, so they are constants here and foreign text only ever is their
``${value}``. The answer being written is one part; when the next question is asked, the script
moves its elements to the part above, so that a long conversation is neither sent nor drawn again.
No state is kept on the server: a button carries the place it opens.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from index import Article, KutipError
from qa import Answer
from ui.pages import shell
from ui.places import Place
from ui.render import render_answer, render_article, render_failure
from ui.texts import Texts, texts_for_browser

_log = logging.getLogger("kutip.ui")

_FOLDER = Path(__file__).parents[1]
_UPDATE_SECONDS = 0.08  # an answer that grows is sent at most this often
_PANE = (
    '<button type="button" class="close" aria-label="${close}" title="${close}"></button>'
    '<section class="pane-body" aria-label="${region}" tabindex="0">${value}</section>'
)
_SETTLED = "() => { document.dispatchEvent(new CustomEvent('kutip:settled')); }"


@dataclass(frozen=True, slots=True)
class Sources:
    """What the page needs of the rest: answers, articles by id, and an overview.

    ``article`` raises KeyError where there is no such article; all of them KutipError for trouble.
    """

    answer: Callable[[str], Iterator[Answer]]
    article: Callable[[str], Article]
    overview: Callable[[Texts], shell.Overview]


def add_ask_page(blocks: gr.Blocks, sources: Sources) -> None:
    """Add the page to the Blocks being built."""
    header = _part("header")
    with gr.Row(elem_id="kutip-room", equal_height=False):
        with gr.Column(elem_id="kutip-talk"):
            with gr.Column(elem_id="kutip-scroll"):
                welcome = _part("welcome")
                _part("past", script="element.dataset.kutip = 'past';")
                turn = _part("turn", script=_script("turn.js"))
            form = _part("form", script=_script("form.js"))
        pane = _pane(sources)
    private: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    blocks.load(_loading(sources), None, [header, welcome, form, pane], **private)
    asked = form.ask(_asking(sources), None, turn, trigger_mode="multiple", **private)
    asked.then(None, js=_SETTLED, **private)  # not called where the function failed
    asked.failure(None, js=_SETTLED, **private)
    form.stop(None, cancels=[asked], **private)


def _part(name: str, *, script: str | None = None) -> gr.HTML:
    """Make a part whose value is shown as it is, without Gradio's text styles."""
    return gr.HTML(elem_id=f"kutip-{name}", js_on_load=script, apply_default_css=False)


def _pane(sources: Sources) -> gr.HTML:
    return gr.HTML(
        elem_id="kutip-pane",
        html_template=_PANE,
        js_on_load=_script("pane.js"),
        apply_default_css=False,
        server_functions=[_reading(sources)],
        close="",
        region="",
    )


def _script(name: str) -> str:
    return (_FOLDER / name).read_text("utf-8")


def _texts(request: gr.Request) -> Texts:
    return texts_for_browser(request.headers.get("accept-language"))


def _loading(sources: Sources) -> Callable[[gr.Request], tuple[str, str, str, str]]:
    def load(request: gr.Request) -> tuple[str, str, str, str]:
        texts = _texts(request)
        form, pane = shell.render_form(texts), shell.render_empty_pane(texts)
        try:
            overview = sources.overview(texts)
        except KutipError as error:
            trouble = shell.render_trouble(str(error), texts)
            return shell.render_header(None, texts), trouble, form, pane
        header, welcome = (
            shell.render_header(overview, texts),
            shell.render_welcome(overview, texts),
        )
        return header, welcome, form, pane

    return load


def _asking(sources: Sources) -> Callable[[gr.EventData, gr.Request], Iterator[str]]:
    def ask(event: gr.EventData, request: gr.Request) -> Iterator[str]:
        texts = _texts(request)
        question, turn = _asked(event)
        if len(question) > shell.QUESTION_LIMIT:
            message = texts.too_long.format(shell.QUESTION_LIMIT)
            yield render_failure(question[:200] + "…", message, turn=turn)
            return
        try:
            yield from _grow(sources.answer(question), turn, texts)
        except (KutipError, ValueError) as error:
            _log.warning("a question was not answered: %s", error)
            yield render_failure(question, str(error), turn=turn)

    return ask


def _asked(event: gr.EventData) -> tuple[str, int]:
    """Read what the form sent; anything else than text and a number is a caller of our making."""
    data = event._data if isinstance(event._data, dict) else {}
    question, turn = data.get("question"), data.get("turn")
    return (
        question.strip() if isinstance(question, str) else "",
        turn if isinstance(turn, int) else 0,
    )


def _grow(answers: Iterator[Answer], turn: int, texts: Texts) -> Iterator[str]:
    """Yield the growing answer a few times a second, and its last form always."""
    last: Answer | None = None
    sent = 0.0
    for answer in answers:
        last = answer
        now = time.monotonic()
        if now - sent >= _UPDATE_SECONDS:
            sent = now
            yield render_answer(answer, turn=turn, texts=texts, state="streaming")
    if last is not None:
        yield render_answer(last, turn=turn, texts=texts)


def _reading(sources: Sources) -> Callable[[object, gr.Request], str]:
    def read(data: object, request: gr.Request) -> str:
        texts = _texts(request)
        place = Place.parse(data)
        if place is None:
            return shell.render_empty_pane(texts)
        try:
            article = sources.article(place.article_id)
        except KeyError:
            return shell.render_pane_message(texts.gone)
        except KutipError as error:
            return shell.render_pane_message(str(error))
        return render_article(article, place, texts)

    return read
