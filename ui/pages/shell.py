"""What stands around answers and articles: header, first page, question form, empty pane."""

from __future__ import annotations

import html
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ui.characters import plain, shown
from ui.cleaning import clean
from ui.texts import Texts

if TYPE_CHECKING:
    from ui.uploads import Job

QUESTION_LIMIT = 4000  # characters

_SEND = (
    '<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M12 19V5M6 11l6-6 6 6" fill="none"'
    ' stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"/></svg>'
)
_STOP = (
    '<svg viewBox="0 0 24 24" aria-hidden="true">'
    '<rect x="7" y="7" width="10" height="10" rx="1.5" fill="currentColor"/></svg>'
)


_TALKS = (
    '<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M4 7h16M4 12h16M4 17h10" fill="none"'
    ' stroke="currentColor" stroke-width="2" stroke-linecap="round"/></svg>'
)
# What the scripts say, by the names of ui.wording.
_WORDS = (
    "language reading ready failed stopped unreachable close pane_label copied link link_passage"
    " link_copied thanks not_kept previous next of delete_conversation untitled loading"
    " trouble waiting uploading file_failed files_progress left all_done busy delete_all"
    " really_delete only_here_ask"
).split()


@dataclass(frozen=True, slots=True)
class Overview:
    """What the first page tells of an index: how many articles, and a few of them by name."""

    articles: int
    examples: tuple[str, ...] = ()
    readonly: bool = False
    seeds: bool = False


def render_header_count(articles: int, texts: Texts) -> str:
    """Write how many articles there are to ask."""
    return html.escape(texts.count(articles))


def render_header(overview: Overview | None, texts: Texts) -> str:
    """Render the bar at the top: the name, what it is, and how much there is to ask."""
    count = texts.count(overview.articles) if overview else ""
    pages = (("ask", texts.nav_ask), ("articles", texts.nav_articles))
    links = "".join(
        f'<a href="#{name}" data-page="{name}">{html.escape(label)}</a>'
        for name, label in (*pages, ("insights", texts.nav_insights))
    )
    talks = html.escape(texts.conversations)
    return (
        f'<div class="bar"><button type="button" class="talks" aria-label="{talks}"'
        f' title="{talks}" aria-expanded="false">{_TALKS}</button>'
        '<h1><span class="logo" aria-hidden="true"></span><span class="word">Kutip</span></h1>'
        f'<nav aria-label="{html.escape(texts.navigation)}">{links}</nav>'
        f'<p class="count">{html.escape(count)}</p></div>{_drawer(texts)}'
    )


def _drawer(texts: Texts) -> str:
    """Render the list of conversations, which the script fills from the browser's storage."""
    return (
        f'<aside class="drawer" aria-label="{html.escape(texts.conversations)}" hidden>'
        f'<button type="button" class="fresh">{html.escape(texts.new_conversation)}</button>'
        f'<ul class="talk-list"></ul><p class="hint none">{html.escape(texts.no_conversations)}</p>'
        f'<div class="drawer-foot"><p class="hint">{html.escape(texts.only_here)}</p>'
        f'<button type="button" class="export-md">{html.escape(texts.export_markdown)}</button>'
        f'<button type="button" class="export-html">{html.escape(texts.export_html)}</button>'
        f'<button type="button" class="forget">{html.escape(texts.delete_all)}</button>'
        "</div></aside>"
    )


def render_welcome(overview: Overview, texts: Texts) -> str:
    """Render the first page: an invitation with examples, or how to get started."""
    if not overview.articles:
        return _first_run(overview, texts)
    return _welcome(texts.welcome, texts.welcome_hint, overview.examples, texts.try_asking)


