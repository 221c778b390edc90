"""The benchmark: what the README states of it, how that is judged, that all do the same work, what is written."""

import os
from dataclasses import replace
from pathlib import Path
from statistics import mean
from typing import Any

import benchmarks.__main__ as command
import pytest
from benchmarks import budgets, contenders, environment, page, plots, readme, suite
from benchmarks.budgets import RATIOS, SLACK, STATED, judge, to_state
from benchmarks.documents import CUTS, SHAPES, SIZES, WRAPS, review
from benchmarks.environment import Environment
from benchmarks.first import First, earliest, first
from benchmarks.measure import DifferentValueError, check
from benchmarks.memory import DOCUMENTS, PEERS_MEGABYTES, WAYS
from benchmarks.suite import Figures
from benchmarks.tables import figure, number
from benchmarks.ways import Anew, Fed, Session, Streamed, ends_of

from needed import need

KEEPS_STATE = (contenders.FEED, contenders.PARTIAL, contenders.READ, "streaming-json-parser", "jsonriver")
README = readme.README.read_text("utf-8")
TOLD = Environment(
    "pure Python",
    {"Python": "CPython 3.11", "processor": "one, 2 cores"},
    dict.fromkeys(contenders.ALL, "1.2.3"),
    {},
)


def grown(*sizes: str) -> dict[str, dict[str, float]]:
    """What partway takes at these sizes, the smallest first."""
    return {size: {contenders.FEED: 2 + 0.1 * at, contenders.PARTIAL: 5 + 0.5 * at} for at, size in enumerate(sizes)}


def figures() -> Figures:
    """Figures of a run in which everyone was there: whoever stands further down takes longer, and peers grow."""
    made = Figures()
    for cut in CUTS:
        for size, characters in SIZES.items():
            longer = characters / 400
            made.cells[size, cut] = {
                name: (2.0 + at) * (1 if name in KEEPS_STATE else longer) for at, name in enumerate(contenders.ALL)
            }
        made.sampled.add(("250 kB", cut, "json-repair"))
        made.growth["objects", cut] = grown("2.5 kB", "250 kB")
        made.growth["one string", cut] = grown("2.5 kB", "1 MB")
        for shape in SHAPES:
            made.shapes[shape, cut] = grown("10 kB", "250 kB", "1 MB")
        made.hooks["25 kB", cut] = {contenders.FEED: 3.0, contenders.UNMATCHED: 3.1, contenders.APPENDS: 4.5}
    made.whole = {size: {contenders.FEED: 90.0, contenders.VALIDATE_JSON: 10.0} for size in SIZES}
    for document in DOCUMENTS:
        for megabytes in (suite.WEIGHED, 10):
            made.memory[document, megabytes] = {way: 5.0 for of in WAYS for way in (of, f"{of}: result")}
    made.memory["objects", PEERS_MEGABYTES] = {way: 7.0 for of in contenders.IN_PYTHON for way in (of, f"{of}: result")}
    for wrap in WRAPS:
        finds = [name for name in contenders.ALL if wrap == "plain" or name.startswith(("partway", "json-repair"))]
        made.wrapped[wrap] = dict.fromkeys(finds, 30.0)
        made.failures[wrap] = dict.fromkeys(set(contenders.ALL) - set(finds), "raises ValueError")
        made.firsts[wrap] = {name: First(14, 26) if name in finds else First(None, None) for name in contenders.ALL}
    return made


# --- what the README states


def test_the_readme_states_every_ratio():
    stated = readme.read(README)["pure Python"]
    assert list(stated) == [ratio.what for ratio in STATED]
    assert all(value > 0 for value in stated.values())


def test_each_ratio_has_a_name_of_its_own_and_a_direction():
    assert len({ratio.what for ratio in RATIOS}) == len(RATIOS)
    assert all(
        ratio.least == ratio.what.split(" ÷ ")[1].startswith("`feed`") for ratio in STATED if "growth" not in ratio.what
    )


