"""The inputs of `docs/compared.md`, and that the page still says what a run gives.

What partway shows is asserted here at every cut. What the peers show is not: their versions float, and one that gets
better must not break the build of a project that has nothing to do with it. So the page, which names the versions, has
to agree with a run for partway, whatever else is installed, and for pydantic, which always is, if it is of the version
that the page names. The script itself has to run with every peer that there is, and to say who is not.
"""

import contextlib
import os
import subprocess
import sys
from datetime import date, datetime
from pathlib import Path

import pytest
from benchmarks.compared import page, peers
from benchmarks.compared.cases import CASES
from benchmarks.compared.models import Circle, Color, Level, Square
from benchmarks.compared.story import OVER, Mark, Shown, part, raised

from partway import Extractor, MismatchError, State, TruncatedJSONError

ROOT = Path(__file__).parents[1]
LINES = (ROOT / "docs" / "compared.md").read_text(encoding="utf-8").splitlines()
BY_NAME = {case.name: case for case in CASES}
PYDANTIC = tuple(peer for peer in page.PEERS if peer.name in {"pydantic model", "pydantic TypedDict", "pydantic_core"})

TITLE = "Nightly backup"
GROWING = [(TITLE[end - 1], TITLE[:end]) for end in range(1, len(TITLE) + 1)]

# What is shown at a path with the last character of each piece of the text, the pieces in their order. Before the first
# one it is `None`, and between two of them it does not change.
GROWS = (
    ("enum", ("color",), [('"green"', Color.GREEN)]),
    ("member", ("level",), [('"highest"', Level.HIGHEST)]),
    ("date", ("day",), [('"2024-01-31"', date(2024, 1, 31))]),
    ("datetime", ("leaves",), [('"2024-01-31T10:30:45"', datetime(2024, 1, 31, 10, 30, 45))]),  # noqa: DTZ001
    ("number", ("people",), [("1234,", 1234)]),
    ("union", ("shapes", 0, "radius"), [("5}", 5)]),
    ("union", ("shapes", 1, "kind"), [('"square"', "square")]),
    ("union", ("shapes", 1, "side"), [("3}", 3)]),
    ("default", ("title",), [('"title": "', ""), *GROWING]),
    ("default", ("retries",), [("5,", 5)]),
    ("default", ("urgent",), [("true", True)]),
    ("validator", ("span", "start"), [("5,", 5)]),
    ("validator", ("span", "end"), [("12}", 12)]),
    ("element", ("lines", 0, "count"), [("2}", 2)]),
    ("element", ("lines", 1, "sku"), [('}, {"sku": "', ""), ("b", "b"), ("-", "b-"), ("2", "b-2")]),
    ("element", ("lines", 1, "count"), []),
    ("element", ("lines", 2, "count"), [("4}", 4)]),
    ("null", ("nickname",), []),
    ("null", ("age",), [("30}", 30)]),
    (
        "escape",
        ("name",),
        [
            ('": "', ""),
            ("C", "C"),
            ("a", "Ca"),
            ("f", "Caf"),
            (r"\u00e9", "Café"),
            (" ", "Café "),
            (r"\ude00", "Café 😀"),
        ],
    ),
    ("prose", ("title",), [('"title": "', ""), ("L", "L"), ("e", "Le"), ("a", "Lea"), ("k", "Leak")]),
    ("prose", ("level",), [('"high"', Level.HIGH)]),
    ("broken", ("title",), []),
)

# The same of states; before the first piece it is absent.
STATES = (
    ("enum", ("color",), [('"color": "', State.STREAMING), ('green"', State.COMPLETE)]),
    ("union", ("shapes", 1), [("}, {", State.STREAMING), ("}", State.COMPLETE)]),
    ("default", ("retries",), [('"retries": 5', State.STREAMING), (",", State.COMPLETE)]),
    ("validator", ("span",), [('"span": {', State.STREAMING), ("}", State.COMPLETE)]),
    ("element", ("lines", 1), [("}, {", State.STREAMING), ("}", State.REJECTED)]),
    ("element", ("lines", 2), [('"many"}, {', State.STREAMING), ("}", State.COMPLETE)]),
    ("null", ("nickname",), [('"nickname": n', State.STREAMING), ("ull", State.COMPLETE)]),
)

