"""The page: a summary, then a table for each input, all of it from one run."""

from __future__ import annotations

import inspect
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.compared import foreign, peers
from benchmarks.compared.cases import CASES
from benchmarks.compared.peers import PARTWAY, MissingError, Peer
from benchmarks.compared.story import OVER, Mark, Shown, Story

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from benchmarks.compared.cases import Case

PEERS = (*peers.PEERS, *foreign.PEERS)
NOT_ASKED = "n/a"
_LONGEST = 26
"""How many characters of the text so far are printed."""
_INTRODUCTION = """\
# Side by side

Inputs on which partial values are known to go wrong, given to partway and to its peers. Everything below was
recorded in one run of

```sh
pip install -e ".[bench,peers]"
npm install --prefix build/node ai@latest
python -m benchmarks.compared --node build/node --write docs/compared.md
```

which leaves out whom it does not find, and says so. Each gets the same text, character by character; what it shows
is recorded after each one, and judged by a function beside the input (`benchmarks/compared/cases.py`), which the
sentence after "A failure" puts in words. Of several moments the worst one counts, and that one is printed; an error
that ends the stream is worst. A mark says nothing about the rest: a half number counts where numbers are asked about,
not elsewhere.
"""
_CAUTION = """\
A parser without types cannot know that `gree` is half of something; it is asked all the same, since its user has to.
One that is called anew with the text so far raises an error for that moment only, and its caller may take it for "not
yet". One whose stream is over cannot be asked again; that is said beside its error."""
_MEANINGS = {
    Mark.RIGHT: "nothing of what the input calls a failure",
    Mark.LATE: "nothing wrong is shown, but something that is certain is not to be seen",
    Mark.RAISES: "an error comes instead of a value",
    Mark.WRONG: "something is shown that is not so, or is not said that is",
}


@dataclass(frozen=True)
class Verdict:
    """How a peer did in a case, and the moment that shows it: after how many characters."""

    mark: Mark
    moment: int
    shown: Shown


@dataclass(frozen=True)
class Run:
    """Everything that one run recorded: by peer and case the verdict, or why there is none."""

    versions: dict[str, str]
    missing: dict[str, str]
    verdicts: dict[tuple[str, str], Verdict | str]
    ours: dict[str, Story]


def judge(case: Case, story: Story) -> Verdict:
    """Find the moment that counts: the worst one, and of several the one that the case names."""
    if case.ends:
        return Verdict(case.judge(story.ended, case.text), len(case.text), story.ended)
    window = range(case.after(case.first), case.after(case.last) + 1)
    verdicts = []
    for moment in (*map(case.after, case.moments), *window):
        shown = story.shown[moment]
        mark = Mark.RAISES if shown.error else case.judge(shown, case.text[:moment])
        verdicts.append(Verdict(mark, moment, shown))
    return max(verdicts, key=_weight)  # the first of those that weigh most


def _weight(verdict: Verdict) -> int:
    return len(Mark) if verdict.shown.told == OVER else list(Mark).index(verdict.mark)


def run(node: Path | None, only: tuple[Peer, ...] = PEERS) -> Run:
    """Ask partway and each peer that is there about each case."""
    done = Run({PARTWAY.name: PARTWAY.version(node)}, {}, {}, {})
    for peer in (PARTWAY, *only):
        try:
            done.versions[peer.name] = peer.version(node)
            tell = peer.start(node)
        except MissingError as error:
            done.versions.pop(peer.name, None)
            done.missing[peer.name] = str(error)
            continue
        for case in CASES:
            if reason := peer.refuses(case):
                done.verdicts[peer.name, case.name] = reason
                continue
            story = tell(case)
            done.verdicts[peer.name, case.name] = judge(case, story)
            if peer is PARTWAY:
                done.ours[case.name] = story
    return done


