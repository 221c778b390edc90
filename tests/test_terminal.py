"""What the live view draws: whatever the type, the open place with a cursor, and no more than the terminal holds."""

from __future__ import annotations

import asyncio
import io
import os
import re
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import date
from enum import Enum
from pathlib import Path
from typing import Annotated, Any

import pytest
from pydantic import BaseModel, Field, RootModel
from rich.console import Console
from typing_extensions import TypedDict

from command_line import MAIN
from partway import Extractor, TruncatedJSONError, UsageError, stream
from partway.terminal import LiveView, render, visible

ROOT = Path(__file__).parents[1]
CURSOR = "▌"


class Color(Enum):
    RED = "red"


class Part(BaseModel):
    name: str
    size: int | None = None


class Thing(BaseModel):
    title: str
    color: Color
    made: date
    parts: list[Part] = Field(alias="partsList")
    notes: str = "none"


@dataclass
class Data:
    title: str
    parts: list[Part]


class Typed(TypedDict):
    title: str
    parts: list[Part]


def console(width=60, height=20, **options):
    return Console(file=io.StringIO(), force_terminal=True, width=width, height=height, **options)


def plain(text):
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text)


def drawn(view, **options):
    """The lines inside the panel."""
    screen = console(color_system=None, **options)
    screen.print(view)
    return [line[2:-2].rstrip() for line in screen.file.getvalue().splitlines() if line.startswith("│")]


def after(text, shape, **options):
    """What is drawn after this text has arrived."""
    extractor = Extractor(shape)
    extractor.feed(text)
    view = LiveView(shape)
    view.show(extractor.partial, extractor.open_path)
    return drawn(view, **options)


def test_a_model_grows_and_its_absent_fields_wait():
    assert after('{"title": "Cha', Thing) == ["title: Cha▌", "color:", "made:", "parts:", "notes:"]
    assert after('{"title": "Chair", "color": "re', Thing)[:2] == ["title: Chair", "color: ▌"]
    text = '{"title": "Chair", "color": "red", "made": "2031-06-14", '
    text += '"partsList": [{"name": "leg", "size": 4}, {"name": "se'
    assert after(text, Thing) == [
        "title: Chair",
        "color: red",
        "made: 2031-06-14",
        "parts:",
        "  - name: leg",
        "    size: 4",
        "  - name: se▌",
        "    size:",
        "notes:",
    ]
    assert after(text + 'at", "size": 1', Thing)[6:8] == ["  - name: seat", "    size: ▌"]
    assert after(text + 'at", "size": null}', Thing)[6:8] == ["  - name: seat", "    size: null▌"]


@pytest.mark.parametrize("shape", [Data, Typed, Data | None, Annotated[Typed, "kept"]])
def test_the_skeleton_is_there_before_anything_has_arrived(shape):
    assert drawn(LiveView(shape)) == ["title:▌", "parts:"]


def test_absent_fields_are_dimmed():
    extractor = Extractor(Thing)
    extractor.feed('{"title": "x"')
    view = LiveView(Thing)
    view.show(extractor.partial, extractor.open_path)
    screen = console(color_system="standard")
    screen.print(view)
    text = screen.file.getvalue()
    assert "\x1b[2mcolor:" in text
    assert "\x1b[1mtitle:" in text


SHAPES = {
    "a dataclass": (Data, '{"title": "x", "parts": [{"na', ["title: x", "parts:", "  - name:▌", "    size:"]),
    "a TypedDict": (Typed, '{"title": "x"', ["title: x▌", "parts:"]),
    "a list": (list[int], "[1, 2, 3", ["- 1", "- 2", "- ▌"]),
    "a list of lists": (list[list[str]], '[["a", "b"], ["c', ["- - a", "  - b", "- - c▌"]),
    "a tuple": (tuple[str, int], '["a", 1', ["- a", "- ▌"]),
    "a set": (set[int], "[1, 2, 3", None),
    "a dict": (dict[str, bool], '{"a": true, "b.c": fal', ["a: true", "b.c: ▌"]),
    "a string": (str, '"abc', ["abc▌"]),
    "untyped": (Any, '{"a": [null, {"b": 1.5e3, "c": "x', ["a:", "  - null", "  - b: 1500.0", "    c: x▌"]),
    "empty containers": (Any, '{"a": [], "b": {}, "c": [', ["a: []", "b: {}", "c: ▌"]),
    "an extra key": (Any, '{"a": {"b": 1}, ', ["a:", "  b: 1▌"]),
    "markup": (Any, '{"a": "[red]x[/red] :smile:', ["a: [red]x[/red] :smile:▌"]),
    "control characters": (Any, '{"\\u001b[2J": "a\\u001bc\\rd\\u009b\\u202e', ["␛[2J: a␛c␍d��▌"]),
    "a key of two lines": (Any, '{"a\\nb": 1, ', ["a␊b: 1▌"]),
    "lines and tabs": (Any, '{"a": "one\\ntwo\\tthree', ["a:", "  one", "  two three▌"]),
}


