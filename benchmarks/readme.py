"""The ratios as the README states them: a table between two markers, which the full run writes and the quick one reads.

The core may be compiled or not, and each has its own column: what one of them reaches says nothing about the other.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from benchmarks.budgets import STATED
from benchmarks.tables import figure, number, table

if TYPE_CHECKING:
    from collections.abc import Mapping

Core = Literal["pure Python", "compiled"]
Stated = dict[Core, dict[str, float]]
"""By core: the ratios by name."""

README: Final = Path(__file__).parents[1] / "README.md"
CORES: Final[tuple[Core, ...]] = ("pure Python", "compiled")
_MARKED: Final = re.compile(r"(<!-- ratios -->\n)(.*?)(<!-- /ratios -->)", re.DOTALL)


class ReadmeError(ValueError):
    """The table of the README is not as it must be."""


def read(text: str) -> Stated:
    """Return what a README states.

    Raises:
        ReadmeError: It has no such table, or one with other ratios than there are.

    """
    names, stated = _parsed(_marked(text)[2])
    wanted = [ratio.what for ratio in STATED]
    if names != wanted:
        raise ReadmeError(f"the README states {names}, and what is measured is {wanted}: run `python -m benchmarks`")
    return stated


def of(stated: Stated, core: Core) -> Mapping[str, float]:
    """Return what is stated of a core; where nothing is of a compiled one, it must be as good as the other."""
    return stated.get(CORES[0], {}) | stated.get(core, {})


def written(text: str, core: Core, figures: Mapping[str, float]) -> str:
    """Return the README with what was measured of a core in its table.

    Of the other core, and of what was not measured, what it states stays as it is.

    Raises:
        ReadmeError: It has no such table.

    """
    marked = _marked(text)
    _, stated = _parsed(marked[2])
    stated[core] = stated.get(core, {}) | dict(figures)
    cores = [core for core in CORES if stated.get(core)]
    rows = [[ratio.what, ratio.allowed, *(number(stated[core].get(ratio.what)) for core in cores)] for ratio in STATED]
    lines = "\n".join(table(["ratio", "budget", *cores], rows))
    return f"{text[: marked.start()]}{marked[1]}{lines}\n{marked[3]}{text[marked.end() :]}"


def _parsed(lines: str) -> tuple[list[str], Stated]:
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines.splitlines()]
    if len(rows) < 2:
        return [], {}
    head, _, *rows = rows
    stated: Stated = {}
    for core in CORES:
        if core in head:
            cells = {row[0]: figure(row[head.index(core)]) for row in rows}
            stated[core] = {name: value for name, value in cells.items() if value is not None}
    return [row[0] for row in rows], stated


def _marked(text: str) -> re.Match[str]:
    marked = _MARKED.search(text)
    if marked is None:
        raise ReadmeError("the README has no table between <!-- ratios --> and <!-- /ratios -->")
    return marked
