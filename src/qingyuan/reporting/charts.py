"""Charts of reports as PNG: one look, colours that the colour-blind tell apart, grey in print.

Lines differ by colour, dash and marker, so that a grey print still tells them apart; time in which
data are not valid is hatched.
"""

import io
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from qingyuan.kernel.clock import CST
from qingyuan.ui.paper import REGULAR

from .blocks import Chart

COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#000000", "#f0e442")
"""Okabe and Ito's palette, told apart with any kind of colour vision."""
DASHES = ("-", "--", "-.", ":")
MARKERS = ("", "o", "s", "^", "D", "v", "x", "+")
DPI = 150
SIZE = (6.4, 2.4)  # inches


def png(chart: Chart) -> bytes:
    """The chart as PNG, 6.4 by 2.4 inches at 150 dpi. The same chart gives the same bytes."""
    figure = _figure()
    try:
        axes = figure.add_subplot()
        (_trend if chart.kind == "trend" else _bars)(axes, chart)
        axes.set_title(chart.title, fontsize=9, fontproperties=_font(9))
        axes.set_ylabel(chart.unit, fontproperties=_font(8))
        for tick in (*axes.get_xticklabels(), *axes.get_yticklabels()):
            tick.set_fontproperties(_font(7))
        axes.set_axisbelow(True)
        axes.grid(axis="y", linewidth=0.4, color="#cccccc")
        for side in ("top", "right"):
            axes.spines[side].set_visible(False)
        held = io.BytesIO()
        figure.savefig(held, format="png", dpi=DPI, metadata={"Software": None})
        return held.getvalue()
    finally:
        figure.clear()


def _trend(axes: Any, chart: Chart) -> None:
    begin = chart.x[0] if chart.x else 0
    at = [(one - begin) / 86_400 for one in chart.x]
    for n, (name, values) in enumerate(chart.series):
        axes.plot(at, [float("nan") if one is None else one for one in values], label=name,
                  color=COLOURS[n % len(COLOURS)], linestyle=DASHES[n // 4 % len(DASHES)],
                  marker=MARKERS[n % len(MARKERS)], markersize=3, linewidth=1.1,
                  markevery=max(1, len(at) // 12))
    for since, until in _merged(chart.bands):
        axes.axvspan((since - begin) / 86_400 - 0.5, (until - begin) / 86_400 - 0.5,
                     facecolor="#eeeeee", edgecolor="#bbbbbb", hatch="////", linewidth=0)
    if chart.limit is not None:
        axes.axhline(chart.limit, color="#b91c1c", linestyle="--", linewidth=0.9)
    step = max(1, len(at) // 10)
    axes.set_xticks(at[::step], [f"{datetime.fromtimestamp(one, CST):%m-%d}"
                                 for one in chart.x[::step]])
    axes.set_ylim(bottom=0)
    axes.legend(prop=_font(7), frameon=False, ncols=4, loc="upper center",
                bbox_to_anchor=(0.5, -0.14))


def _bars(axes: Any, chart: Chart) -> None:
    place = range(len(chart.x))
    for name, values in chart.series:
        drawn = axes.bar(place, [one or 0 for one in values], color=COLOURS[0], width=0.6,
                         label=name)
        if len(chart.x) <= 16:
            axes.bar_label(drawn, fontproperties=_font(7), fmt="%g")
    if all(one is None or one == int(one) for _name, values in chart.series for one in values):
        axes.yaxis.get_major_locator().set_params(integer=True)
    axes.set_xticks(list(place), [str(one) for one in chart.x],
                    rotation=60 if len(chart.x) > 12 else 0)


def _merged(bands: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for since, until in bands:
        if found and since <= found[-1][1]:
            found[-1] = (found[-1][0], max(until, found[-1][1]))
        else:
            found.append((since, until))
    return found


def _figure() -> Any:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=SIZE, layout="constrained")
    FigureCanvasAgg(figure)
    return figure


@lru_cache(maxsize=8)
def _font(size: float) -> Any:
    from matplotlib.font_manager import FontProperties

    return FontProperties(fname=str(REGULAR), size=size)
