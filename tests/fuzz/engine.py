"""Runs a check on inputs that atheris makes up, guided by the branches of partway that they reach.

libFuzzer stops at the first finding, and never comes back from its loop. So findings are kept here and passed over, and
the process ends itself when its time is up. What libFuzzer prints goes to a file, and the count of edges is read there.

Inputs are changed as inputs, in three ways: the text as JSON and prose (`texts.misspell`), the type, the cuts and
the options one at a time, and sometimes the bytes of the text by libFuzzer itself, which knows what was compared.
"""

from __future__ import annotations

import dataclasses
import gc
import os
import re
import signal
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random
from types import FrameType
from typing import Any, Final

import texts
import typetable
from inputs import Input, save
from seeds import SEEDS

__all__ = ["Findings", "change", "fuzz", "row", "trouble_of"]

Check = Callable[[Input], None]

SECONDS_EACH: Final = 60
"""Seconds of processor time after which an input counts as one that does not end. It takes some milliseconds."""
KEPT_EACH: Final = 4
"""How many inputs are kept of one kind of trouble."""
SECONDS_TO_SHORTEN: Final = 10
"""Seconds that are spent to make one finding smaller."""


class NoEndError(Exception):
    """An input takes longer than any should."""


_began = 0.0
"""The processor time when the check of an input began."""


def _no_end(_: int, __: FrameType | None) -> None:
    left = SECONDS_EACH - (time.process_time() - _began)
    if left < 1:
        raise NoEndError
    signal.alarm(int(left))  # the machine is busy with other things


# -------------------------------------------------------------------------------------------- findings


def trouble_of(check: Check, found: Input) -> tuple[str, str] | None:
    """What is wrong with an input: what kind of trouble, by which others of it are known, and all about it."""
    global _began  # noqa: PLW0603 # a handler of signals is given nothing
    timed = signal.getsignal(signal.SIGALRM) is _no_end  # else it is somebody else's, of pytest or nobody
    if timed:
        _began = time.process_time()
        signal.alarm(SECONDS_EACH)
    try:
        check(found)
    except Exception as error:  # noqa: BLE001 # whatever it is, it is a finding
        frames = traceback.extract_tb(error.__traceback__)
        ours = [frame for frame in frames if "partway" in Path(frame.filename).parts] or frames
        last = ours[-1] if not isinstance(error, AssertionError) else frames[-1]
        where = f"{Path(last.filename).name}:{last.name}:{last.line}"
        what = re.sub(r"\d+", "…", getattr(error, "what", ""))[:160]
        return (f"{type(error).__name__} {what or where}", "".join(traceback.format_exception(error, limit=-12)))
    finally:
        if timed:
            signal.alarm(0)
    return None


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def row(found: Input) -> str:
    """An input as people read it: type, text, cuts and what else is not as usual."""
    usual = Input()
    rest = [
        f"{field.name}={getattr(found, field.name)!r}"
        for field in dataclasses.fields(found)
        if field.name not in ("type", "text", "cuts") and getattr(found, field.name) != getattr(usual, field.name)
    ]
    return ", ".join([typetable.kind(found.type).name, ascii(found.text), f"cuts={found.cuts}", *rest])


