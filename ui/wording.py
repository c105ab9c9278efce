"""What the page says, by name: one value of :class:`Texts` for each language of the page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

Language = Literal["en", "id"]


@dataclass(frozen=True, slots=True)
class Texts:
    """The words of the page in one language; ``{}`` in them is filled by the methods below."""

    language: Language
    tagline: str
    articles: tuple[str, str]  # one, many
    welcome: str
    welcome_hint: str
    try_asking: str
    about_title: str
    empty_index: str
    empty_index_hint: str
    ask_label: str
    ask_placeholder: str
    ask: str
    stop: str
    stopped: str
    reading: str
    ready: str
    failed: str
    busy: str  # too many questions are waiting
    unreachable: str
    too_long: str
    pane_label: str
    pane_empty: str
    pane_empty_hint: str
    pane_unread: str
    pane_unread_hint: str
    close: str
    sources: str
    nearest: str
    unsupported: tuple[str, str]
    unsupported_hint: str
    sure: tuple[str, str, str]  # high, middle, low
    open_source: str
    open_passage: str
    original: str
    changed: str
    gone: str
    left_out: str
    nav_ask: str
    nav_articles: str
    nav_insights: str
    navigation: str
    conversations: str
    new_conversation: str
    no_conversations: str
    delete_conversation: str
    delete_all: str
    really_delete: str
    only_here: str  # where the history is kept
    first_steps: tuple[str, str, str]
    drop_files: str
    use_seeds: str
    seeds_added: str
    readonly_hint: str
    understood: str  # the completed question
    ask_alone: str  # without what completed it
    framed: str  # "From {title}, in {language}:"
    framed_many: str
    several_articles: str
    as_of: str
    as_of_range: str
    no_date: str
    page: str
    independent: tuple[str, str]
    also_in: str
    and_more: str
    why_refused: str
    best_asked: str  # what to ask instead
    copy: str
    copy_markdown: str
    copied: str
    link: str
    link_passage: str
    link_copied: str
    link_older: str
    export_markdown: str
    export_html: str
    right: str
    wrong: str
    wrong_quote: str
    thanks: str
    not_kept: str
    adding_now: str  # another change must wait
    feedback_label: str
    actions_label: str
    follow_label: str
    follow_when: str
    follow_where: str
    follow_who: str
    follow_why: str
    follow_who_is: str
    untitled: str
    previous: str
    next: str
    of: str  # "1 of 3"
    search_articles: str
    search: str
    all_languages: str
    all_sources: str
    all_years: str
    facet_language: str
    facet_source: str
    facet_year: str
    all_months: str
    facet_month: str
    no_matches: str
    more: str
    clear: str
    narrow: str
    published_from: str
    published_to: str
    asked_of: str  # which articles a question was asked of
    only_here_ask: str
    topic: str
    about_articles: str
    delete: str
    deleted: str
    undo: str
    restored: str
    add_articles: str
    choose_files: str
    add_hint: str
    web_address: str
    web_hint: str
    add: str
    waiting: str
    uploading: str
    indexing: str
    file_done: tuple[str, str]
    file_updated: tuple[str, str]  # an article of that name was there with another text
    file_unchanged: tuple[str, str]
    file_failed: str
    files_progress: str
    speed: str
    left: str
    all_done: str
    insights_hint: str
    few_articles: str
    empty_insights: str
    over_time: str
    by_language: str
    by_source: str
    topics: str
    map_label: str
    map_hint: str
    without_date: str
    coverage: str
    coverage_label: str
    coverage_hint: str
    show_articles: str
    same_story: str
    more_stories: str
    loading: str
    trouble: str
    undated: str
    months: tuple[str, ...]
    languages: dict[str, str]
    thousands: str

    def count(self, number: int) -> str:
        """Say how many articles there are."""
        written = f"{number:,}".replace(",", self.thousands)
        return self.articles[number != 1].format(written)

    def day(self, day: date | None) -> str:
        """Write a date out; empty without one."""
        return f"{day.day} {self.months[day.month - 1]} {day.year}" if day else ""

    def month_name(self, month: str) -> str:
        """Write 2022-04 out."""
        year, _, number = month.partition("-")
        named = number.isdecimal() and 1 <= int(number) <= len(self.months)
        return f"{self.months[int(number) - 1]} {year}" if named else month

    def language_name(self, code: str) -> str:
        """Name a language; its code where we have no name for it."""
        return self.languages.get(code, code.upper())

    def percent(self, probability: float) -> str:
        """Write a probability as a whole percentage; nothing here is certain."""
        return f"{min(99, max(1, round(100 * probability)))}%"

    def confidence(self, probability: float) -> str:
        """Say how sure the answer is, in words."""
        return self.sure[confidence_level(probability)]


def confidence_level(probability: float) -> int:
    """Return 0 for high, 1 for middle and 2 for low confidence."""
    return 0 if probability >= 0.75 else 1 if probability >= 0.45 else 2
