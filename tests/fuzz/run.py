"""Fuzzing, as a command.

    python tests/fuzz/run.py core --seconds 120      # the promises, whatever the type, the text and the cuts
    python tests/fuzz/run.py diff --seconds 120      # the same values as other parsers
    python tests/fuzz/run.py replay FILE             # a finding again

What was found is printed as a row and written to a file that `replay` takes; the status is then 1.
"""

from __future__ import annotations

import argparse
import importlib
import sys
import warnings
from importlib.util import find_spec
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
CHECKS = {"core": "promises", "diff": "differences"}
"""The module of each check; its function is `check`."""


def instrumented() -> Any:
    """Within it, what is imported of partway tells atheris which branches it takes."""
    import atheris  # noqa: PLC0415 # what is replayed does without it

    return atheris.instrument_imports(include=["partway"])


def main(arguments: list[str] | None = None) -> int:
    """Do what the command line says; give the status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    for name in CHECKS:
        one = commands.add_parser(name)
        one.add_argument("--seconds", type=float, default=120)
        one.add_argument("--folder", type=Path, default=Path("build/fuzz"), help="for findings and the corpus")
        one.add_argument("--seed", type=int, default=0, help="0 is another one each time")
    again = commands.add_parser("replay")
    again.add_argument("file", type=Path)
    options = parser.parse_args(arguments)

    sys.path += [str(HERE), str(HERE.parent), str(HERE.parent / "properties")]
    if options.command == "replay":
        return replay(options.file)
    if find_spec("atheris") is None:
        parser.error("atheris is not installed: pip install -e '.[fuzz]'")
    import atheris  # noqa: PLC0415 # as above

    sys.setrecursionlimit(5000)  # some checks walk values from inside
    warnings.simplefilter("ignore")  # of defaults that do not fit, which types that are made up have
    with instrumented():
        importlib.import_module("partway")
        check = importlib.import_module(CHECKS[options.command]).check
    engine = importlib.import_module("engine")
    options.folder.mkdir(parents=True, exist_ok=True)
    engine.fuzz(atheris, options.command, check, options.seconds, options.folder, options.seed)
    return 0


def replay(file: Path) -> int:
    """Check a finding again, and print what is wrong with it."""
    inputs, engine = importlib.import_module("inputs"), importlib.import_module("engine")
    found, about = inputs.load(file)
    check = importlib.import_module(CHECKS[about["check"]]).check
    sys.stdout.write(engine.row(found) + "\n")
    trouble = engine.trouble_of(check, found)
    sys.stdout.write(trouble[1] if trouble else "nothing is wrong with it\n")
    return int(trouble is not None)


if __name__ == "__main__":
    sys.exit(main())
