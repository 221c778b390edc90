"""Measure everything, print the tables: `python -m benchmarks [quick] [--json FILE]`."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from benchmarks import budgets, report, suite

ATTEMPTS = 3
"""How often the quick run measures again before it believes that a ratio is far off."""


def main() -> int:
    """Measure, print, judge; the quick run answers 1 when a ratio is far from its budget each time it is measured."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "mode", nargs="?", choices=("full", "quick"), default="full", help="quick: under a minute, for CI"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the raw figures there, too")
    arguments = parser.parse_args()
    quick = arguments.mode == "quick"
    effort = suite.QUICK if quick else suite.THOROUGH
    far: list[budgets.Verdict] = []
    for attempt in range(ATTEMPTS if quick else 1):
        figures = suite.measure(effort)
        verdicts = budgets.judge(figures)
        before = {(verdict.budget, verdict.where) for verdict in far}
        far = [each for each in verdicts if each.far and (attempt == 0 or (each.budget, each.where) in before)]
        if not far:
            break
    print("\n".join(report.markdown(figures, verdicts, effort)))
    if arguments.json:
        arguments.json.write_text(json.dumps(report.raw(figures, verdicts), indent=2) + "\n", encoding="utf-8")
    if quick and far:  # each time it was measured
        print(
            f"\nMeasured {ATTEMPTS} times, and each time some were worse than {budgets.SLACK} times what they may be:"
        )
        print("\n".join(f"- {verdict.budget.what}, {verdict.where}: {verdict.ratio:.3g}" for verdict in far))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
