"""The page `docs/benchmarks.md`: what was measured, on what, how, and where a peer is better.

All of it follows from the figures and from what is told of the machine: the same ones give the same page.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

from benchmarks import contenders as who
from benchmarks import plots, readme, suite
from benchmarks.budgets import RATIOS, to_state
from benchmarks.documents import CUTS, SHAPES, SIZES, review, reviews
from benchmarks.first import First, earliest
from benchmarks.memory import PEERS_MEGABYTES
from benchmarks.tables import NOTHING, number, table

if TYPE_CHECKING:
    from benchmarks.environment import Environment
    from benchmarks.suite import Figures, Times

PAGE: Final = Path(__file__).parents[1] / "docs" / "benchmarks.md"
SMALL, LARGE = "2.5 kB", suite.LARGEST
SHOWN: Final = 4
"""The characters of a delta in what is plotted and compared."""

_INTRODUCTION = """\
# Benchmarks

partway beside the packages that show a value while it is being written. Everything below was measured in one run of

```sh
pip install -e ".[bench]"
python -m benchmarks
```

which writes this page and the table of ratios in the README, and leaves out whom it does not find. `--no-write` only
prints. `python -m benchmarks quick` measures the ratios of the README again, in a minute, and fails when one is worse
by more than a factor of 1.5: CI runs that. What the values are like, rather than how fast they come, is the subject
of [compared.md](compared.md)."""

_METHOD = """\
The document is a review: an object with a string and a list of findings, which are objects of strings, numbers,
booleans and short lists. It is cut into deltas before the clock starts. Everyone gets the same deltas in the same
order, from the first one to the result, the making of the parser included. Everyone's result is compared with
`json.loads` of the text, typed ones after `model_dump`: whoever comes to another value in a short text is left out, and
in a longer one it ends the run.

The contenders take turns in one process, so that a slow moment of the machine does not hit one alone; each has as many
turns as its share of the time allows, and its best one counts. What is counted is the processor's time. The garbage
collector runs before each turn and is off during it. What runs on Node does so in one process beside it, takes turns
with the others, and counts its own processor's time, that of its compiler's and collector's threads included.