@pytest.mark.parametrize(("shape", "text", "lines"), SHAPES.values(), ids=SHAPES)
def test_every_shape_is_drawn(shape, text, lines):
    found = after(text, shape)
    if lines is None:
        assert {"- 1", "- 2"} <= set(found)
        assert found[-1].endswith(CURSOR)
    else:
        assert found == lines


def test_a_result_has_no_cursor():
    class Wrapped(RootModel[dict[str, Part]]):
        pass

    view = LiveView(Thing)
    view.finish(Thing(title="x", color=Color.RED, made=date(2031, 6, 14), partsList=[Part(name="p")]))
    assert drawn(view) == [
        "title: x",
        "color: red",
        "made: 2031-06-14",
        "parts:",
        "  - name: p",
        "    size:",
        "notes: none",
    ]
    view.finish(Wrapped({"k": Part(name="p", size=1)}))
    assert drawn(view) == ["k:", "  name: p", "  size: 1"]
    for value, line in (
        (None, "null"),
        (True, "true"),
        (b"ab", "ab"),
        ("", ""),
        (10**5000, "an integer of 16610 bits"),
    ):
        view.finish(value)
        assert drawn(view) == [line]


class Node(BaseModel):
    name: str
    more: list[Node] = []


LONG = {
    "a long string": (str, '"' + "word " * 20_000 + "end"),
    "a long string of lines": (str, '"' + "line\\n" * 20_000 + "end"),
    "a long list": (list[int], "[" + "1," * 20_000),
    "a long list of models": (list[Part], "[" + '{"name": "n", "size": 1},' * 5_000 + '{"name": "end'),
    "a long dict": (dict[str, str], "{" + ",".join(f'"k{n}": "v"' for n in range(5_000)) + ', "last": "end'),
    "long strings before": (list[str], "[" + f'"{"x" * 1000}",' * 300 + '"end'),
    "deep nesting": (Any, '{"k":[' * 90 + '"end'),
    "deep models": (Node, '{"name":"n","more":[' * 60 + '{"name":"end'),
    "wide characters": (str, '"' + "漢字🍞" * 5_000 + "end"),
    "a long word": (dict[str, str], '{"k": "' + "x" * 50_000 + "end"),
    "a long key": (dict[str, str], '{"' + "k" * 5_000 + '": "end'),
}


@pytest.mark.parametrize(("width", "height"), [(60, 20), (20, 6), (200, 60)])
@pytest.mark.parametrize(("shape", "text"), LONG.values(), ids=LONG)
def test_long_values_are_cropped_around_the_open_place(shape, text, width, height):
    lines = after(text, shape, width=width, height=height)
    assert len(lines) <= height - 3
    assert any(CURSOR in line for line in lines)
    if text.endswith("end"):
        assert any("end" in line for line in lines)


@pytest.mark.parametrize(("shape", "text"), LONG.values(), ids=LONG)
def test_long_results_are_cropped_too(shape, text):
    view = LiveView(shape)
    extractor = Extractor(shape)
    extractor.feed(text)
    view.finish(extractor.partial)
    assert len(drawn(view)) <= 17


def test_a_frame_costs_what_is_shown():
    def cost(count):
        partial = [{"id": number, "text": "some text " * 10} for number in range(count)]
        view = LiveView()
        view.show(partial, (count - 1, "text"))
        screen = console()
        start = time.perf_counter()
        for _ in range(3):
            screen.print(view)
        return time.perf_counter() - start

    cost(100)
    assert cost(100_000) < 10 * cost(100)


def test_every_cut_of_a_text_can_be_drawn():
    text = '{"title": "a\\u00e9\\ud83d\\ude00", "color": "red", "made": "2031-06-14", '
    text += '"partsList": [{"name": "x"}, {"size": 1'
    for shape in (Thing, Any):
        extractor, view = Extractor(shape), LiveView(shape)
        for character in text:
            extractor.feed(character)
            view.show(extractor.partial, extractor.open_path)
            assert sum(line.count(CURSOR) for line in drawn(view)) == 1


# live


def test_a_frame_is_built_for_the_screen_and_not_for_each_delta(monkeypatch):
    frames = []
    draw = LiveView.__rich_console__
    monkeypatch.setattr(LiveView, "__rich_console__", lambda *args: frames.append(1) or draw(*args))
    screen = console()
    with LiveView(Thing, chunks=5000, console=screen) as view:
        for number in range(5000):
            view.advance()
            view.show(None, ("title", number))
    assert 2 <= len(frames) < 100
    assert "5000/5000 chunks" in plain(screen.file.getvalue())