# What a judge must see, and the text so far.
JUDGED = (
    ("enum", {"room": "kitchen", "color": "gree"}, "", Mark.WRONG),
    ("enum", {"room": "kitchen", "color": "green"}, "", Mark.RIGHT),
    ("enum", {}, "", Mark.LATE),
    ("member", {"title": "Leak", "level": Level.HIGH}, "", Mark.WRONG),
    ("date", {"place": "Oslo", "day": "2024-01"}, "", Mark.WRONG),
    ("date", {"place": "Oslo", "day": date(2024, 1, 31)}, "", Mark.RIGHT),
    ("datetime", {"place": "Oslo", "leaves": datetime(1970, 1, 1, 0, 33, 44)}, "", Mark.WRONG),  # noqa: DTZ001
    ("number", {"people": 12}, "", Mark.WRONG),
    ("union", {"shapes": [{"kind": "circ"}]}, '"kind": "circ', Mark.WRONG),
    ("union", {"shapes": [Square.model_construct()]}, '"kind": "circ', Mark.WRONG),
    ("union", {"shapes": [Circle.model_construct(kind="circle")]}, '"kind": "circle"', Mark.RIGHT),
    ("union", {"shapes": []}, '"kind": "circle"', Mark.LATE),
    ("default", {"title": "N", "retries": 3}, "", Mark.WRONG),
    ("default", {}, "", Mark.LATE),
    ("validator", {"span": {}}, '"start": 5,', Mark.LATE),
    ("element", {"lines": [{}, {"count": "many"}]}, "", Mark.WRONG),
    ("element", {"lines": [{}, {"sku": "c-3"}]}, "4}", Mark.WRONG),
    ("element", {"lines": [{}, {}, {"sku": "c-3"}]}, "4}", Mark.WRONG),
    ("element", {"lines": [{}]}, "4}", Mark.LATE),
    ("null", {"name": "Ann", "nickname": None}, '"Ann",', Mark.WRONG),
    ("null", {"name": "Ann"}, '"nickname": null,', Mark.LATE),
    ("escape", {"name": r"Caf\u00"}, "", Mark.WRONG),
    ("escape", {"name": "Ca"}, "", Mark.LATE),
    ("prose", {"asked": ""}, "", Mark.WRONG),
    ("prose", {}, '"Leak"', Mark.LATE),
    ("broken", {"title": "Leak"}, '"Leak"', Mark.RIGHT),
    ("truncated", {"title": "N"}, "", Mark.WRONG),
)


def cuts(case):
    """What an extractor has after each character."""
    extractor = Extractor(case.model)
    yield extractor
    for character in case.text:
        extractor.feed(character)
        yield extractor


def at_each_cut(text, steps, before):
    expected, end = [before] * (len(text) + 1), 0
    for piece, value in steps:
        end = text.index(piece, end) + len(piece)
        expected[end:] = [value] * (len(text) + 1 - end)
    return expected


@pytest.mark.parametrize(("name", "path", "steps"), GROWS)
def test_a_value_is_shown_with_the_character_that_makes_it_certain(name, path, steps):
    case = BY_NAME[name]
    shown = [part(extractor.partial, *path) for extractor in cuts(case)]
    expected = at_each_cut(case.text, steps, None)
    assert shown == expected
    assert list(map(type, shown)) == list(map(type, expected))


@pytest.mark.parametrize(("name", "path", "steps"), STATES)
def test_states_say_what_a_value_cannot(name, path, steps):
    case = BY_NAME[name]
    assert [extractor.state(*path) for extractor in cuts(case)] == at_each_cut(case.text, steps, State.ABSENT)