What reads the text so far anew with each delta is timed at some deltas of a long text, each in the middle of an equal
share of it, and the mean is given (`~`). Typed and untyped parsers do not do the same work: the table above says who
does what."""


def write(figures: Figures, told: Environment) -> None:
    """Write the page, its plots, and what the README states."""
    PAGE.write_text("\n".join(markdown(figures, told)) + "\n", encoding="utf-8")
    plots.cost(figures, plots.FOLDER / plots.COST)
    plots.firsts(figures, plots.FOLDER / plots.FIRSTS)
    text = readme.README.read_text(encoding="utf-8")
    readme.README.write_text(readme.written(text, told.core, to_state(figures)), encoding="utf-8")


def markdown(figures: Figures, told: Environment) -> Iterator[str]:
    """Yield the lines of the page."""
    yield _INTRODUCTION
    for title, section in {
        "Who was measured": _who(told),
        "Method": iter([_METHOD]),
        "Cost per delta": _cost(figures),
        "The whole stream": _total(figures),
        "Fences and prose": _wrapped(figures),
        "Until the first field": _firsts(figures),
        "Memory": _memory(figures),
        "Growth by shape": _shapes(figures),
        "Hooks, and all in one delta": _ours(figures),
        "Where a peer is better": _better(figures),
        "Ratios and budgets": _ratios(figures),
    }.items():
        yield f"\n## {title}\n"
        yield from section


def _who(told: Environment) -> Iterator[str]:
    rows = [
        [peer.name, told.versions[peer.name], peer.how, peer.kind]
        for peer in who.EVERYONE
        if peer.name in told.versions
    ]
    yield from table(["name", "version", "what is run", "what it does"], rows)
    yield from (f"\n{name} was left out: {reason}." for name, reason in told.missing.items())
    yield f"\nOn {', '.join(f'{name} {fact}' for name, fact in told.facts.items())}."


def _measured(cells: dict[tuple[str, int], Times]) -> list[str]:
    return [peer.name for peer in who.EVERYONE if any(peer.name in times for times in cells.values())]


def _cost(figures: Figures) -> Iterator[str]:
    yield f"![Microseconds per delta against the size of the document](benchmarks/{plots.COST})"
    for cut in CUTS:
        yield f"\nMicroseconds per delta of {cut} characters, and what one costs at {LARGE} ÷ at {SMALL}:"
        yield ""
        rows = []
        for name in _measured(figures.cells):
            times = {size: figures.cells.get((size, cut), {}).get(name) for size in SIZES}
            cells = [number(time) + "~" * ((size, cut, name) in figures.sampled) for size, time in times.items()]
            small, large = times[SMALL], times[LARGE]
            rows.append([name, *cells, number(large / small if small and large else None)])
        yield from table(["", *SIZES, "growth"], rows)


def _total(figures: Figures) -> Iterator[str]:
    yield f"Milliseconds for all deltas of {SHOWN} characters, from the first one to the result; `~` as above."
    yield ""
    rows = []
    for name in _measured(figures.cells):
        cells = []
        for size, document in reviews().items():
            time = figures.cells.get((size, SHOWN), {}).get(name)
            deltas = -(-len(document.text) // SHOWN)
            cells.append(number(time and time * deltas / 1000) + "~" * ((size, SHOWN, name) in figures.sampled))
        rows.append([name, *cells])
    yield from table(["", *SIZES], rows)


def _wrapped(figures: Figures) -> Iterator[str]:
    yield (
        f"The same review of {suite.WRAPPED:,} characters plain, in a Markdown fence (` ```json `), and between two "
        f"sentences of prose without braces: microseconds per delta of {SHOWN} characters, no delta left out. Where "
        "there is no figure, what came instead:"
    )
    yield ""
    found = set[str]().union(*figures.wrapped.values(), *figures.failures.values())
    names = [peer.name for peer in who.EVERYONE if peer.name in found]
    rows = [
        [
            name,
            *(figures.failures[wrap].get(name) or number(figures.wrapped[wrap].get(name)) for wrap in figures.wrapped),
        ]
        for name in names
    ]
    yield from table(["", *figures.wrapped], rows)


def _firsts(figures: Figures) -> Iterator[str]:
    best = earliest(review(suite.WATCHED))
    yield f"![Characters until the first field is visible](benchmarks/{plots.FIRSTS})"
    yield (
        f"\nThe text, a review of {len(review(suite.WATCHED).text)} characters, comes character by character. After "
        "how many characters of the JSON (prose and fence before it do not count) the first field, a string, is "
        f"visible: its first character / all of it. Nobody can be earlier than {best.begun} / {best.whole}."
    )
    yield ""
    names = [peer.name for peer in who.EVERYONE if any(peer.name in by for by in figures.firsts.values())]
    rows = [[name, *(_first(by.get(name)) for by in figures.firsts.values())] for name in names]
    yield from table(["", *figures.firsts], rows)


def _first(seen: First | None) -> str:
    if seen is None:
        return NOTHING
    return "never" if seen.begun is None else f"{seen.begun} / {'never' if seen.whole is None else seen.whole}"


def _memory(figures: Figures) -> Iterator[str]:
    of_peers = figures.memory.get(("objects", PEERS_MEGABYTES), {})
    if not figures.memory:
        yield "Not weighed: this system does not tell a process its peak."
        return
    yield (
        "The peak of the resident memory above what was resident before the stream, as a multiple of the text in "
        f"UTF-8, each in a process of its own. A review of {PEERS_MEGABYTES} MB; what keeps state gets it in deltas of "
        "20 characters, what reads the text so far anew in eight pieces. What runs on Node is not weighed."
    )
    yield ""
    rows = [
        [name, number(of_peers[name]), number(of_peers[f"{name}: result"])]
        for name in who.IN_PYTHON
        if name in of_peers
    ]
    yield from table(["", "peak", "left with the result"], rows)
    yield "\npartway with larger streams:\n"
    columns = {
        "feed": who.FEED,
        "partial": "and `.partial`, each 100th",
        "validate_json: result": "the result alone",
        "validate_json": "`validate_json` of the text",
    }
    rows = [
        [document, f"{megabytes:g}", *(number(peaks.get(way)) for way in columns)]
        for (document, megabytes), peaks in figures.memory.items()
        if "feed" in peaks
    ]
    yield from table(["document", "MB", *columns.values()], rows)


def _shapes(figures: Figures) -> Iterator[str]:
    yield (
        "partway alone, on documents that are as much as possible of one thing. Microseconds per delta, and how many "
        "times as much one costs in the largest as in the smallest:"
    )
    yield ""
    sizes = [size for size in suite.SHAPE_SIZES if any(size in by for by in figures.shapes.values())]
    rows = []
    for (shape, cut), by_size in figures.shapes.items():
        for name in (who.FEED, who.PARTIAL):
            times = [by_size[size][name] if size in by_size else None for size in sizes]
            known = [time for time in times if time is not None]
            rows.append([shape, str(cut), name, *map(number, times), number(known[-1] / known[0])])
    yield from table(["document", "cut", "", *sizes, "growth"], rows)
    yield (
        f"\n{len(SHAPES)} shapes: " + ", ".join(SHAPES) + ". Deep nesting is a list of objects that are each 100 deep; "
        "many candidates in prose are braces that are no JSON, JSON of another type, and at the end the answer."
    )


def _ours(figures: Figures) -> Iterator[str]:
    yield "Microseconds per delta of a run without hooks, with three that match nothing, and with one on every append:"
    yield ""
    names = [who.FEED, who.UNMATCHED, who.APPENDS]
    rows = [[size, str(cut), *(number(times[name]) for name in names)] for (size, cut), times in figures.hooks.items()]
    yield from table(["document", "cut", *names], rows)
    yield "\nMicroseconds for the whole document in one delta:\n"
    rows = [
        [size, *(number(times[name]) for name in (who.FEED, who.VALIDATE_JSON))]
        for size, times in figures.whole.items()
    ]
    yield from table(["document", who.FEED, who.VALIDATE_JSON], rows)


def _better(figures: Figures) -> Iterator[str]:
    yield (
        f"Than partway with a snapshot for each delta (`{who.PARTIAL}`), by the tables above; an untyped parser does "
        "less. When nobody looks before the end, `validate_json` is faster: see above."
    )
    yield ""
    ours = [peer.name for peer in who.OURS]
    for name in _measured(figures.cells):
        if name not in ours:
            yield from (f"- {name}: {point}." for point in _points(figures, name))


def _points(figures: Figures, name: str) -> Iterator[str]:
    for cut in CUTS:
        cheaper = [
            f"{number(times[name])} against {number(times[who.PARTIAL])} µs at {size}"
            for size in SIZES
            if name in (times := figures.cells.get((size, cut), {})) and times[name] < times[who.PARTIAL]
        ]
        if cheaper:
            yield f"a delta of {cut} characters costs less: {', '.join(cheaper)}"
    peaks = figures.memory.get(("objects", PEERS_MEGABYTES), {})
    if name in peaks and peaks[name] < peaks[who.PARTIAL]:
        yield f"less memory: {number(peaks[name])} against {number(peaks[who.PARTIAL])} times the text"
    for wrap, by in figures.firsts.items():
        if name in by and _earlier(by[name], by[who.PARTIAL]):
            yield f"its first field is visible earlier, {wrap}: {_first(by[name])} against {_first(by[who.PARTIAL])}"


def _earlier(one: First, other: First) -> bool:
    return any(a is not None and (b is None or a < b) for a, b in zip(one, other, strict=True))


def _ratios(figures: Figures) -> Iterator[str]:
    yield "What is divided by what, in the best and the worst of the places where both were measured, and the budget:"
    yield ""
    rows = []
    for ratio in RATIOS:
        places = ratio.places(figures)
        if not places:
            continue
        best, worst = places[0], places[-1]
        missed = sum(not place.met for place in places)
        met = "" if ratio.budget is None else f"**not met** in {missed} of {len(places)}" if missed else "met"
        rows.append([ratio.what, ratio.allowed, number(best.value), f"{number(worst.value)} ({worst.where})", met])
    yield from table(["ratio", "budget", "best", "worst", ""], rows)
    yield (
        f"\nThe README states the worst place of each, among those that the quick run measures: no text of {LARGE} but "
        f"for growth, shapes in deltas of {suite.SHAPE_CUT} characters, {suite.WEIGHED} MB of memory."
    )
