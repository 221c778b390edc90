"""The tables, in Markdown, and the raw figures, in JSON."""

from __future__ import annotations

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

import ijson

from benchmarks import contenders as who
from benchmarks.budgets import RATIOS, Verdict, ratios

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from benchmarks.suite import Effort, Figures

_PACKAGES = (
    "partway",
    "ijson",
    "pydantic",
    "pydantic-core",
    "streaming-json-parser",
    "streaming-json-parser-native",
    "instructor",
)


def environment() -> dict[str, str]:
    """Tell what the figures depend on."""
    versions = {}
    for package in _PACKAGES:
        try:
            versions[package] = version(package)
        except PackageNotFoundError:
            versions[package] = "not installed"
    return {
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores",
        "ijson backend": ijson.backend_name,
        **versions,
    }


def markdown(figures: Figures, verdicts: Sequence[Verdict], effort: Effort) -> Iterator[str]:
    """Yield the lines of the report."""
    yield ", ".join(f"{name} {value}" for name, value in environment().items())
    for name, reason in who.missing().items():
        yield f"\n{name}: {reason}; its figures are missing below."
    yield "\n## Microseconds per delta\n"
    yield from _microseconds(figures)
    yield "\n## Ratios\n"
    yield from _ratios(figures)
    yield "\n## Growth: microseconds per delta of a small and a large document\n"
    yield from _growth(figures)
    yield "\n## Hooks: microseconds per delta of a run\n"
    names = [who.FEED, who.UNMATCHED, who.APPENDS]
    rows = ([size, str(cut), *(f"{times[name]:.2f}" for name in names)] for (size, cut), times in figures.hooks.items())
    yield from _table(["document", "cut", *names], rows)
    yield "\n## The whole document in one delta: microseconds\n"
    rows = (
        [size, *(f"{times[name]:.0f}" for name in (who.FEED, who.VALIDATE_JSON))]
        for size, times in figures.whole.items()
    )
    yield from _table(["document", who.FEED, who.VALIDATE_JSON], rows)
    yield f"\n## Peak memory ÷ text in UTF-8: {effort.megabytes:g} MB in deltas of {effort.weighed_cut}\n"
    yield from _memory(figures)
    yield "\n## Budgets\n"
    yield from _budgets(verdicts)


def raw(figures: Figures, verdicts: Sequence[Verdict]) -> dict[str, Any]:
    """Return all figures in a shape that `json.dump` takes."""

    def flat(cells: dict[tuple[str, int], dict[str, float]]) -> list[dict[str, Any]]:
        return [{"size": size, "cut": cut, "microseconds_per_delta": times} for (size, cut), times in cells.items()]

    return {
        "environment": environment(),
        "missing": who.missing(),
        "reviews": flat(figures.cells),
        "sampled": sorted(map(list, figures.sampled)),
        "growth": [
            {"document": kind, "cut": cut, "microseconds_per_delta": sizes}
            for (kind, cut), sizes in figures.growth.items()
        ],
        "hooks": flat(figures.hooks),
        "whole_microseconds": figures.whole,
        "memory_times_text": figures.memory,
        "budgets": [
            {
                "what": verdict.budget.what,
                "where": verdict.where,
                "ratio": verdict.ratio,
                "budget": str(verdict.budget),
                "met": verdict.met,
            }
            for verdict in verdicts
        ],
    }


def _microseconds(figures: Figures) -> Iterator[str]:
    names = list(who.ROLES)
    rows = []
    for (size, cut), times in figures.cells.items():
        cells = [
            f"{times[name]:.2f}" + "~" * ((size, cut, name) in figures.sampled) if name in times else "n/a"
            for name in names
        ]
        rows.append([size, str(cut), *cells])
    yield from _table(["document", "cut", *names], rows)
    yield ""
    yield from (f"- {name}: {role}." for name, role in who.ROLES.items())
    yield "- `~`: the mean of some deltas, evenly spaced over the document."


def _ratios(figures: Figures) -> Iterator[str]:
    rows = []
    for (size, cut), times in figures.cells.items():
        measured = ratios(times)
        rows.append([size, str(cut), *(f"{measured[name]:.3g}" if name in measured else "n/a" for name in RATIOS)])
    yield from _table(["document", "cut", *RATIOS], rows)


def _growth(figures: Figures) -> Iterator[str]:
    names = [who.FEED, who.PARTIAL, who.READ, who.NATIVE]
    rows = []
    for (kind, cut), sizes in figures.growth.items():
        for size, times in sizes.items():
            rows.append([kind, size, str(cut), *(f"{times[name]:.2f}" if name in times else "n/a" for name in names)])
    yield from _table(["document", "size", "cut", *names], rows)


def _memory(figures: Figures) -> Iterator[str]:
    columns = {
        "feed": who.FEED,
        "partial": "and `.partial`, each 100th",
        "ours": "`feed`, without the result",
        "validate_json: result": "the result alone",
        "validate_json": "`validate_json` of the text",
    }
    rows = []
    for document, peaks in figures.memory.items():
        told = peaks | {"ours": peaks["feed"] - peaks["validate_json: result"]}
        rows.append([document, *(f"{told[way]:.1f}" if way in told else "n/a" for way in columns)])
    yield from _table(["document", *columns.values()], rows)


def _budgets(verdicts: Iterable[Verdict]) -> Iterator[str]:
    by_budget: dict[str, list[Verdict]] = {}
    for verdict in verdicts:
        by_budget.setdefault(verdict.budget.what, []).append(verdict)
    rows = []
    for what, group in by_budget.items():
        best, worst = (choose(group, key=lambda verdict: verdict.excess) for choose in (min, max))
        met = "met" if worst.met else f"**not met** in {sum(not verdict.met for verdict in group)} of {len(group)}"
        rows.append([what, str(worst.budget), f"{best.ratio:.3g}", f"{worst.ratio:.3g} ({worst.where})", met])
    yield from _table(["what", "budget", "best", "worst", ""], rows)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"| {' | '.join('---' for _ in head)} |"
    for row in rows:
        yield f"| {' | '.join(row)} |"
