"""What is fed to an extractor in one go of fuzzing, as bytes for the fuzzer and as a row for people.

The bytes begin with a head of fixed size (which type, which options, how it is cut), and the text is the rest. Any
bytes are an input, and every input has bytes, so seeds and findings are written down as inputs and mutated as such.
"""

from __future__ import annotations

import dataclasses
import itertools
import json
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import typetable

from partway import Limits
from partway._reader import BACKENDS

__all__ = ["LIMITS", "MODES", "SNAPSHOTS", "Input", "load", "save"]

LIMITS: Final = [
    None,
    Limits(max_string=9, max_number_digits=9, max_depth=4),
    Limits(max_candidates=2, max_rejected=2, max_chars=60),
    Limits(max_chars=3000, max_string=1500, max_number_digits=30),
]
"""The limits that an input may ask for."""

MODES: Final = ["text", "json_only", "operations", "bytes"]
"""How the text comes: among other text, alone, as the operations that it spells, or as UTF-8 through `stream()`."""

SNAPSHOTS: Final = ["every", "some", "none"]
"""After which deltas a snapshot is taken."""

_HEAD: Final = struct.Struct("<HBBBBHHHB")
_MOST_CUTS: Final = 12
_LONGEST: Final = 6_000
"""How long a text may get by what is repeated in it, in characters: more than a slice of the reader's."""


@dataclass(frozen=True)
class Input:
    """One input.

    Attributes:
        type: The number of its type in the table of types.
        text: The text before anything is repeated in it.
        cuts: Where it is cut, in characters; more than the text has counts from its beginning again.
        every: If not 0, it is cut every so many characters instead.
        mode: One of `MODES`, as a number.
        fail_fast: As of `Extractor`.
        context: Whether there is a validation context, which takes another way through the extractor.
        limits: One of `LIMITS`, as a number.
        backend: One of the backends of ijson, as a number.
        snapshots: One of `SNAPSHOTS`, as a number.
        repeated: What of the text is repeated and how often: start, length, times.
    """

    type: int = 0
    text: str = ""
    cuts: tuple[int, ...] = ()
    every: int = 0
    mode: int = 0
    fail_fast: bool = False
    context: bool = False
    limits: int = 0
    backend: int = 0
    snapshots: int = 0
    repeated: tuple[int, int, int] = (0, 0, 1)

    def encode(self) -> bytes:
        """The input as bytes."""
        flags = (
            self.mode | self.fail_fast << 2 | self.context << 3 | self.limits << 4 | (self.backend % 2) << 6
        )  # one bit is enough for the backend: the fastest, or the one in Python
        head = _HEAD.pack(
            self.type, flags, self.snapshots, min(self.every, 255), len(self.cuts[:_MOST_CUTS]), *self.repeated, 0
        )
        cuts = b"".join(struct.pack("<H", cut & 0xFFFF) for cut in self.cuts[:_MOST_CUTS])
        return head + cuts + self.text.encode("utf-8", "surrogatepass")

    @classmethod
    def decode(cls, raw: bytes) -> Input:
        """The input that these bytes are."""
        raw = raw.ljust(_HEAD.size, b"\0")
        number, flags, snapshots, every, count, *repeated, _ = _HEAD.unpack_from(raw)
        count %= _MOST_CUTS + 1
        at = _HEAD.size + 2 * count
        cuts = struct.unpack(f"<{count}H", raw[_HEAD.size : at].ljust(2 * count, b"\0"))
        rest = raw[at:]
        try:
            text = rest.decode("utf-8", "surrogatepass")
        except UnicodeDecodeError:
            text = rest.decode("utf-8", "replace")
        return cls(
            number, text, cuts, every, flags & 3, bool(flags & 4), bool(flags & 8), flags >> 4 & 3, flags >> 6 & 1,
            snapshots % len(SNAPSHOTS), tuple(repeated),
        )  # fmt: skip

    @property
    def options(self) -> dict[str, Any]:
        """The options of the extractor."""
        return {
            "json_only": MODES[self.mode] in ("json_only", "operations"),
            "fail_fast": self.fail_fast,
            "validation_context": {} if self.context else None,
            "limits": LIMITS[self.limits],
            "backend": BACKENDS[-1] if self.backend else BACKENDS[0],
        }

    def grown(self, times: int | None = None) -> str:
        """The text with what is repeated in it, as often as it says or `times`."""
        start, length, most = self.repeated
        start = start % (len(self.text) + 1)
        unit = self.text[start : start + length]
        if not unit:
            return self.text
        if times is None:
            times = max(1, min(most, _LONGEST // len(unit)))
        return self.text[:start] + unit * times + self.text[start + len(unit) :]

    @property
    def is_repeated(self) -> bool:
        """Whether something is repeated at all."""
        return self.repeated[2] > 1 and len(self.grown(2)) > len(self.text)

    def deltas(self, text: str) -> list[str]:
        """A text, cut as this input is."""
        if self.every:
            return [text[at : at + self.every] for at in range(0, len(text), self.every)]
        points = sorted(cut % (len(text) + 1) for cut in self.cuts)
        return [text[a:b] for a, b in itertools.pairwise([0, *points, len(text)])]


def save(found: Input, path: Path, **about: Any) -> None:
    """Write an input to a file that `load` reads and people can."""
    written = {**dataclasses.asdict(found), "type": typetable.kind(found.type).name}
    path.write_text(json.dumps({**about, "input": written}, indent=1) + "\n", "utf-8")


def load(path: Path) -> tuple[Input, dict[str, Any]]:
    """Read an input from a file, with what else is said there."""
    about = json.loads(path.read_text("utf-8"))
    made = about.pop("input")
    made["type"] = typetable.named(made["type"])
    return Input(**{**made, "cuts": tuple(made["cuts"]), "repeated": tuple(made["repeated"])}), about
