"""Measure everything beside the peers: `python -m benchmarks [quick] [--no-write] [--json FILE]`.

The full run writes `docs/benchmarks.md` with its plots, and the table of ratios in the README. The quick run measures
the ratios of that table again and answers 1 when one of them no longer holds.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import budgets, contenders, environment, page, readme, report, suite

if TYPE_CHECKING:
    from benchmarks.budgets import Standing
    from benchmarks.suite import Figures

ATTEMPTS = 3
"""How often the quick run measures again, each time twice as long, before it believes that a ratio is far off."""


def main() -> int:
    """Measure, print, and write or judge."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "mode", nargs="?", choices=("full", "quick"), default="full", help="quick: under a minute, for CI"
    )
    parser.add_argument("--no-write", action="store_true", help="leave docs/benchmarks.md and the README as they are")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the raw figures there, too")
    arguments = parser.parse_args()
    return quick(arguments.json) if arguments.mode == "quick" else full(arguments.json, write=not arguments.no_write)


def full(raw: Path | None, *, write: bool) -> int:
    """Measure everything, print the page, and write it."""
    told = environment.here(contenders.ALL)
    if write:  # see before the minutes that it takes that it can be written
        readme.written(readme.README.read_text("utf-8"), told.core, {})
    figures = suite.measure(suite.THOROUGH)
    _dump(raw, figures, told)
    print("\n".join(page.markdown(figures, told)))
    if write:
        page.write(figures, told)
    return 0


def quick(raw: Path | None) -> int:
    """Measure what the README states, and again what is not so, and say with the exit code whether it is."""
    told = environment.here(contenders.IN_PYTHON)
    stated = readme.of(readme.read(readme.README.read_text("utf-8")), told.core)
    effort = suite.QUICK
    figures = suite.measure(effort)
    _dump(raw, figures, told)
    standings = budgets.judge(stated, figures)
    for _ in range(ATTEMPTS - 1):
        again = [ratio for ratio, standing in standings.items() if standing.now and not standing.holds]
        if not again:
            break
        effort = effort.more()
        standings |= budgets.judge(stated, suite.measure(effort, {ratio.part for ratio in again}), again)
    print("\n".join(report.standings(standings, told)))
    return int(any(_fails(standing) for standing in standings.values()))


def _fails(standing: Standing) -> bool:
    """Say whether a ratio does not hold; where a peer is not there it is passed over, except in CI, where all are."""
    return not standing.holds and (standing.now is not None or os.environ.get("CI") == "true")


def _dump(file: Path | None, figures: Figures, told: environment.Environment) -> None:
    if file is not None:
        file.write_text(json.dumps(report.raw(figures, told), indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
