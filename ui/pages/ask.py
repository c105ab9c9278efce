"""The page where one asks and reads: the conversation on the left, the proof on the right.

Each part is a ``gr.HTML`` that shows HTML escaped by :mod:`ui.render`. Templates of Gradio are
evaluated as JavaScript, so they are constants here and foreign text only ever is their
``${value}``. The answer being written is one part; when the next question is asked, the script
moves its elements to the part above, so that a long conversation is neither sent nor drawn again.
No state is kept on the server: the browser sends along what a question goes on from.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import gradio as gr

from index import KutipError
from qa import Answer
from ui.library import Library
from ui.narrowing import Narrowing
from ui.pages import parts, shell
from ui.places import Place
from ui.reading import render_article
from ui.records import answer_of
from ui.render import render_answer, render_failure
from ui.texts import Texts

_log = logging.getLogger("kutip.ui")

_UPDATE_SECONDS = 0.08  # an answer that grows is sent at most this often
_PANE = (
    '<div class="pane-bar">'
    '<button type="button" class="step previous" hidden></button>'
    '<span class="position" hidden></span>'
    '<button type="button" class="step next-mark" hidden></button>'
    '<button type="button" class="only-here" hidden></button>'
    '<button type="button" class="copy-place" hidden></button>'
    '<button type="button" class="close" aria-label="${close}" title="${close}"></button></div>'
    '<section class="pane-body" aria-label="${region}" tabindex="0">${value}</section>'
)
_BROKEN = "() => { document.dispatchEvent(new CustomEvent('kutip:broken')); }"


def add_page(library: Library) -> None:
    """Add the page to the ``gr.Blocks`` being built."""
    parts.add("header", parts.opening(library))
    with gr.Row(elem_id="kutip-room", equal_height=False):
        with gr.Column(elem_id="kutip-talk"):
            with gr.Column(elem_id="kutip-scroll"):
                parts.add("welcome")
                parts.add("past")
                turn = parts.add("turn")
            form = parts.add("form", *parts.conversation_functions(library))
        parts.add("articles", *parts.article_functions(library))
        parts.add("insights", *parts.insight_functions(library))
        parts.add("pane", _reading(library), template=_PANE, close="", region="")
    private: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    asked = form.ask(_asking(library), None, turn, trigger_mode="multiple", **private)
    # Success needs no event: the last value says that it is the last, and an event that comes
    # after it would be taken for the end of the next question.
    asked.failure(None, js=_BROKEN, **private)
    form.stop(None, cancels=[asked], **private)


def _asking(library: Library) -> Callable[[gr.EventData, gr.Request], Iterator[str]]:
    def ask(event: gr.EventData, request: gr.Request) -> Iterator[str]:
        texts = parts.texts(request)
        question, turn, before, link, sent = _asked(event)
        if len(question) > shell.QUESTION_LIMIT:
            message = texts.too_long.format(shell.QUESTION_LIMIT)
            yield render_failure(question[:200] + "…", message, turn=turn)
            return
        try:
            yield from _grow(_answers(library, question, before, sent, texts), turn, texts, link)
        except (KutipError, ValueError) as error:
            _log.warning("a question was not answered: %s", error)
            yield render_failure(question, str(error), turn=turn)

    return ask


def _answers(
    library: Library, question: str, before: tuple[Answer, ...], sent: object, texts: Texts
) -> Iterator[Answer]:
    """Answer from the articles that were chosen, and say which those are."""
    narrowing = Narrowing.parse(sent)
    if not narrowing:
        yield from library.answer(question, before)
        return
    articles = library.articles()
    told = narrowing.told(articles, texts)
    for answer in library.answer(question, before, narrowing.filters(articles)):
        notice = f"{told} {answer.notice}" if answer.notice else told
        yield replace(answer, notice=notice)


def _asked(
    event: gr.EventData,
) -> tuple[str, int, tuple[Answer, ...], int | None, object]:
    """Read what was sent: question, turn, the answer before, a link's generation, a narrowing."""
    data = event._data if isinstance(event._data, dict) else {}
    question, turn = data.get("question"), data.get("turn")
    before, generation = answer_of(data.get("before")), data.get("generation")
    return (
        question.strip() if isinstance(question, str) else "",
        turn if isinstance(turn, int) else 0,
        (before,) if before else (),
        generation if isinstance(generation, int) else None,
        data.get("narrowed"),
    )


def _grow(answers: Iterator[Answer], turn: int, texts: Texts, link: int | None) -> Iterator[str]:
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
        older = link is not None and link != last.generation
        yield render_answer(last, turn=turn, texts=texts, older=older)


def _reading(library: Library) -> Callable[[object, gr.Request], str]:
    def read(data: object, request: gr.Request) -> str:
        texts = parts.texts(request)
        place = Place.parse(data)
        if place is None:
            return shell.render_empty_pane(texts)
        try:
            article = library.article(place.article_id)
        except KeyError:
            return shell.render_pane_message(texts.gone)
        except KutipError as error:
            return shell.render_pane_message(str(error))
        return render_article(article, place, texts)

    return read
