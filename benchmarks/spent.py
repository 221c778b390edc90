"""Where the time goes: `python -m benchmarks.spent [--cut 4]`.

Two answers. Instructions per delta, counted by valgrind, so that they are the same on a busy machine: of `feed`, of
`feed` and `.partial`, and of the native parser. And what they are spent on: for a compiled core by function, what it
calls included, from the same count; for plain Python by function, without what it calls, from `cProfile`, which makes
functions of ours look dearer than they are beside those of C.
"""

from __future__ import annotations

import argparse
import cProfile
import gc
import pstats
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import contenders, peers
from benchmarks.documents import review
from partway._core import COMPILED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SIZE = 25_000
WAYS = (contenders.FEED, contenders.PARTIAL, peers.NATIVE)
ROWS = 16
_SPENT = re.compile(r"^\s*([\d,]+) .*?(CPyDef_\w+|_sre_SRE_Pattern_match|basic_parse_basecoro_send)( |$)")


def work(way: str, cut: int) -> Callable[[], object]:
    """Make what one turn does, after two turns that make what is made once."""
    turn = contenders.trials(review(SIZE), cut, (way,), 1)[way].turn
    turn()
    turn()
    return turn


def counted(way: str, cut: int, turns: int, out: str) -> int:
    """Count the instructions of a process that takes so many turns."""
    command = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={out}", sys.executable, "-m", __spec__.name]
    told = subprocess.run(  # noqa: S603
        [*command, "--turns", str(turns), "--way", way, "--cut", str(cut)], check=True, capture_output=True, text=True
    )
    return int(re.search(r"Collected : (\d+)", told.stderr)[1])  # type: ignore[index]


def instructions(cut: int) -> Iterator[str]:
    """Yield a line for each way: instructions per delta, and how many times those of the native parser."""
    deltas = -(-len(review(SIZE).text) // cut)
    spent = {
        way: (counted(way, cut, 3, "/dev/null") - counted(way, cut, 1, "/dev/null")) / 2 / deltas
        for way in WAYS
        if way not in contenders.missing(WAYS)
    }
    for way, each in spent.items():
        ratio = f", {each / spent[peers.NATIVE]:.2f} x the native parser" if peers.NATIVE in spent else ""
        yield f"{way}: {each:,.0f} instructions{ratio}"


def by_function(cut: int) -> Iterator[str]:
    """Yield what `feed` is spent on, in percent."""
    if not COMPILED:
        turn, profile = work(contenders.FEED, cut), cProfile.Profile()
        profile.runcall(lambda: [turn() for _ in range(20)])
        stats = pstats.Stats(profile).stats  # type: ignore[attr-defined]
        total = sum(row[2] for row in stats.values())
        for (file, _, name), row in sorted(stats.items(), key=lambda item: -item[1][2])[:ROWS]:
            yield f"{row[2] / total:6.1%}  {Path(file).stem + '.' if file != '~' else ''}{name}"
        return
    with tempfile.TemporaryDirectory() as folder:
        out = f"{folder}/callgrind"
        counted(contenders.FEED, cut, 40, out)
        told = subprocess.run(  # noqa: S603
            ["callgrind_annotate", "--inclusive=yes", out],  # noqa: S607
            check=True,
            capture_output=True,
            text=True,
        )
    spent: dict[str, int] = {}
    for line in told.stdout.splitlines():
        if (found := _SPENT.match(line)) and "top_level" not in line:
            spent.setdefault(found[2], int(found[1].replace(",", "")))
    whole = max(spent.values())
    for name, each in list(spent.items())[:ROWS]:
        yield f"{each / whole:6.1%}  {name.removeprefix('CPyDef_')}"


def main() -> None:
    """Print both answers, or take turns to be counted."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.spent", description=__doc__)
    parser.add_argument("--cut", type=int, default=4, help="characters of a delta")
    parser.add_argument("--turns", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--way", default=contenders.FEED, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.turns:
        turn = work(arguments.way, arguments.cut)
        gc.freeze()
        gc.disable()
        for _ in range(arguments.turns):
            turn()
        return
    print(f"a delta of {arguments.cut} characters, {'compiled core' if COMPILED else 'plain Python'}")
    if shutil.which("valgrind"):
        print(*instructions(arguments.cut), sep="\n")
    elif COMPILED:
        sys.exit("valgrind is not installed")
    print(*by_function(arguments.cut), sep="\n")


if __name__ == "__main__":
    main()
