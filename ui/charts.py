"""Bars over time and points on a plane as SVG made here: numbers, and labels that were escaped."""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING

from ui.characters import plain, shown
from ui.places import Place
from ui.texts import Texts

if TYPE_CHECKING:
    from index import ArticleInfo, ArticleMap

_WIDTH, _HEIGHT = 640, 160  # of bars; the axis is below
_MONTHS = 36  # a longer time is drawn in years
_DOTS = 2_000
_MAP_WIDTH, _MAP_HEIGHT = 640, 420
_LABEL = 15  # pixels of height that a label takes


def over_time(
    days: Iterable[date | None], texts: Texts, among: Iterable[date | None] | None = None
) -> str:
    """Draw how many days fall into each month or year; ``among`` are all days, drawn behind."""
    counted = [day for day in days if day]
    everything = [day for day in (among if among is not None else counted) if day]
    if not everything:
        return ""
    first, last = min(everything), max(everything)
    monthly = _months(first, last) <= _MONTHS
    steps = _steps(first, last, monthly)
    counts = Counter(_step(day, monthly) for day in counted)
    highest = max(counts.values(), default=1)
    wide = _WIDTH / len(steps)
    bars = []
    for place, step in enumerate(steps):
        name = f"{texts.months[step[1] - 1]} {step[0]}" if monthly else str(step[0])
        key = f"{step[0]}-{step[1]:02}" if monthly else str(step[0])
        bars.append(
            _bar(place * wide, wide, counts[step] / highest, counts[step], name, key, texts)
        )
    axis = _axis(steps, wide, monthly, texts)
    return (
        f'<svg class="bars" viewBox="0 0 {_WIDTH} {_HEIGHT + 24}" role="group"'
        f' aria-label="{html.escape(texts.over_time)}">{"".join(bars)}{axis}</svg>'
    )


def _bar(x: float, wide: float, part: float, n: int, name: str, key: str, texts: Texts) -> str:
    tall = max(2.0, part * (_HEIGHT - 20)) if n else 0
    label = html.escape(f"{name}: {texts.count(n)}")
    gap = min(3.0, wide * 0.15)
    body = (
        f'<rect class="hit" x="{x:.1f}" y="0" width="{wide:.1f}" height="{_HEIGHT}"></rect>'
        f'<rect class="fill" x="{x + gap:.1f}" y="{_HEIGHT - tall:.1f}"'
        f' width="{wide - 2 * gap:.1f}" height="{tall:.1f}" rx="2"></rect>'
    )
    if not n:
        return ""
    number = f'<text class="value" x="{x + wide / 2:.1f}" y="{_HEIGHT - tall - 6:.1f}">{n}</text>'
    return (
        f'<g class="bar" role="button" tabindex="0" aria-label="{label}" data-go="year={key}">'
        f"<title>{label}</title>{body}{number if wide > 16 else ''}</g>"
    )


def _axis(steps: Sequence[tuple[int, int]], wide: float, monthly: bool, texts: Texts) -> str:
    every = max(1, round(len(steps) / 8))
    labels = []
    for place in range(0, len(steps), every):
        year, month = steps[place]
        text = f"{texts.months[month - 1][:3]} {year}" if monthly else str(year)
        x = min(max(place * wide + wide / 2, 26), _WIDTH - 26)
        labels.append(
            f'<text class="tick" x="{x:.1f}" y="{_HEIGHT + 18}">{html.escape(text)}</text>'
        )
    line = f'<line class="axis" x1="0" x2="{_WIDTH}" y1="{_HEIGHT}" y2="{_HEIGHT}"></line>'
    return line + "".join(labels)


def _months(first: date, last: date) -> int:
    return (last.year - first.year) * 12 + last.month - first.month + 1


def _step(day: date, monthly: bool) -> tuple[int, int]:
    return (day.year, day.month if monthly else 1)


def _steps(first: date, last: date, monthly: bool) -> list[tuple[int, int]]:
    if not monthly:
        return [(year, 1) for year in range(first.year, last.year + 1)]
    start = first.year * 12 + first.month - 1
    return [((start + n) // 12, (start + n) % 12 + 1) for n in range(_months(first, last))]


def row_bar(part: float) -> str:
    """Draw one horizontal bar that is as long as ``part`` in 0..1."""
    return (
        '<svg class="row-bar" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">'
        f'<rect class="fill" x="0" y="0" width="{max(1.0, 100 * part):.1f}" height="6"></rect>'
        "</svg>"
    )


def plane(picture: ArticleMap, texts: Texts) -> str:
    """Draw the articles as dots and name each topic where its articles are."""
    of = {member: n for n, topic in enumerate(picture.topics) for member in topic.members}
    step = -(-len(picture.articles) // _DOTS)
    dots = [
        _dot(picture.articles[n], picture.points[n], of.get(n, 0))
        for n in range(0, len(picture.articles), step)
    ]
    return (
        f'<svg class="map" viewBox="0 0 {_MAP_WIDTH} {_MAP_HEIGHT}" role="group"'
        f' aria-label="{html.escape(texts.map_label)}">{"".join(dots)}{_labels(picture)}</svg>'
    )


def _at(point: tuple[float, float]) -> tuple[float, float]:
    return 14 + point[0] * (_MAP_WIDTH - 28), 14 + (1 - point[1]) * (_MAP_HEIGHT - 28)


def _dot(article: ArticleInfo, point: tuple[float, float], topic: int) -> str:
    x, y = _at(point)
    title = shown(plain(article.title or article.id, limit=120))
    place = Place(article.id, article.digest).attributes()
    return (
        f'<circle class="dot t{topic}" cx="{x:.1f}" cy="{y:.1f}" r="4" {place}>'
        f"<title>{title}</title></circle>"
    )


def _labels(picture: ArticleMap) -> str:
    """Write the names of the topics at the middle of their dots, none over another."""
    wanted = []
    for n, topic in enumerate(picture.topics):
        points = [_at(picture.points[member]) for member in topic.members]
        x = sorted(point[0] for point in points)[len(points) // 2]
        y = sorted(point[1] for point in points)[len(points) // 2]
        text = plain(", ".join(topic.terms[:2]), limit=28)
        half = 4.2 * len(text) + 4
        wanted.append((y, min(max(x, half), _MAP_WIDTH - half), half, n, text))
    taken: list[tuple[float, float, float]] = []
    written = []
    for y, x, half, n, text in sorted(wanted):
        tries = [y, *(y + sign * _LABEL * k for k in range(1, 20) for sign in (1, -1))]
        free = next(
            at for at in tries
            if _LABEL <= at <= _MAP_HEIGHT - 4
            and not any(abs(at - b) < _LABEL and abs(x - a) < half + h for a, b, h in taken)
        )  # fmt: skip
        taken.append((x, free, half))
        written.append(f'<text class="name t{n}" x="{x:.1f}" y="{free:.1f}">{shown(text)}</text>')
    return "".join(written)