def _first_run(overview: Overview, texts: Texts) -> str:
    """Explain what this is and how to begin."""
    steps = "".join(f"<li>{shown(step)}</li>" for step in texts.first_steps)
    parts = [
        f'<div class="welcome"><h2>{shown(texts.empty_index)}</h2>',
        f'<p class="hint">{shown(texts.empty_index_hint)}</p><ol class="first-steps">{steps}</ol>',
    ]
    if overview.readonly:
        parts.append(f'<p class="hint">{shown(texts.readonly_hint)}</p>')
    else:
        parts.append(
            f'<button type="button" class="to-articles">{shown(texts.drop_files)}</button>'
        )
        if overview.seeds:
            parts.append(f'<button type="button" class="seeds">{shown(texts.use_seeds)}</button>')
    return clean("".join([*parts, "</div>"]))


def render_trouble(message: str, texts: Texts) -> str:
    """Render the first page of an index that cannot be read."""
    return _welcome(texts.empty_index, message)


def _welcome(title: str, hint: str, questions: Sequence[str] = (), label: str = "") -> str:
    parts = [f'<div class="welcome"><h2>{shown(title)}</h2><p class="hint">{shown(hint)}</p>']
    if questions:
        parts.append(f'<h3 class="label">{shown(label)}</h3><ul class="examples">')
        for question in questions:
            asked = html.escape(plain(question))
            parts.append(
                f'<li><button type="button" class="example" data-question="{asked}">'
                f"<bdi>{shown(plain(question))}</bdi></button></li>"
            )
        parts.append("</ul>")
    return clean("".join([*parts, "</div>"]))


def render_form(texts: Texts) -> str:
    """Render the question form with the words its script needs; none of it is foreign text."""
    words = {name: getattr(texts, name) for name in _WORDS}
    data = f'data-words="{html.escape(json.dumps(words))}"'
    label, hint = html.escape(texts.ask_label), html.escape(texts.ask_placeholder)
    send, stop = html.escape(texts.ask), html.escape(texts.stop)
    return (
        f'<form class="ask" {data}><label class="unseen" for="kutip-question">{label}</label>'
        f'<textarea id="kutip-question" name="question" rows="1" maxlength="{QUESTION_LIMIT}"'
        f' placeholder="{hint}" autocomplete="off" enterkeyhint="send" dir="auto"></textarea>'
        f'<button type="submit" class="send" aria-label="{send}">{_SEND}</button>'
        f'<button type="button" class="stop" aria-label="{stop}">{_STOP}</button>'
        '<p class="unseen" role="status"></p></form>'
    )


def render_empty_pane(texts: Texts) -> str:
    """Render what the reading pane shows before anything is opened."""
    return (
        '<div class="empty"><span class="page" aria-hidden="true"></span>'
        f'<div class="on-ask"><h2>{html.escape(texts.pane_empty)}</h2>'
        f"<p>{html.escape(texts.pane_empty_hint)}</p></div>"
        f'<div class="on-articles"><h2>{html.escape(texts.pane_unread)}</h2>'
        f"<p>{html.escape(texts.pane_unread_hint)}</p></div></div>"
    )


def render_pane_message(message: str) -> str:
    """Render one sentence in place of an article."""
    return f'<div class="empty"><p><bdi>{shown(message)}</bdi></p></div>'


def render_jobs(jobs: Sequence[Job], texts: Texts) -> dict[str, Any]:
    """Say how each file fares, and how many passages a second are read; the script adds times."""
    rows = [{"name": job.name, "state": job.state, "said": _job(job, texts)} for job in jobs]
    spent = sum(job.seconds for job in jobs)
    passages = sum(job.passages for job in jobs)
    speed = texts.speed.format(round(passages / spent)) if spent > 0.5 and passages else ""
    return {"jobs": rows, "speed": speed}


def _job(job: Job, texts: Texts) -> str:
    if job.state == "waiting":
        return texts.waiting
    if job.state == "reading":
        return texts.indexing.format(job.articles, job.passages)
    if job.state == "failed":
        return f"{texts.file_failed}: {job.message}" if job.message else texts.file_failed
    counts = (
        (texts.file_done, job.articles - job.updated - job.unchanged),
        (texts.file_updated, job.updated),
        (texts.file_unchanged, job.unchanged),
    )
    done = ", ".join(words[count != 1].format(count) for words, count in counts if count)
    return f"{done}. {job.message}" if job.message else done