def test_the_view_grows_and_ends_with_the_result():
    screen = console()
    deltas = ['{"title": "Cha', 'ir", "color": "red", "made": "2031-06-14",', ' "partsList": []}']
    with LiveView(Thing, chunks=3, console=screen) as view:
        run = stream(deltas, Thing)
        for partial in run:
            view.advance()
            view.show(partial, run.open_path)
            view._live.refresh()
        view.finish(run.result())
    text = plain(screen.file.getvalue())
    steps = ["title: Cha▌", "1/3 chunks", "title: Chair", "color: red", "2/3 chunks", "parts: []", "3/3 chunks"]
    places = [text.index(step) for step in steps]
    assert places == sorted(places)
    last = text[text.rindex("╭") :]
    assert CURSOR not in last
    assert "notes: none" in last


def test_an_error_leaves_what_had_arrived_in_red():
    screen = console(color_system="standard")

    def fail():
        with LiveView(console=screen) as view:
            view.show({"a": 1}, ("b",))
            raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011  # our own
        fail()
    text = screen.file.getvalue()
    assert "\x1b[31m╭" in text
    assert "b: ▌" in plain(text)
    assert text.rindex("\x1b[?25h") > text.rindex("╰"), "the terminal has its own cursor back"


def test_without_chunks_there_is_no_progress_bar():
    screen = console()
    screen.print(LiveView())
    assert "chunks" not in screen.file.getvalue()


def test_visible_keeps_text_and_replaces_what_a_terminal_obeys():
    assert visible("a\n\tb é 漢 🍞\u200d") == "a\n\tb é 漢 🍞\u200d"
    assert visible("\x00\x1b\x7f\x85\ud800\u2066") == "␀␛␡���"


def test_without_rich_it_says_how_to_install_it():
    code = "import sys; sys.modules['rich.live'] = sys.modules['rich'] = None; import partway.terminal"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)  # noqa: S603
    assert ran.stderr.strip().splitlines()[-1] == (
        "ModuleNotFoundError: partway.terminal needs rich, which is not installed: pip install 'partway[cli]'"
    )


# render


GROWING = [
    '{"title": "Cha',
    'ir", "color": "red", "made": "2031-06-14",',
    ' "partsList": [{"name": "leg", "size": 4}]}',
]
WHOLE = ["title: Chair", "color: red", "made: 2031-06-14", "parts:", "  - name: leg", "    size: 4", "notes: none"]
CUT = GROWING[:1]


async def flowing(chunks):
    for chunk in chunks:
        yield chunk


async def awaited(run, **options):
    return await render(run, **options)


def render_async(chunks, shape, **options):
    return asyncio.run(awaited(stream(flowing(chunks), shape), **options))


def render_sync(chunks, shape, **options):
    return render(stream(chunks, shape), **options)


BOTH = pytest.mark.parametrize("rendered", [render_sync, render_async])


@BOTH
def test_render_shows_a_run_and_gives_its_result(rendered):
    screen = console()
    thing = rendered(GROWING, Thing, console=screen)
    assert thing.parts == [Part(name="leg", size=4)]
    frames = plain(screen.file.getvalue()).split("╭")
    assert "color:" in frames[1]
    assert [line[2:-2].rstrip() for line in frames[-1].splitlines() if line.startswith("│")] == WHOLE


@BOTH
def test_what_had_arrived_stays_and_names_the_error(rendered):
    screen = console()
    with pytest.raises(TruncatedJSONError):
        rendered(CUT, Thing, console=screen)
    last = plain(screen.file.getvalue()).split("╭")[-1]
    assert "title: Cha▌" in last
    assert "─ ✗ TruncatedJSONError in title ─" in last


@BOTH
def test_what_is_no_terminal_gets_everything_once(rendered):
    file = io.StringIO()
    rendered(GROWING, Thing, console=Console(file=file, width=20))
    assert file.getvalue().splitlines() == WHOLE
    file = io.StringIO()
    rendered(['["' + "word " * 500, '"' + ', "x"' * 500 + "]"], list[str], console=Console(file=file, height=10))
    lines = file.getvalue().splitlines()
    assert len(lines) == 501
    assert lines[0] == "- " + "word " * 500


@BOTH
def test_what_is_no_terminal_is_told_where_it_was_cut_off(rendered):
    file = io.StringIO()
    with pytest.raises(TruncatedJSONError):
        rendered(['{"title": "C\\u0007ha'], Thing, console=Console(file=file))
    assert file.getvalue().splitlines() == [
        "title: C␇ha▌", "color:", "made:", "parts:", "notes:", "✗ TruncatedJSONError in title",
    ]  # fmt: skip


