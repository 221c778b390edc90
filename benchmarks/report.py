"""What is printed of the quick run, and the raw figures, in JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from benchmarks.budgets import RATIOS, SLACK
from benchmarks.tables import NOTHING, number, table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from benchmarks.budgets import Ratio, Standing
    from benchmarks.environment import Environment
    from benchmarks.suite import Figures


def standings(judged: Mapping[Ratio, Standing], told: Environment) -> Iterator[str]:
    """Yield the lines that say what has become of what the README states."""
    yield ", ".join(f"{name} {fact}" for name, fact in told.facts.items())
    yield from (f"{name} is left out: {reason}" for name, reason in told.missing.items())
    yield ""
    rows = [
        [
            ratio.what,
            number(standing.stated),
            NOTHING if standing.now is None else f"{number(standing.now.value)} ({standing.now.where})",
            "" if standing.holds else "**not measured**" if standing.now is None else "**no longer**",
        ]
        for ratio, standing in judged.items()
    ]
    yield from table(["ratio", "README", "now, at worst", ""], rows)
    off = [ratio.what for ratio, standing in judged.items() if not standing.holds]
    yield f"\n{len(judged) - len(off)} of {len(judged)} ratios are within {SLACK} times what the README states."


def raw(figures: Figures, told: Environment) -> dict[str, Any]:
    """Return all figures in a shape that `json.dump` takes."""

    def flat(cells: Mapping[Any, Any], *keys: str) -> list[dict[str, Any]]:
        return [dict(zip(keys, key, strict=True)) | {"figures": value} for key, value in cells.items()]

    return {
        "environment": dict(told.facts),
        "versions": dict(told.versions),
        "missing": dict(told.missing),
        "microseconds_per_delta": flat(figures.cells, "size", "cut"),
        "sampled": sorted(map(list, figures.sampled)),
        "growth": flat(figures.growth, "document", "cut"),
        "shapes": flat(figures.shapes, "document", "cut"),
        "hooks": flat(figures.hooks, "size", "cut"),
        "whole_microseconds": figures.whole,
        "memory_times_text": flat(figures.memory, "document", "megabytes"),
        "wrapped_microseconds_per_delta": figures.wrapped,
        "wrapped_failures": figures.failures,
        "characters_until_first_field": {
            wrap: {name: first._asdict() for name, first in by.items()} for wrap, by in figures.firsts.items()
        },
        "ratios": [
            {
                "what": place.ratio.what,
                "where": place.where,
                "ratio": place.value,
                "budget": place.ratio.allowed,
                "met": place.met,
            }
            for ratio in RATIOS
            for place in ratio.places(figures)
        ],
    }
