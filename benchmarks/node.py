"""The peers that run on Node, in a process of their own that is asked for each turn.

Their packages are installed once for a machine, outside of the project. What is counted is the processor's time of that
process, its compiler's and its collector's threads included; Python's share of a turn is not in it.
"""

from __future__ import annotations

import atexit
import json
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from benchmarks.measure import Trial
from benchmarks.peers import MissingError, Peer
from benchmarks.ways import Moment, Way, count_of, ends_of, samples_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from benchmarks.documents import Document

PACKAGES: Final = {"ai": "7.0.173", "partial-json": "0.1.7"}
_SECONDS: Final = 300


class NodeError(ValueError):
    """What a peer on Node has raised."""


@dataclass(frozen=True)
class Noded(Way):
    """A function on Node is called with the text so far."""

    peer: str
    grows: bool = True

    def trial(self, document: Document, cut: int, seconds: float) -> Trial:
        """See `Way`."""
        text = document.text
        samples = samples_in(seconds, lambda: self._ask(text, [len(text) - 1])["seconds"])
        ends = ends_of(text, cut, samples)
        return Trial(
            lambda: self._ask(text, ends)["seconds"],
            len(ends),
            lambda: self.result(document, cut),
            len(ends) < count_of(text, cut),
        )

    def moments(self, text: str) -> Iterator[Moment]:
        """See `Way`."""
        ends = list(range(1, len(text) + 1))
        for end, shown in zip(ends, self._ask(text, ends, wanted=True)["values"], strict=True):
            if "error" not in shown:
                yield Moment(end, shown.get("value"))

    def read(self, pieces: Iterable[str]) -> Any:
        """See `Way`."""
        text = "".join(pieces)
        (shown,) = self._ask(text, [len(text)], wanted=True)["values"]
        if "error" in shown:
            raise NodeError(shown["error"])
        return shown.get("value")

    def _ask(self, text: str, ends: list[int], *, wanted: bool = False) -> dict[str, Any]:
        process = _started()
        assert process.stdin is not None  # noqa: S101  # both are pipes
        assert process.stdout is not None  # noqa: S101
        told = {"peer": self.peer, "text": text, "ends": ends, "wanted": wanted}
        process.stdin.write(json.dumps(told) + "\n")
        process.stdin.flush()
        answer = process.stdout.readline()
        if not answer:
            raise MissingError("node has ended")
        return json.loads(answer)  # type: ignore[no-any-return]


@cache
def _installed() -> Path:
    """Return the folder in which Node finds the packages.

    Raises:
        MissingError: There is no Node, or they cannot be had.

    """
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        raise MissingError("node and npm are not there")
    packages = [f"{name}@{version}" for name, version in PACKAGES.items()]
    folder = Path(tempfile.gettempdir()) / ("partway-peers-" + "-".join(packages).replace("@", "-"))
    if not (folder / "ready").exists():
        folder.mkdir(exist_ok=True)
        command = [npm, "install", "--prefix", str(folder), "--no-audit", "--no-fund", *packages]
        done = subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS, check=False)  # noqa: S603
        if done.returncode:
            raise MissingError("npm has not installed them")
        (folder / "ready").touch()
    shutil.copy(Path(__file__).with_suffix(".mjs"), folder / "node.mjs")  # Node looks for packages beside the script
    return folder


@cache
def _started() -> subprocess.Popen[str]:
    folder = _installed()
    command = [str(shutil.which("node")), str(folder / "node.mjs")]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8")  # noqa: S603
    atexit.register(process.communicate)  # which ends its input, and so itself
    return process


def _version(package: str) -> str:
    manifest = _installed() / "node_modules" / package / "package.json"
    return str(json.loads(manifest.read_text(encoding="utf-8"))["version"])


def version() -> str:
    """Return the version of Node.

    Raises:
        MissingError: There is none.

    """
    node = shutil.which("node")
    if node is None:
        raise MissingError("node is not there")
    return subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout.strip().lstrip("v")  # noqa: S603


PEERS: Final = (
    Peer(
        "AI SDK (Node)",
        (),
        "`parsePartialJson(so_far)`, which is behind `streamObject`",
        "untyped, JavaScript; reads the text so far anew",
        lambda _: Noded("ai"),
        elsewhere=lambda: _version("ai"),
    ),
    Peer(
        "partial-json (Node)",
        (),
        "`parse(so_far, Allow.ALL)`",
        "untyped, JavaScript; reads the text so far anew",
        lambda _: Noded("partial-json"),
        elsewhere=lambda: _version("partial-json"),
    ),
)
