"""Ten thousand runs at once: `python -m benchmarks.runs [--runs NUMBER] [--json FILE]` says what one of them costs.

One process, one loop of asyncio, one task for each run, which reads its partials. The deltas of all runs come
interleaved: a feeder gives one delta each to `AT_ONCE` runs, in an order that is shuffled anew for each round, and then
lets the readers go on. No run has its next delta before all have had this one.

The delay of a delta is the time from when its source has it to when its reader has the partial and has looked at it. As
`AT_ONCE` deltas come together, half of them wait for as many others: the median is about half of `AT_ONCE` times the
cost of one. What counts of the memory is what is resident (`VmRSS`) above what was resident before the first run was
made. A reader of the same source without partway is measured beside it: what task, source and loop take is not
partway's. Each weighing has a process of its own, for a hundredth and a tenth of the number, and the number itself.

A processor keeps some megabytes at hand. A hundred runs fit, ten thousand do not: then each delta finds its run in slow
memory, whatever is done with it. To tell that from work that grows with the number, the same number of runs is
read a second time in blocks: `AT_ONCE` runs are given all of their deltas, then the next ones.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import random
import subprocess
import sys
import threading
import time
from array import array
from collections import deque
from pathlib import Path
from statistics import quantiles
from typing import TYPE_CHECKING, Any, Final

from pydantic import BaseModel

from benchmarks.memory import available, resident
from partway import stream

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

SIZE: Final = 10_000
"""The text of one run, in characters (which are ASCII)."""
DELTA: Final = 40
"""Characters in a delta."""
AT_ONCE: Final = 100
"""How many runs are given a delta before their readers go on."""
LATER: Final = 1.3
"""How much more a delta may cost in the largest number of runs than in the smallest, in blocks."""
FARTHER: Final = 2.5
"""The same, interleaved: memory that is not at hand included."""
LARGER: Final = 1.2
"""How much more memory a run may take than in a tenth of the number. A hundred runs have too few pages to tell."""


class Finding(BaseModel):
    """A part of what is read."""

    name: str
    text: str
    score: float


class Report(BaseModel):
    """What is read."""

    title: str
    findings: list[Finding]


def text_of(size: int) -> str:
    """Write a report of this many characters."""
    sentence = "It grows while others grow beside it, and nobody waits for all. "
    findings = [{"name": f"Finding {at}", "text": sentence * 3, "score": at / 8} for at in range(size // 260)]
    text = json.dumps({"title": "Many at once", "findings": findings})
    rest = size - len(text)
    findings[-1]["text"] += (sentence * (1 + rest // len(sentence)))[:rest]
    return json.dumps({"title": "Many at once", "findings": findings})


class Wire:
    """An async source whose deltas come one by one, when somebody sends them."""

    __slots__ = ("_deltas", "_waiting", "sent")

    def __init__(self) -> None:
        self._deltas: deque[str] = deque()
        self._waiting: asyncio.Future[None] | None = None
        self.sent = 0.0

    def send(self, delta: str) -> None:
        """Have this delta; an empty one is the end."""
        self._deltas.append(delta)
        self.sent = time.perf_counter()
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)

    def __aiter__(self) -> Wire:
        return self

    async def __anext__(self) -> str:
        if not self._deltas:
            self._waiting = asyncio.get_running_loop().create_future()
            await self._waiting
            self._waiting = None
        delta = self._deltas.popleft()
        if not delta:
            raise StopAsyncIteration
        return delta


class Delays:
    """The delays of all deltas, in seconds; room for them is made before anything is weighed."""

    def __init__(self, number: int) -> None:
        self.seconds = array("d", bytes(8 * number))
        self.count = 0

    def add(self, since: float) -> None:
        """Add the time since then."""
        self.seconds[self.count] = time.perf_counter() - since
        self.count += 1

    def percentiles(self) -> tuple[float, float]:
        """Return the median, and what all but one in a hundred are below."""
        cuts = quantiles(self.seconds[: self.count], n=100)
        return cuts[49], cuts[98]


async def read_partials(wire: Wire, delays: Delays) -> Any:
    """Read a run, and look at each of its partials."""
    run = stream(wire, Report)
    async for partial in run:
        partial.findings  # noqa: B018  # what is not looked at is not put together
        delays.add(wire.sent)
    return await run.result()


async def read_bare(wire: Wire, delays: Delays) -> str:
    """Read the same source without partway, and keep its text."""
    text = []
    async for delta in wire:
        text.append(delta)
        delays.add(wire.sent)
    return "".join(text)


READERS: Final[dict[str, Callable[[Wire, Delays], Awaitable[Any]]]] = {"partway": read_partials, "bare": read_bare}


def files() -> int:
    """Count the files and sockets that the process has open."""
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


async def weigh(reader: str, number: int, block: int) -> dict[str, float]:
    """Read a number of runs side by side in this process, so many of them interleaved, and say what it took."""
    text = text_of(SIZE)
    deltas = [text[at : at + DELTA] for at in range(0, len(text), DELTA)]
    read = READERS[reader]
    await feed_all(await begun(read, 2, Delays(2 * len(deltas) + 4)), [*deltas, ""])  # what is made once for all
    delays = Delays(number * (len(deltas) + 2))
    gc.collect()
    threads, opened, objects = threading.active_count(), files(), len(gc.get_objects())
    before = resident()[0]

    readers = await begun(read, number, delays)
    gc.collect()
    idle, made = resident()[0] - before, len(gc.get_objects()) - objects
    start, worked = time.perf_counter(), time.process_time()
    for at in range(0, number, block):
        await feed_all(readers[at : at + block], deltas[:-1])
    took, worked = time.perf_counter() - start, time.process_time() - worked
    gc.collect()
    full, grown = resident()[0] - before, len(gc.get_objects()) - objects
    figures = {
        "runs": number,
        "deltas": number * (len(deltas) - 1),
        "deltas_per_second": number * (len(deltas) - 1) / took,
        "work_per_delta": worked / (number * (len(deltas) - 1)),
        "idle": idle / number,
        "full": full / number,
        "idle_objects": made / number,
        "full_objects": grown / number,
        "threads": threading.active_count() - threads,
        "files": files() - opened,
        "tasks": (len(asyncio.all_tasks()) - 1) / number,
    }
    figures["delay_p50"], figures["delay_p99"] = delays.percentiles()
    await feed_all(readers, [deltas[-1], ""])
    results = await asyncio.gather(*(task for _, task in readers))
    expected = Report.model_validate_json(text) if reader == "partway" else text
    figures["wrong"] = sum(result != expected for result in results)
    del results, readers, expected
    await settled()  # the loop still holds what it was to call
    gc.collect()
    figures["left_objects"] = (len(gc.get_objects()) - objects) / number
    figures["left_tasks"] = len(asyncio.all_tasks()) - 1
    return figures


Readers = list[tuple[Wire, "asyncio.Task[Any]"]]


async def begun(read: Callable[[Wire, Delays], Any], number: int, delays: Delays) -> Readers:
    """Begin to read; each waits for its first delta then."""
    wires = [Wire() for _ in range(number)]
    readers = [(wire, asyncio.create_task(read(wire, delays))) for wire in wires]
    await settled()
    return readers


async def settled() -> None:
    """Let everybody go on who can."""
    for _ in range(3):
        await asyncio.sleep(0)


async def feed_all(readers: Readers, deltas: list[str]) -> None:
    """Give all of them the next delta, and then the one after it."""
    order = list(range(len(readers)))
    shuffle = random.Random(1).shuffle  # noqa: S311  # the same each time
    for delta in deltas:
        shuffle(order)
        for at in range(0, len(order), AT_ONCE):
            for index in order[at : at + AT_ONCE]:
                readers[index][0].send(delta)
            await settled()


def weighed(reader: str, number: int, block: int) -> dict[str, float]:
    """Weigh in a fresh process.

    Raises:
        subprocess.CalledProcessError: The process failed; its own words are on standard error.

    """
    command = [sys.executable, "-m", "benchmarks.runs", "--weigh", reader, "--runs", str(number), "--block", str(block)]
    finished = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parent.parent)  # noqa: S603
    figures: dict[str, float] = json.loads(finished.stdout)
    return figures


LINES: Final[list[tuple[str, str, str, str, float]]] = [
    ("deltas a second", "{:,.0f}", "partway", "deltas_per_second", 1),
    ("work for a delta, in µs", "{:.1f}", "partway", "work_per_delta", 1e6),
    ("… in blocks", "{:.1f}", "blocks", "work_per_delta", 1e6),
    ("… not partway's", "{:.1f}", "bare", "work_per_delta", 1e6),
    ("delay, median, in ms", "{:.2f}", "partway", "delay_p50", 1e3),
    ("delay, 99 %, in ms", "{:.2f}", "partway", "delay_p99", 1e3),
    ("memory, idle, in kB", "{:.1f}", "partway", "idle", 1e-3),
    ("… not partway's", "{:.1f}", "bare", "idle", 1e-3),
    ("memory, at 10 kB, in kB", "{:.1f}", "partway", "full", 1e-3),
    ("… not partway's", "{:.1f}", "bare", "full", 1e-3),
    ("objects of the collector, idle", "{:.0f}", "partway", "idle_objects", 1),
    ("objects, at 10 kB", "{:.0f}", "partway", "full_objects", 1),
    ("objects left when all have ended", "{:.2f}", "partway", "left_objects", 1),
    ("tasks, with the reader's own", "{:.0f}", "partway", "tasks", 1),
    ("threads", "{:.0f}", "partway", "threads", 1),
    ("files and sockets", "{:.0f}", "partway", "files", 1),
]
"""What is printed: its name and form; of which reader, which figure, times what."""

Row = dict[str, dict[str, float]]


def rows_for(most: int) -> list[Row]:
    """Weigh a hundredth and a tenth of a number of runs, and the number itself."""
    rows: list[Row] = []
    for number in (number for number in (most // 100, most // 10, most) if number):
        row = {reader: weighed(reader, number, number) for reader in READERS}
        rows.append({**row, "blocks": weighed("partway", number, AT_ONCE)})
    return rows


def wrong_with(rows: list[Row]) -> Iterator[str]:
    """Say what does not hold."""
    for figures in (row["partway"] for row in rows):
        for held in ("threads", "files", "wrong", "left_tasks"):
            if figures[held]:
                yield f"{held} of {figures['runs']:,} runs: {figures[held]:.0f}, and 0 is allowed"
        if figures["tasks"] != 1:
            yield f"tasks a run: {figures['tasks']}, and that of its reader alone is allowed"
    for how, what, since, most in (
        ("blocks", "work_per_delta", 0, LATER),
        ("partway", "work_per_delta", 0, FARTHER),
        ("partway", "idle", -2, LARGER),
        ("partway", "full", -2, LARGER),
    ):
        if len(rows) > 1 and (growth := rows[-1][how][what] / rows[since][how][what]) > most:
            yield f"{what} ({how}) grows by {growth:.2f}, and {most} is allowed"


def main() -> int:
    """Measure and print; return 1 if something does not hold."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.runs")
    parser.add_argument("--runs", type=int, default=10_000)
    parser.add_argument("--json", type=Path, help="write the figures to this file as well")
    parser.add_argument("--weigh", choices=list(READERS), help=argparse.SUPPRESS)
    parser.add_argument("--block", type=int, default=AT_ONCE, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if not available():
        print("this system does not say what is resident (/proc)")
        return 0
    if given.weigh is not None:
        print(json.dumps(asyncio.run(weigh(given.weigh, given.runs, given.block))))
        return 0
    rows = rows_for(given.runs)
    if given.json is not None:
        given.json.write_text(json.dumps(rows, indent=1) + "\n", "utf-8")
    print(f"{SIZE:,} characters a run, in deltas of {DELTA}; {AT_ONCE} deltas come at once")
    print(f"{'runs':34}" + "".join(f"{row['partway']['runs']:>12,}" for row in rows))
    for name, form, reader, figure, times in LINES:
        print(f"{name:34}" + "".join(f"{form.format(row[reader][figure] * times):>12}" for row in rows))
    problems = list(wrong_with(rows))
    print(*(problems or ["all of it holds"]), sep="\n")
    return int(bool(problems))


if __name__ == "__main__":
    sys.exit(main())