def test_null_is_told_from_what_has_not_arrived():
    case = BY_NAME["null"]
    set_ = [
        extractor.partial is not None and "nickname" in extractor.partial.model_fields_set for extractor in cuts(case)
    ]
    assert set_ == at_each_cut(case.text, [("null", True)], before=False)


def test_an_element_of_a_union_is_never_of_another_member():
    shown = [extractor.partial for extractor in cuts(BY_NAME["union"])]
    for partial in shown:
        for element, class_ in zip(part(partial, "shapes") or [], (Circle, Square), strict=False):
            assert isinstance(element, class_)
    assert list(map(type, shown[-1].shapes)) == [Circle, Square]


def test_a_validator_is_given_the_whole_object_once():
    story = peers.PARTWAY.start(None)(BY_NAME["validator"])
    assert [call for shown in (*story.shown, story.ended) for call in shown.calls] == [(5, 12)]


def test_an_element_that_does_not_fit_is_an_error_only_at_the_end():
    *_, extractor = cuts(BY_NAME["element"])
    with pytest.raises(MismatchError) as caught:
        extractor.finish()
    assert caught.value.path == ("lines", 1, "count")


def test_what_breaks_off_is_never_complete():
    *_, extractor = cuts(BY_NAME["truncated"])
    with pytest.raises(TruncatedJSONError) as caught:
        extractor.finish()
    assert caught.value.partial.title == "Nightly ba"


@pytest.mark.parametrize(("name", "value", "so_far", "mark"), JUDGED)
def test_judges_tell_failures(name, value, so_far, mark):
    assert BY_NAME[name].judge(Shown("", value), so_far) is mark


def test_a_validator_that_is_given_less_is_a_failure():
    assert BY_NAME["validator"].judge(Shown("", {"span": {"start": 5}}, calls=((5, 1),)), "5, ") is Mark.WRONG


def test_an_error_that_ends_the_stream_is_worst():
    case = BY_NAME["enum"]
    story = peers.PARTWAY.start(None)(case)
    moment = case.after('"gr')
    story.shown[moment - 1] = Shown("", {"room": "kitchen", "color": "g"})
    assert page.judge(case, story).mark is Mark.WRONG
    story.shown[moment] = raised(ValueError("no"), over=True)
    verdict = page.judge(case, story)
    assert (verdict.mark, verdict.moment, verdict.shown.text, verdict.shown.told) == (
        Mark.RAISES,
        moment,
        "ValueError: no",
        OVER,
    )


@pytest.fixture(scope="module")
def done():
    return page.run(None, PYDANTIC)


@pytest.mark.parametrize("name", ["partway", *(peer.name for peer in PYDANTIC)])
def test_the_page_agrees_with_a_run(done, name):
    version = next(line.split(" | ")[1] for line in LINES if line.startswith(f"| {name} | "))
    if version != done.versions[name]:
        pytest.skip(f"the page is of {name} {version}, and {done.versions[name]} is installed")
    for case in CASES:
        verdict = done.verdicts[name, case.name]
        if not isinstance(verdict, str):
            row = page.line(page.row(done, case, name, verdict))
            assert row in LINES, f"the page says something else of: {case.title}; write it anew, as it says at its top"


def test_the_page_has_every_input():
    for case in CASES:
        heading = LINES.index(f"## {case.title}")
        section = "\n".join(LINES[heading : LINES.index(f"A failure: {case.failure}", heading)])
        for piece in (case.text, *map(page.source, case.types)):
            assert piece in section


def test_the_script_runs_with_every_peer_that_is_installed():
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8"}
    run = subprocess.run(  # the documented command
        [sys.executable, "-m", "benchmarks.compared"],
        cwd=ROOT,
        env=environment,
        encoding="utf-8",
        capture_output=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    for peer in page.PEERS:
        with contextlib.suppress(peers.MissingError):
            version = peer.version(None)
            assert f"| {peer.name} | {version} | {peer.how} |" in run.stdout
            assert f" | {peer.name} {version} | " in run.stdout
            continue
        assert f"{peer.name} was left out: " in run.stderr
        assert f"{peer.name} was left out: " in run.stdout
