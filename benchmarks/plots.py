"""The plots of `docs/benchmarks.md`: SVG with text as text, the same for the same figures."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from benchmarks import contenders as who
from benchmarks import suite
from benchmarks.documents import review, reviews
from benchmarks.first import earliest

if TYPE_CHECKING:
    from benchmarks.suite import Figures

FOLDER: Final = Path(__file__).parents[1] / "docs" / "benchmarks"
COST: Final = "cost.svg"
FIRSTS: Final = "first-field.svg"
_SETTINGS: Final[dict[Any, Any]] = {
    "svg.hashsalt": "partway",
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
}
_OURS: Final = {who.FEED: "#7a1f5c", who.PARTIAL: "#d1007f"}
_MARKERS: Final = "osD^v<>ph*XP"
_COLOURS: Final = ("#1b6ca8", "#2a8f5b", "#b8860b", "#6a5acd", "#8b4513", "#008b8b", "#707070", "#b22222")
"""Dark enough to be read on white."""


def cost(figures: Figures, file: Path, cut: int = 4) -> None:
    """Draw the microseconds per delta against the size of the document, a line for each contender."""
    with _drawn(file, (9, 5.6)) as axes:
        sizes = {size: len(document.text) for size, document in reviews().items() if (size, cut) in figures.cells}
        names = [name for name in _plotted(figures) if name != who.READ]
        largest = figures.cells[list(sizes)[-1], cut]
        for index, name in enumerate(sorted(names, key=lambda name: -largest.get(name, 0))):
            ours = name in _OURS
            points = {
                n: figures.cells[size, cut][name] for size, n in sizes.items() if name in figures.cells[size, cut]
            }
            axes.plot(
                list(points),
                list(points.values()),
                label=name,
                color=_OURS.get(name, _COLOURS[index % len(_COLOURS)]),
                linestyle="-" if ours or index < len(_COLOURS) else "--",
                linewidth=3 if ours else 1.2,
                marker=_MARKERS[index % len(_MARKERS)],
                markersize=5,
                zorder=3 if ours else 2,
            )
        axes.set_xscale("log")
        axes.set_yscale("log")
        axes.set_xlabel("document (characters)")
        axes.set_ylabel(f"cost of a delta of {cut} characters (µs of processor time)")
        axes.grid(visible=True, which="major", color="#dddddd", linewidth=0.6)
        axes.legend(loc="center left", bbox_to_anchor=(1.01, 0.5), frameon=False)


def firsts(figures: Figures, file: Path) -> None:
    """Draw the characters until the first field is visible: bars for what is around the JSON."""
    names = [name for name in _plotted(figures) if name not in {who.FEED, who.READ}]
    wraps = list(figures.firsts)
    best = earliest(review(suite.WATCHED)).begun
    with _drawn(file, (9, 0.52 * len(names) + 1.6)) as axes:
        height = 0.8 / len(wraps)
        for at, wrap in enumerate(wraps):
            places = [row + (at - (len(wraps) - 1) / 2) * height for row in range(len(names))]
            seen = [figures.firsts[wrap][name].begun if name in figures.firsts[wrap] else None for name in names]
            axes.barh(
                places, [n or 0 for n in seen], height * 0.9, label=wrap, color=("#1b6ca8", "#2a8f5b", "#b8860b")[at]
            )
            for place, n in zip(places, seen, strict=True):
                axes.text(n * 1.05 if n else 1.05, place, str(n or "never"), va="center", fontsize=8, color="#333333")
        axes.axvline(best, color="#d1007f", linewidth=1, linestyle=":", label=f"the earliest possible: {best}")
        axes.set_xscale("log")
        axes.set_xlim(left=1)
        axes.set_yticks(range(len(names)), names)
        axes.margins(y=0.01)
        axes.invert_yaxis()
        axes.set_xlabel("characters of the JSON until the first character of the first field is visible")
        axes.legend(loc="upper left", bbox_to_anchor=(1.01, 1), frameon=False)


def _plotted(figures: Figures) -> list[str]:
    return [peer.name for peer in who.EVERYONE if any(peer.name in times for times in figures.cells.values())]


@contextmanager
def _drawn(file: Path, size: tuple[float, float]) -> Iterator[Any]:
    """Yield axes, and write them to a file in the end, without the date and the version that it would have in it."""
    import matplotlib as mpl  # noqa: PLC0415  # it takes a second, and the quick run draws nothing
    from matplotlib.figure import Figure  # noqa: PLC0415  # as above

    with mpl.rc_context(_SETTINGS):
        figure = Figure(figsize=size, layout="constrained")
        yield figure.add_subplot()
        file.parent.mkdir(exist_ok=True)
        figure.savefig(file, format="svg", metadata={"Date": None, "Creator": None})