def markdown(done: Run) -> Iterator[str]:
    """Yield the lines of the page."""
    yield from _INTRODUCTION.splitlines()
    yield ""
    yield from (f"- {mark.value}: {meaning}" for mark, meaning in _MEANINGS.items())
    yield f"- {NOT_ASKED}: not asked; the input's own section says why"
    yield ""
    yield from _CAUTION.splitlines()
    yield ""
    yield "## Who was asked"
    yield ""
    asked = [peer for peer in (PARTWAY, *PEERS) if peer.name in done.versions]
    rows = [[peer.name, done.versions[peer.name], peer.how] for peer in asked]
    yield from _table(["peer", "version", "what of it is run"], rows)
    yield from (f"\n{name} was left out: {reason}." for name, reason in done.missing.items())
    yield ""
    yield "## Summary"
    yield ""
    yield from _summary(done)
    for case in CASES:
        yield ""
        yield from _section(done, case)


def _summary(done: Run) -> Iterator[str]:
    rows = []
    for case in CASES:
        cells = []
        for name in done.versions:
            verdict = done.verdicts[name, case.name]
            cells.append(NOT_ASKED if isinstance(verdict, str) else verdict.mark.value)
        rows.append([f"[{case.title}](#{_anchor(case.title)})", *cells])
    yield from _table(["", *done.versions], rows)


def _section(done: Run, case: Case) -> Iterator[str]:
    yield f"## {case.title}"
    yield ""
    yield "```python"
    yield "\n\n\n".join(source(type_) for type_ in case.types)
    yield "```"
    yield ""
    fence = "````" if "```" in case.text else "```"
    yield f"{fence}text"
    yield case.text
    yield fence
    yield ""
    yield f"A failure: {case.failure}"
    yield ""
    silent: dict[str, list[str]] = {}
    rows = []
    for name in done.versions:
        verdict = done.verdicts[name, case.name]
        if isinstance(verdict, str):
            silent.setdefault(verdict, []).append(name)
        else:
            rows.append(row(done, case, name, verdict))
    yield from _table(["", "peer", "text so far", "it shows", "partway shows"], rows)
    yield from (f"\nNot asked: {', '.join(names)} ({reason})." for reason, names in silent.items())


def row(done: Run, case: Case, name: str, verdict: Verdict) -> list[str]:
    """Return the cells of a peer's row; partway's own column is what it shows at the same moment."""
    ours = done.ours[case.name]
    there = ours.ended if case.ends else ours.shown[verdict.moment]
    so_far = case.text[: verdict.moment]
    so_far = ("…" + so_far[-_LONGEST:] if len(so_far) > _LONGEST + 1 else so_far).replace("\n", "⏎")
    same = "" if name == PARTWAY.name else _cell(there)
    who = name if name == PARTWAY.name else f"{name} {done.versions[name]}"
    return [verdict.mark.value, who, _code(so_far) + (" and the end" if case.ends else ""), _cell(verdict.shown), same]


def source(type_: type) -> str:
    """Return a type as it stands in the cases, without what is said there to the linter and to the record."""
    lines = (line.partition("  # noqa")[0] for line in inspect.getsource(type_).rstrip().splitlines())
    return "\n".join(line for line in lines if "CALLS" not in line)


def _cell(shown: Shown) -> str:
    told = shown.told
    if shown.calls:
        told = "; ".join(filter(None, (told, f"the validator was given {', then '.join(map(_given, shown.calls))}")))
    text = shown.text if shown.text == "nothing" else _code(shown.text)
    return f"{text} ({_escaped(told)})" if told else text


def _given(call: tuple[object, ...]) -> str:
    return " and ".join(map(str, call)) or "nothing"


def _code(text: str) -> str:
    ticks = "``" if "`" in text else "`"
    space = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{ticks}{space}{_escaped(text)}{space}{ticks}"


def _escaped(text: str) -> str:
    return text.replace("|", "\\|")


def _anchor(title: str) -> str:
    return re.sub(r"[^a-z0-9 -]", "", title.lower()).replace(" ", "-")


def _table(head: list[str], rows: list[list[str]]) -> Iterator[str]:
    yield line(head)
    yield line(["---"] * len(head))
    yield from map(line, rows)


def line(cells: list[str]) -> str:
    """Return a line of a table."""
    return f"| {' | '.join(cells)} |"