def shorten(check: Check, found: Input, kind: str) -> Input:
    """A smaller input with the same trouble: plainer options, fewer cuts, less text."""
    until = time.monotonic() + SECONDS_TO_SHORTEN

    def try_(other: Input) -> bool:
        nonlocal found
        if time.monotonic() > until or other == found:
            return False
        trouble = trouble_of(check, other)
        if trouble is None or trouble[0] != kind:
            return False
        found = other
        return True

    usual = Input()
    for name in ("repeated", "limits", "context", "backend", "fail_fast", "snapshots", "every", "cuts", "mode"):
        try_(dataclasses.replace(found, **{name: getattr(usual, name)}))
    size = max(1, len(found.text) // 2)
    while size and time.monotonic() < until:
        at = 0
        while at < len(found.text):
            if not try_(dataclasses.replace(found, text=found.text[:at] + found.text[at + size :])):
                at += size
        size //= 2
    for at in reversed(range(len(found.cuts))):
        try_(dataclasses.replace(found, cuts=found.cuts[:at] + found.cuts[at + 1 :]))
    return found


class Findings:
    """The inputs that trouble was found with, kept in a folder, a few of each kind.

    Args:
        check: What is checked.
        name: What it is called.
        folder: Where they are written.
    """

    def __init__(self, check: Check, name: str, folder: Path) -> None:
        self._check = check
        self._name = name
        self._folder = folder
        self.kinds: Counter[str] = Counter()

    def add(self, found: Input, kind: str) -> None:
        """Keep an input, and print it as a row, unless enough of its kind are kept."""
        self.kinds[kind] += 1
        if self.kinds[kind] > KEPT_EACH:
            return
        short = shorten(self._check, found, kind)
        _, detail = trouble_of(self._check, short) or (kind, "it does not happen again")
        path = self._folder / f"{self._name}-{len(self.kinds)}-{self.kinds[kind]}.json"
        save(short, path, check=self._name, kind=kind, row=row(short), detail=detail)
        _say(f"\nFOUND {kind}\n  {row(short)}\n  {path}")


# --------------------------------------------------------------------------------------------- changing


def change(random: Random, found: Input) -> Input:
    """Another input, near this one."""
    make = typetable.kind(found.type).make
    if not found.text:
        found = dataclasses.replace(found, text=make(random))
    match random.randrange(16):
        case 0:
            return dataclasses.replace(found, type=random.randrange(typetable.COUNT))
        case 1:
            number = random.randrange(typetable.COUNT)
            return dataclasses.replace(found, type=number, text=typetable.kind(number).make(random))
        case 2:
            cuts = tuple(random.randint(0, len(found.text)) for _ in range(random.randint(0, 5)))
            return dataclasses.replace(found, cuts=cuts, every=0)
        case 3:
            return dataclasses.replace(found, every=random.choice([0, 1, 1, 2, 3, 5, 16, 100]))
        case 4:
            return _other_option(random, found)
        case 5 if random.random() < 0.3:
            start, length = random.randint(0, len(found.text)), random.choice([1, 1, 2, 5, random.randint(1, 40)])
            return dataclasses.replace(found, repeated=(start, length, random.choice([2, 20, 300, 5000])))
        case 6:
            return dataclasses.replace(found, repeated=(0, 0, 1))
        case _:
            return dataclasses.replace(found, text=texts.misspell(random, found.text, make))


def _other_option(random: Random, found: Input) -> Input:
    name = random.choice(["mode", "mode", "fail_fast", "context", "limits", "backend", "snapshots"])
    most = {"mode": 4, "limits": 4, "snapshots": 3}.get(name, 2)
    value = random.randrange(most)
    return dataclasses.replace(found, **{name: bool(value) if name in ("fail_fast", "context") else value})


# ---------------------------------------------------------------------------------------------- running


class _Run:
    """One run of a fuzzer."""

    def __init__(self, name: str, check: Check, seconds: float, folder: Path) -> None:
        self.findings = Findings(check, name, folder)
        self._check = check
        self._name = name
        self._seconds = seconds
        self._log = folder / f"{name}.libfuzzer.log"
        self._start = time.monotonic()
        self._told = self._start
        self._count = 0

    def one(self, raw: bytes) -> None:
        """Check one input; end the process when the time is up."""
        # Not a timer of processor time: while one runs, the kernel counts that time in ticks, and growth is not to be
        # seen. libFuzzer has set its own handler when it began.
        signal.signal(signal.SIGALRM, _no_end)
        found = Input.decode(raw)
        self._count += 1
        trouble = trouble_of(self._check, found)
        if trouble is not None:
            self.findings.add(found, trouble[0])
        now = time.monotonic()
        if now - self._start > self._seconds:
            _say(self.statistics())
            os._exit(1 if self.findings.kinds else 0)  # libFuzzer's loop has no other end
        if now - self._told > 60:
            self._told = now
            _say(self.statistics())

    def statistics(self) -> str:
        """A line of what was done so far."""
        seconds = time.monotonic() - self._start
        edges = re.findall(r"cov: (\d+)", self._log.read_text("utf-8", "replace"))
        return (
            f"{self._name}: {self._count:,} inputs in {seconds:.0f} s, {self._count / seconds:.1f} a second, "
            f"{edges[-1] if edges else 'no'} edges, {sum(self.findings.kinds.values())} findings of "
            f"{len(self.findings.kinds)} kinds"
        )


def fuzz(atheris: Any, name: str, check: Check, seconds: float, folder: Path, seed: int) -> None:
    """Run a fuzzer until its time is up, and end the process: with status 1 if anything was found."""
    corpus = folder / f"{name}.corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    for number, one in enumerate(SEEDS):
        (corpus / f"seed-{number}").write_bytes(one.encode())
    run = _Run(name, check, seconds, folder)

    def mutate(raw: bytes, most: int, number: int) -> bytes:
        random = Random(number)  # noqa: S311 # nothing secret
        found = Input.decode(raw)
        if random.random() < 0.15 and found.text:
            text = atheris.Mutate(found.text.encode("utf-8", "surrogatepass"), most // 2)
            return dataclasses.replace(found, text=text.decode("utf-8", "replace")).encode()[:most]
        for _ in range(random.choice([1, 1, 2, 3])):
            found = change(random, found)
        return found.encode()[:most]

    def cross(raw: bytes, other: bytes, most: int, number: int) -> bytes:
        random = Random(number)  # noqa: S311 # nothing secret
        found, text = Input.decode(raw), Input.decode(other).text
        at = random.choice([0, len(found.text), random.randint(0, len(found.text))])
        start = random.choice([0, random.randint(0, len(text))])
        text = found.text[:at] + text[start : start + 200] + found.text[at:]
        return dataclasses.replace(found, text=text).encode()[:most]

    gc.freeze()  # what is there stays: the collector need not look at it again and again
    shown = os.dup(2)
    log = os.open(folder / f"{name}.libfuzzer.log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(log, 2)
    sys.stderr = os.fdopen(shown, "w", buffering=1)
    flags = [
        "-max_len=600",
        "-timeout=86400",
        "-report_slow_units=86400",
        "-rss_limit_mb=0",
        "-len_control=0",
        "-reload=0",
        f"-seed={seed}",
    ]
    flags.append(f"-artifact_prefix={folder}/{name}.")
    atheris.Setup([sys.argv[0], *flags, str(corpus)], run.one, custom_mutator=mutate, custom_crossover=cross)
    atheris.Fuzz()