def test_a_file_that_cannot_hold_a_sign_gets_it_escaped():
    file = io.TextIOWrapper(io.BytesIO(), "ascii")
    with pytest.raises(TruncatedJSONError):
        render(stream(['"é'], str), console=Console(file=file))
    file.flush()
    assert file.buffer.getvalue() == b"\\xe9\\u258c\n\\u2717 TruncatedJSONError\n"


def test_what_does_not_fit_is_marked_on_the_terminal():
    extractor, view = Extractor(Thing), LiveView(Thing)
    extractor.feed('{"title": 1, "color": "blue", "partsList": [{"name": "leg", "size": "[b]x"}, {"name": "s')
    view.show(extractor.partial, extractor.open_path, extractor.rejected)
    assert drawn(view, width=70) == [
        "title: ✗ 1: Input should be a valid string",
        "color: ✗ \"blue\": Input should be 'red'",
        "made:",
        "parts:",
        "  - name: leg",
        '    size: ✗ "[b]x": Input should be a valid integer, unable to pa…',
        "  - name: s▌",
        "    size:",
        "notes:",
    ]


def test_a_view_that_counts_can_be_made_beforehand():
    screen = console()
    view = LiveView(Thing, chunks=3, console=screen)

    def counted():
        for chunk in GROWING:
            view.advance()
            yield chunk

    render(stream(counted(), Thing), view=view)
    assert "3/3 chunks" in plain(screen.file.getvalue())


def test_render_shows_runs_alone():
    with pytest.raises(UsageError, match=r"^render\(\) shows a run, as stream\(\) makes one, not list$"):
        render([])


# a real terminal


def on_a_terminal(*args, keys=b"", **variables):
    """Run `partway` on a pseudo-terminal of 24 lines; give what it wrote, its status and its standard error."""
    pty = pytest.importorskip("pty")
    import fcntl  # noqa: PLC0415  # not on Windows
    import struct  # noqa: PLC0415
    import termios  # noqa: PLC0415

    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    process = subprocess.Popen(  # noqa: S603  # our own
        [sys.executable, "-c", MAIN, *args],
        cwd=ROOT,
        stdin=theirs,
        stdout=theirs,
        stderr=subprocess.PIPE,
        env={**os.environ, "TERM": "xterm-256color", **variables},
        start_new_session=True,
    )
    os.close(theirs)
    out = b""
    while True:
        try:
            data = os.read(ours, 65536)
        except OSError:  # the other side is closed
            break
        if not data:
            break
        out += data
        if keys and b"Petrel" in out:
            process.send_signal(2)
            keys = b""
    os.close(ours)
    err = process.stderr.read().decode()
    process.stderr.close()
    return out.decode(), process.wait(timeout=60), err


def test_on_a_terminal_replay_is_live():
    model = "examples/expedition.py"
    out, status, err = on_a_terminal("replay", "examples/expedition.jsonl", "--model", model, "--pace", "0.01")
    assert (status, err) == (0, "")
    frames = plain(out).split("╭")[1:]
    assert len(frames) > 5
    assert any(CURSOR in frame for frame in frames)
    assert any("quirk" in frame or "entry" in frame for frame in frames)
    for frame in frames:
        assert frame.split("╰")[0].count("│\r\n") <= 24
    assert "Expedition" in frames[-1]
    assert "213/213 chunks" in frames[-1]
    assert CURSOR not in frames[-1]
    counts = [int(count) for count in re.findall(r"(\d+)/213 chunks", plain(out))]
    assert counts == sorted(counts)


def test_on_a_terminal_an_error_comes_below(tmp_path):
    recording = tmp_path / "cut.txt"
    recording.write_text('{"language": "java')
    out, status, err = on_a_terminal("replay", str(recording), "--model", "examples/language.py", "--pace", "0")
    assert status == 1
    assert "language: java▌" in plain(out)
    assert err == "Error: the text ended inside the JSON (line 1, column 19 of the JSON in language)\n"


def test_on_a_terminal_lines_can_be_asked_for():
    for args, variables in ((["--plain"], {}), ([], {"TERM": "dumb"})):
        out, status, _ = on_a_terminal("replay", "examples/language.md", *args, **variables)
        assert status == 0
        assert out.replace("\r", "").splitlines()[-1] == 'result  {"language": "javascript", "frameworks": []}'
        assert "\x1b" not in out


def test_on_a_terminal_an_interrupt_gives_it_back():
    out, status, err = on_a_terminal(
        "replay", "examples/expedition.jsonl", "--model", "examples/expedition.py", "--pace", "0.05", keys=b"^C"
    )
    assert (status, err) == (130, "")
    assert out.rstrip().endswith("\x1b[?25h")
