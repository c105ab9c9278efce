"""Answers as HTML: the only place where text of others becomes markup, with :mod:`ui.reading`.

:func:`render_answer` serves an answer while it grows, when it is done, and in a history alike.
Every value is escaped where it enters; :func:`ui.cleaning.clean` then lets only our own elements
and classes through, in case that was forgotten somewhere. Nothing rendered here holds a style, an
image, a script or a link other than an article's own http(s) address.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

from ui.cards import render_cards, render_citations
from ui.characters import plain, shown
from ui.cleaning import clean
from ui.describing import display_title
from ui.follow_ups import follow_ups
from ui.places import Place
from ui.records import record_of
from ui.texts import Texts, confidence_level, texts_for_question

if TYPE_CHECKING:
    from qa import Answer, Citation

State = Literal["streaming", "done"]

_BREAK = re.compile("[\n\r\x0b\x0c\x85\u2028\u2029]+")
_NUMBER = re.compile(r"\s?\[([0-9]{1,3})\]")
_LEVELS = ("high", "middle", "low")


def render_answer(
    answer: Answer, *, turn: int, texts: Texts, state: State = "done", older: bool = False
) -> str:
    """Render one question with its answer, citations, passages and warnings.

    ``texts`` speak where the question's own language is not one of ours; ``older`` tells that the
    answer was asked for by a link made for another state of the articles.
    """
    own = texts_for_question(answer.language, texts)
    understood = own.understood.format(answer.completed) if answer.completed else ""
    if state == "streaming" and not answer.found:  # a verdict comes with the whole answer only
        waiting = f'<div class="answer waiting"><p class="text">{own.reading}</p></div>'
        return _turn(answer.question, waiting, shown(understood), turn=turn, state=state)
    kind = "found" if answer.found else "not-found"
    parts = [f'<div class="answer {kind}">', *_framing(answer, own), *_answer_text(answer)]
    if answer.found and state == "done":
        parts.append(_confidence(answer, own))
    elif answer.hits and not answer.found:
        why = f"{own.why_refused.format(own.percent(answer.confidence))} {own.best_asked}"
        parts.append(f'<p class="why">{shown(why)}</p>')
    notices = [own.link_older] if older else []
    for notice in [*notices, *([answer.notice] if answer.notice else [])]:
        parts.append(f'<p class="notice"><bdi>{shown(notice)}</bdi></p>')
    if answer.citations:
        parts += render_citations(answer, own)
    elif answer.hits and not answer.found:
        parts += render_cards(answer.hits, own)
    parts += [*_unsupported(answer, own), "</div>"]
    record = ""
    if state == "done":
        parts += [*_actions(answer, texts), *_follow(answer, own)]
        record = record_of(answer)
    line = shown(understood) + (_alone(answer, own) if understood and state == "done" else "")
    return _turn(answer.question, "".join(parts), line, turn=turn, state=state, record=record)


def render_failure(question: str, message: str, *, turn: int) -> str:
    """Render a question that could not be answered, with one sentence that says why."""
    body = f'<div class="answer failed"><p class="text"><bdi>{shown(message)}</bdi></p></div>'
    return _turn(question, body, "", turn=turn, state="done")


def _turn(
    question: str, body: str, understood: str, *, turn: int, state: State, record: str = ""
) -> str:
    kept = f' data-record="{html.escape(record)}"' if record else ""
    line = f'<p class="understood"><bdi>{understood}</bdi></p>' if understood else ""
    return clean(
        f'<article class="turn" data-turn="{turn}" data-state="{state}"{kept}>'
        f'<h2 class="question" dir="auto">{shown(question)}</h2>{line}{body}</article>'
    )


def _alone(answer: Answer, texts: Texts) -> str:
    """Offer to ask a question without what was put into it from the turn before."""
    asked, label = html.escape(plain(answer.question)), html.escape(texts.ask_alone)
    return f' <button type="button" class="alone" data-alone="{asked}">{label}</button>'


def _framing(answer: Answer, texts: Texts) -> Iterator[str]:
    """Say where the words come from, where they are not in the language of the question."""
    languages = {citation.language for citation in answer.citations}
    if len(languages) != 1 or languages & {answer.language, ""}:
        return
    language = texts.language_name(languages.pop())
    if language == texts.language_name(answer.language):
        return
    titles = {citation.article_id: display_title(citation) for citation in answer.citations}
    if len(titles) == 1:
        frame = texts.framed.format(f"“{next(iter(titles.values()))}”", language)
    else:
        frame = texts.framed_many.format(len(titles), language)
    yield f'<p class="frame"><bdi>{shown(frame)}</bdi></p>'


def _answer_text(answer: Answer) -> Iterator[str]:
    """Yield the paragraphs of the answer, each number that cites as a chip in its place."""
    chips = {citation.number: _chip(citation) for citation in answer.citations}
    text = _BREAK.sub("\n", answer.text)
    quotes = {_BREAK.sub("\n", citation.text) for citation in answer.citations}
    pieces: list[str] = []
    placed: set[int] = set()
    end = 0
    for match in _NUMBER.finditer(text):
        number = int(match[1])
        if number in chips and not any(_stands_in(match, quote) for quote in quotes):
            pieces.append(_joined(text[end : match.start()], chips[number]))
            placed.add(number)
            end = match.end()
    unplaced = "".join(chip for number, chip in chips.items() if number not in placed)
    body = "".join([*pieces, _joined(text[end:].rstrip(), unplaced)])
    for paragraph in body.split("\n"):
        if paragraph.strip():
            yield f'<p class="text" dir="auto">{paragraph}</p>'


def _joined(text: str, chips: str) -> str:
    """Put chips after ``text`` so that a line never begins with them."""
    word = re.search(r"\S{1,24}\Z", text) if chips else None
    if not word:
        return shown(text) + chips
    return f'{shown(text[: word.start()])}<span class="joined">{shown(word[0])}{chips}</span>'


def _stands_in(number: re.Match[str], quote: str) -> bool:
    """Say whether a number is part of words taken from an article, where it cites nothing."""
    start = number.string.find(quote, max(0, number.end() - len(quote)))
    return 0 <= start < number.start(1)


def _chip(citation: Citation) -> str:
    label = html.escape(plain(f"[{citation.number}] {display_title(citation)}"))
    return (
        f'<button type="button" class="chip" aria-label="{label}"'
        f" {Place.of_citation(citation).attributes()}>{citation.number}</button>"
    )


def _confidence(answer: Answer, texts: Texts) -> str:
    """Say how sure the answer is, on how many sources it rests, and of when they are."""
    level = _LEVELS[confidence_level(answer.confidence)]
    about = [
        f'<span class="meter {level}"></span>{texts.confidence(answer.confidence)} '
        f'<span class="number">{texts.percent(answer.confidence)}</span>'
    ]
    if answer.citations:
        about.append(shown(texts.independent[answer.sources != 1].format(answer.sources)))
        about.append(shown(_as_of(answer, texts)))
    parts = "".join(f'<span class="fact">{part}</span>' for part in about)
    return f'<p class="confidence">{parts}</p>'


def _as_of(answer: Answer, texts: Texts) -> str:
    days = sorted(one.published for one in answer.citations if one.published)
    if not days:
        return texts.no_date
    first, last = (texts.day(day).replace(" ", "\u00a0") for day in (days[0], days[-1]))
    return texts.as_of.format(last) if first == last else texts.as_of_range.format(first, last)


def _unsupported(answer: Answer, texts: Texts) -> Iterator[str]:
    claims = answer.unsupported
    if claims:
        heading = texts.unsupported[len(claims) != 1].format(len(claims))
        yield f'<details class="unsupported"><summary>{heading}</summary>'
        yield f'<p class="hint">{texts.unsupported_hint}</p><ul>'
        yield from (f"<li><bdi>{shown(claim.text)}</bdi></li>" for claim in claims)
        yield "</ul></details>"


def _actions(answer: Answer, texts: Texts) -> Iterator[str]:
    """Yield what can be done with an answer; these words are the page's, not the question's."""
    yield f'<div class="actions" role="group" aria-label="{html.escape(texts.actions_label)}">'
    for name, label in (("copy", texts.copy), ("markdown", texts.copy_markdown)):
        yield _action(name, label)
    yield _action("link", texts.link)
    if answer.citations:
        yield f'<span class="rating" role="group" aria-label="{html.escape(texts.feedback_label)}">'
        ratings = (texts.right, texts.wrong, texts.wrong_quote)
        for name, label in zip(("right", "wrong", "wrong-quote"), ratings, strict=True):
            yield _action(name, label, pressed=True)
        yield "</span>"
    yield "</div>"


def _action(name: str, label: str, *, pressed: bool = False) -> str:
    state = ' aria-pressed="false"' if pressed else ""
    return (
        f'<button type="button" class="action {name}" data-action="{name}"{state}>'
        f"{html.escape(label)}</button>"
    )


def _follow(answer: Answer, texts: Texts) -> Iterator[str]:
    questions = follow_ups(answer, texts)
    if questions:
        yield f'<div class="follow" role="group" aria-label="{html.escape(texts.follow_label)}">'
        for question in questions:
            asked = html.escape(plain(question))
            yield (
                f'<button type="button" class="next" data-question="{asked}">'
                f"<bdi>{shown(plain(question))}</bdi></button>"
            )
        yield "</div>"
