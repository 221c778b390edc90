"""Ask everyone, print the page: `python -m benchmarks.compared [--node FOLDER] [--write FILE]`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from benchmarks.compared import page


def main() -> int:
    """Run the comparison; say on stderr who was left out."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.compared", description=__doc__)
    parser.add_argument("--node", type=Path, metavar="FOLDER", help="where `npm install ai` was run")
    parser.add_argument("--write", type=Path, metavar="FILE", help="write the page there instead of printing it")
    arguments = parser.parse_args()
    done = page.run(arguments.node)
    text = "\n".join(page.markdown(done)) + "\n"
    if arguments.write:
        arguments.write.write_text(text, encoding="utf-8")
    else:
        print(text, end="")
    for name, reason in done.missing.items():
        print(f"{name} was left out: {reason}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