def test_the_quick_run_measures_every_ratio():
    assert set(to_state(figures())) == {ratio.what for ratio in STATED}
    assert all(ratio.part in vars(Figures()) for ratio in RATIOS)


def test_what_the_quick_run_does_not_measure_is_not_stated():
    slower = figures()
    for name in ("jiter", contenders.FEED):
        slower.cells["250 kB", 4][name] *= 1000
    slower.memory["objects", 10]["feed"] = 1000
    slower.shapes["lists", 4]["250 kB"] = {contenders.FEED: 2000.0, contenders.PARTIAL: 5000.0}
    assert to_state(slower) == to_state(figures())


def test_a_readme_without_the_table_says_so():
    with pytest.raises(readme.ReadmeError, match="no table"):
        readme.read("# partway\n")


def test_a_readme_with_other_ratios_says_which():
    with pytest.raises(readme.ReadmeError, match="another one"):
        readme.read(README.replace(STATED[0].what, "another one"))


def test_what_is_written_is_read():
    stated = to_state(figures())
    read = readme.read(readme.written(README, "pure Python", stated))
    assert read["pure Python"] == pytest.approx(stated, rel=0.006)  # three digits


def test_to_write_twice_is_to_write_once():
    once = readme.written(README, "pure Python", to_state(figures()))
    assert readme.written(once, "pure Python", to_state(figures())) == once
    assert once.partition("<!-- ratios -->")[0] == README.partition("<!-- ratios -->")[0]
    assert once.partition("<!-- /ratios -->")[2] == README.partition("<!-- /ratios -->")[2]


def test_a_compiled_core_has_a_column_of_its_own():
    empty = "<!-- ratios -->\n| ratio | budget | pure Python |\n| --- | --- | --- |\n<!-- /ratios -->\n"
    pure = readme.written(empty, "pure Python", {ratio.what: 2.0 for ratio in STATED})
    both = readme.read(readme.written(pure, "compiled", {STATED[0].what: 1.0}))
    assert readme.of(both, "pure Python") == {ratio.what: 2.0 for ratio in STATED}
    assert readme.of(both, "compiled") == {ratio.what: 2.0 for ratio in STATED} | {STATED[0].what: 1.0}
    assert readme.of(readme.read(pure), "compiled") == {ratio.what: 2.0 for ratio in STATED}


@pytest.mark.parametrize("value", [0.0123, 0.5, 1, 9.99, 12.3, 99.94, 99.96, 100, 1260, 1_234_567])
def test_numbers_are_read_as_they_were_written(value: float):
    assert figure(number(value)) == pytest.approx(value, rel=0.006)
    assert "e" not in number(value)


# --- how it is judged


@pytest.mark.parametrize("ratio", STATED, ids=lambda ratio: ratio.what)
def test_a_ratio_may_get_worse_by_the_slack_and_no_more(ratio: budgets.Ratio):
    now = to_state(figures())
    for worse, holds in ((1, True), (SLACK * 0.99, True), (SLACK * 1.01, False), (0.2, True)):
        was = {ratio.what: now[ratio.what] * worse if ratio.least else now[ratio.what] / worse}
        assert judge(was, figures())[ratio].holds is holds


def test_the_slack_is_what_was_promised():
    assert SLACK == 1.5


@pytest.mark.parametrize(("slower", "fails"), [(1.4, set()), (1.6, {contenders.PARTIAL})])
def test_a_slower_partway_is_noticed(slower: float, fails: set[str]):
    stated = to_state(figures())
    now = figures()
    for times in now.cells.values():
        times[contenders.PARTIAL] *= slower
    off = {ratio.what for ratio, standing in judge(stated, now).items() if not standing.holds}
    of_partials = {ratio.what for ratio in STATED if ratio.part == "cells" and "`.partial`" in ratio.what}
    assert off == (of_partials if fails else set())


