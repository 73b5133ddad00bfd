"""Charts as SVG made on the server: no script, no style attribute, nothing loaded from elsewhere.

The geometry is worked out here in the units of the drawing; `components/chart.html` draws it, with the same numbers as
a table below. Sizes are text with a full stop, whatever the language.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from django.template.loader import render_to_string
from django.utils.formats import number_format

HEIGHT = 260
LEFT, RIGHT, TOP, BOTTOM = 44, 12, 24, 44
# The widest fits beside a column of filters on a screen of 1440 px.
NARROWEST, ROOMY, WIDEST = 640, 800, 820
ROOMY_COLUMN = 30
WIDEST_BAR = 56
LETTER_WIDTH = 6
GRID_LINES = 5


@dataclass(frozen=True, slots=True)
class Bar:
    """One column: its rectangle, the middle of it, and its texts. An empty `axis_label` has no room on the axis."""

    label: str
    value: int
    value_text: str
    x: str
    y: str
    width: str
    height: str
    middle: str
    above: str
    axis_label: str
    show_value: bool


@dataclass(frozen=True, slots=True)
class GridLine:
    """A line across the chart at a round number."""

    text: str
    y: str
    text_y: str


@dataclass(frozen=True, slots=True)
class Chart:
    """A bar chart ready to draw. `str()` is its SVG with the table."""

    title: str
    desc: str
    key: str
    width: int
    height: int
    bars: list[Bar]
    grid: list[GridLine]
    plot_left: int = LEFT
    plot_right: int = 0
    baseline: int = HEIGHT - BOTTOM
    label_y: int = HEIGHT - BOTTOM + 20
    total: int = 0
    label_heading: str = field(default="")
    value_heading: str = field(default="")

    @property
    def empty(self) -> bool:
        """Whether there is nothing to draw: no column, or only zeros."""
        return not any(bar.value for bar in self.bars)

    def __str__(self) -> str:
        return render_to_string("components/chart.html", {"chart": self})


def month_chart(
    series: Iterable[tuple[str, int]],
    *,
    title: str,
    desc: str,
    label_heading: str = "",
    value_heading: str = "",
) -> Chart:
    """A chart of counts by month, one column each in the order given, from none to hundreds.

    `title` names the chart and `desc` says in a sentence what it shows (unit, period, as of), for those who do not see
    it. Values are whole numbers from 0. The labels that fit are printed; the table has them all. Raises ValueError for
    a negative value.
    """
    columns = [(str(label), int(value)) for label, value in series]
    if any(value < 0 for _, value in columns):
        raise ValueError("A count cannot be negative.")
    label_width = LETTER_WIDTH * max((len(label) for label, _ in columns), default=0) + 12
    width = _width(len(columns), label_width)
    step, top = _scale(max((value for _, value in columns), default=0))
    return Chart(
        title=title,
        desc=desc,
        key="chart-" + sha256(f"{title}\n{desc}\n{columns}".encode()).hexdigest()[:12],
        width=width,
        height=HEIGHT,
        bars=_bars(columns, width, top, label_width),
        grid=[_grid_line(value, top) for value in range(0, top + 1, step)],
        plot_right=width - RIGHT,
        total=sum(value for _, value in columns),
        label_heading=label_heading,
        value_heading=value_heading,
    )


def _width(columns: int, label_width: int) -> int:
    """Wide enough for every label where that is not much, else for readable columns, within limits."""
    with_labels = LEFT + RIGHT + columns * label_width
    if with_labels <= ROOMY:
        return max(NARROWEST, with_labels)
    return min(WIDEST, max(NARROWEST, LEFT + RIGHT + ROOMY_COLUMN * columns))


def _scale(largest: int) -> tuple[int, int]:
    """The step between grid lines (1, 2 or 5 times a power of ten) and the top of the axis, at least 1 and 1."""
    rough = max(1.0, largest / GRID_LINES)
    power = 10 ** math.floor(math.log10(rough))
    step = next(int(factor * power) for factor in (1, 2, 5, 10) if factor * power >= rough)
    return step, max(step, -(-largest // step) * step)


def _bars(columns: Sequence[tuple[str, int]], width: int, top: int, label_width: int) -> list[Bar]:
    if not columns:
        return []
    slot = (width - LEFT - RIGHT) / len(columns)
    thickness = min(WIDEST_BAR, slot * 0.7)
    every = max(1, math.ceil(label_width / slot))
    longest_value = max(len(_number(value)) for _, value in columns)
    room_for_values = slot >= LETTER_WIDTH * longest_value + 1
    bars = []
    for place, (label, value) in enumerate(columns):
        middle = LEFT + slot * (place + 0.5)
        y = _height_at(value, top)
        bars.append(
            Bar(
                label=label,
                value=value,
                value_text=_number(value),
                x=_length(middle - thickness / 2),
                y=_length(y),
                width=_length(thickness),
                height=_length(HEIGHT - BOTTOM - y),
                middle=_length(middle),
                above=_length(y - 6),
                axis_label=label if place % every == 0 else "",
                show_value=room_for_values and value > 0,
            )
        )
    return bars


def _grid_line(value: int, top: int) -> GridLine:
    y = _height_at(value, top)
    return GridLine(text=_number(value), y=_length(y), text_y=_length(y + 4))


def _height_at(value: int, top: int) -> float:
    return TOP + (HEIGHT - BOTTOM - TOP) * (1 - value / top)


def _number(value: int) -> str:
    return number_format(value, force_grouping=True)


def _length(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
