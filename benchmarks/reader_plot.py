"""Draw a reliability plot as SVG: stated confidence against the share that was right."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

_SIZE, _EDGE, _BINS = 360, 44, 10


def reliability_plot(confidences: Sequence[float], right: Sequence[bool]) -> str:
    """Return the plot: a dot a bin, its area by how many questions fall into it."""
    stated, found = np.asarray(confidences), np.asarray(right, dtype=float)
    bins = np.minimum((stated * _BINS).astype(int), _BINS - 1)
    dots = []
    for number in range(_BINS):
        inside = bins == number
        if not inside.any():
            continue
        x, y = float(stated[inside].mean()), float(found[inside].mean())
        radius = 3 + 14 * float(np.sqrt(inside.mean()))
        dots.append(
            f'<circle cx="{_x(x):.1f}" cy="{_y(y):.1f}" r="{radius:.1f}" fill="#2563eb" '
            f'fill-opacity="0.75"><title>{inside.sum()} questions: stated {x:.2f}, right {y:.2f}'
            "</title></circle>"
        )
    ticks = "".join(
        f'<text x="{_x(t / 10):.1f}" y="{_SIZE - _EDGE + 18}" text-anchor="middle">{t / 10:.1f}'
        f'</text><text x="{_EDGE - 8}" y="{_y(t / 10) + 4:.1f}" text-anchor="end">{t / 10:.1f}'
        "</text>"
        for t in range(0, 11, 2)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_SIZE} {_SIZE}" '
        'font-family="sans-serif" font-size="12" fill="#374151">'
        f'<rect width="{_SIZE}" height="{_SIZE}" fill="#ffffff"/>'
        f'<line x1="{_x(0)}" y1="{_y(0)}" x2="{_x(1)}" y2="{_y(1)}" stroke="#9ca3af" '
        'stroke-dasharray="4 4"/>'
        f'<rect x="{_x(0)}" y="{_y(1)}" width="{_x(1) - _x(0)}" height="{_y(0) - _y(1)}" '
        f'fill="none" stroke="#d1d5db"/>{ticks}{"".join(dots)}'
        f'<text x="{_SIZE / 2}" y="{_SIZE - 8}" text-anchor="middle">stated confidence</text>'
        f'<text x="12" y="{_SIZE / 2}" text-anchor="middle" '
        f'transform="rotate(-90 12 {_SIZE / 2})">right</text></svg>\n'
    )


def _x(value: float) -> float:
    return _EDGE + value * (_SIZE - 2 * _EDGE)


def _y(value: float) -> float:
    return _SIZE - _EDGE - value * (_SIZE - 2 * _EDGE)