def test_the_worst_place_counts():
    stated = to_state(figures())
    now = figures()
    now.whole["25 kB"] = {contenders.FEED: 200.0, contenders.VALIDATE_JSON: 10.0}
    (off,) = (standing for standing in judge(stated, now).values() if not standing.holds)
    assert off.now is not None
    assert (off.now.where, off.now.value) == ("25 kB", 20)


def test_what_was_not_measured_does_not_hold():
    now = figures()
    now.hooks = {}
    assert {r.part for r, standing in judge(to_state(figures()), now).items() if not standing.holds} == {"hooks"}


def test_budgets_are_met_or_not():
    (whole,) = (ratio for ratio in RATIOS if ratio.part == "whole")
    assert {place.met for place in whole.places(figures())} == {False}  # 9, and 8 is allowed
    (feed, *_) = (ratio for ratio in RATIOS if ratio.part == "growth")
    assert {place.met for place in feed.places(figures())} == {True}


class Runs:
    """A machine whose runs give these figures, one after the other, and a README that states those of the first."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, *runs: Figures) -> None:
        self.asked: list[tuple[suite.Effort, set[str] | None]] = []
        self._runs = iter(runs)
        text = readme.written(README, "pure Python", to_state(figures()))
        (tmp_path / "README.md").write_text(text, "utf-8")
        monkeypatch.setattr(readme, "README", tmp_path / "README.md")
        monkeypatch.setattr(suite, "measure", self.measure)
        monkeypatch.setattr(environment, "here", lambda _: TOLD)
        monkeypatch.delenv("CI", raising=False)

    def measure(self, effort: suite.Effort, parts: set[str] | None = None) -> Figures:
        self.asked.append((effort, parts))
        return next(self._runs)


def slow_hooks() -> Figures:
    made = figures()
    for times in made.hooks.values():
        times[contenders.APPENDS] *= 2
    return made


def test_quick_is_content_when_all_holds(monkeypatch, tmp_path, capsys):
    runs = Runs(monkeypatch, tmp_path, figures())
    assert command.quick(None) == 0
    assert runs.asked == [(suite.QUICK, None)]
    assert f"{len(STATED)} of {len(STATED)} ratios" in capsys.readouterr().out


def test_quick_measures_again_what_is_off_and_longer(monkeypatch, tmp_path):
    runs = Runs(monkeypatch, tmp_path, slow_hooks(), slow_hooks(), figures())
    assert command.quick(None) == 0
    assert [parts for _, parts in runs.asked] == [None, {"hooks"}, {"hooks"}]
    assert [effort.seconds / suite.QUICK.seconds for effort, _ in runs.asked] == [1, 2, 4]


def test_quick_fails_when_it_is_off_each_time(monkeypatch, tmp_path, capsys):
    Runs(monkeypatch, tmp_path, slow_hooks(), slow_hooks(), slow_hooks())
    assert command.quick(None) == 1
    assert "no longer" in capsys.readouterr().out


@pytest.mark.parametrize(("ci", "code"), [("", 0), ("true", 1)])
def test_quick_does_without_a_peer_except_in_ci(monkeypatch, tmp_path, ci: str, code: int):
    without = figures()
    for times in without.cells.values():
        del times["jiter"]
    Runs(monkeypatch, tmp_path, without)
    monkeypatch.setenv("CI", ci)
    assert command.quick(None) == code


# --- that all do the same work


@pytest.mark.filterwarnings("ignore")  # what a peer thinks of its own imports is not the matter
@pytest.mark.parametrize("name", contenders.ALL)
def test_everyone_comes_to_the_same_value(name: str):
    if reason := contenders.missing((name,)).get(name):
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(reason)
    document = review(400)
    (trial,) = contenders.trials(document, 4, (name,), 0.01).values()
    check({name: trial}, document.value())
    assert trial.turn() >= 0
    (way,) = contenders.ways(document, (name,)).values()
    *_, last = way.moments(document.text)
    assert last.read == len(document.text) or first(way, document).whole is not None


@pytest.mark.parametrize("wrap", WRAPS)
@pytest.mark.parametrize("name", [contenders.FEED, contenders.PARTIAL, contenders.READ])
def test_partway_finds_what_is_wrapped(name: str, wrap: str):
    document = review(900).wrapped(wrap)
    (way,) = contenders.ways(document, (name,)).values()
    assert contenders.outcome(way, document) == ""
    assert document.text.startswith(WRAPS[wrap][0])


def test_partway_shows_the_first_field_as_early_as_can_be():
    for wrap in WRAPS:
        document = review(400).wrapped(wrap)
        (way,) = contenders.ways(document, (contenders.PARTIAL,)).values()
        assert first(way, document) == earliest(document) == First(14, 26)


@pytest.mark.parametrize("shape", SHAPES)
def test_shapes_are_of_the_size_and_are_read(shape: str):
    document = SHAPES[shape](10_000)
    assert len(document.text) == pytest.approx(10_000, rel=0.15)
    check(contenders.trials(document, 20, (contenders.FEED, contenders.PARTIAL), 0.01), document.value())


def test_another_value_is_no_figure():
    document = review(400)
    with pytest.raises(DifferentValueError):
        check({"wrong": Anew(lambda _: {}).trial(document, 4, 0.01)}, document.value())
    assert contenders.outcome(Anew(lambda _: {}), document) == "comes to another value"
    assert contenders.outcome(Anew(lambda _: {}["a"]), document) == "raises KeyError"


def _letters() -> Session:
    """A parser that shows the text so far, and all of it in the end."""
    seen: list[str] = []

    def feed(delta: str) -> Any:
        seen.append(delta)
        return {"summary": "".join(seen)}

    return Session(feed, lambda: {"summary": "".join(seen)})


def _spelled(text: Any) -> Any:
    so_far = ""
    for delta in text:
        so_far += delta
        yield {"summary": so_far}


WAYS_OF_LETTERS = [Anew(lambda text: {"summary": text}), Fed(_letters), Streamed(_spelled)]


@pytest.mark.parametrize("way", WAYS_OF_LETTERS, ids=lambda way: type(way).__name__)
def test_every_way_gives_all_of_the_text_in_order(way: Any):
    assert [moment.value["summary"] for moment in way.moments("abc")][:3] == ["a", "ab", "abc"]
    assert [moment.read for moment in way.moments("abc")][:3] == [1, 2, 3]
    assert way.read(["ab", "c"]) == {"summary": "abc"}
    assert way.weighed(iter("abc"), 3) == {"summary": "abc"}


@pytest.mark.parametrize("way", WAYS_OF_LETTERS, ids=lambda way: type(way).__name__)
def test_a_sample_of_deltas_stands_for_all(way: Any):
    given: list[str] = []
    if isinstance(way, Anew):
        watched: Any = Anew(given.append)
    elif isinstance(way, Fed):
        watched = Fed(lambda: Session(given.append, list), grows=True)
    else:
        watched = Streamed(lambda text: (given.append(delta) for delta in text), grows=True)
    document = review(2_500)
    trial = watched.trial(document, 4, 0)
    given.clear()
    trial.turn()
    assert (trial.steps, trial.sampled) == (4, True)
    if isinstance(way, Anew):
        assert all(document.text.startswith(text) for text in given)
    else:
        assert [len(delta) for delta in given[1::2]] == [4] * 4  # each behind the text before it


@pytest.mark.parametrize(("count", "samples"), [(1000, 4), (1000, 12), (1000, 1000), (7, 7), (7, 100), (1, 4)])
def test_samples_are_the_middles_of_equal_shares(count: int, samples: int):
    ends = ends_of("x" * count * 4, 4, samples)
    assert len(ends) == min(count, samples)
    assert mean(ends) == pytest.approx((count + 1) / 2 * 4, abs=2)
    assert ends[-1] <= count * 4


# --- what is written


@pytest.fixture
def written() -> str:
    """The page as the last full run wrote it."""
    return page.PAGE.read_text("utf-8")


def test_the_page_names_everyone_and_shows_the_plots(written: str):
    for peer in contenders.EVERYONE:
        assert f"| {peer.name} |" in written, peer.name
    for plot in (plots.COST, plots.FIRSTS):
        assert f"(benchmarks/{plot})" in written
        assert (plots.FOLDER / plot).is_file()
    assert f"docs/benchmarks/{plots.COST}" in README


def test_the_page_reports_every_ratio_and_budget(written: str):
    for ratio in RATIOS:
        assert f"| {ratio.what} | {ratio.allowed} |" in written, ratio.what


def test_the_page_and_the_readme_are_of_the_same_run(written: str):
    stated = readme.read(README)
    core = "compiled" if "its core compiled" in written else "pure Python"
    for ratio in STATED:
        if ratio.budget is not None and ratio.part in {"whole", "hooks", "growth"}:  # all places of which are stated
            row = next(line for line in written.splitlines() if line.startswith(f"| {ratio.what} |"))
            worst = row.split("|")[4].split("(")[0]
            assert figure(worst.strip()) == stated[core][ratio.what], ratio.what


def test_the_same_figures_make_the_same_page():
    assert list(page.markdown(figures(), TOLD)) == list(page.markdown(figures(), TOLD))


def test_the_page_says_where_a_peer_is_better():
    made = figures()
    made.cells["400 B", 4]["jiter"] = 1.5
    made.memory["objects", PEERS_MEGABYTES]["jiter"] = 2.5
    made.firsts["plain"]["jiter"] = First(3, 26)
    told = [line for line in page.markdown(made, TOLD) if line.startswith("- jiter: ")]
    assert told == [
        "- jiter: a delta of 4 characters costs less: 1.5 against 3 µs at 400 B.",
        "- jiter: less memory: 2.5 against 7 times the text.",
        "- jiter: its first field is visible earlier, plain: 3 / 26 against 14 / 26.",
    ]
    assert not [line for line in page.markdown(figures(), TOLD) if line.startswith("- jiter: ")]


def test_the_page_says_who_was_left_out_and_why():
    told = replace(TOLD, missing={"jiter": "jiter is not installed"})
    assert "\njiter was left out: jiter is not installed." in list(page.markdown(figures(), told))


def test_the_page_has_what_came_instead_of_a_value():
    lines = list(page.markdown(figures(), TOLD))
    assert any(line.startswith("| jiter | 30 | raises ValueError | raises ValueError |") for line in lines)
    assert any(line.startswith("| jiter | 14 / 26 | never | never |") for line in lines)


@pytest.mark.filterwarnings("ignore")  # of matplotlib's own imports
def test_the_same_figures_make_the_same_plots(tmp_path: Path):
    need("matplotlib")
    for draw in (plots.cost, plots.firsts):
        drawn = [tmp_path / f"{draw.__name__}-{number}.svg" for number in (1, 2)]
        for file in drawn:
            draw(figures(), file)
        text = drawn[0].read_text("utf-8")
        assert text == drawn[1].read_text("utf-8")
        assert "<text" in text
        assert "<dc:date>" not in text
        assert all(name in text for name in ("json-repair", contenders.PARTIAL))


@pytest.mark.parametrize(("file", "core"), [("_reader.py", "pure Python"), ("_reader.abi3.so", "compiled")])
def test_the_environment_says_whether_the_core_is_compiled(monkeypatch, file: str, core: str):
    monkeypatch.setattr(environment._reader, "__file__", f"/somewhere/{file}")
    monkeypatch.setattr(environment, "EXTENSION_SUFFIXES", [".abi3.so"])
    assert environment.core() == core
