"""The command line: `partway replay` shows a recorded stream growing, `partway inspect` says when what was there.

Here are the commands, their options, and how they end: each error becomes a message and a status. What they do is in
a module each, without click. The streams go through `stream()` as any program's would.

click and rich come with the extra `cli` and are imported late, so that their absence is a message and not a traceback.
"""

from __future__ import annotations

import functools
import importlib.metadata
import importlib.util
import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path as File
from typing import TYPE_CHECKING, Any, Final

from partway import stream
from partway._inspect import CutError, inspected
from partway._load_type import load_type
from partway._output import printable, say
from partway._recording import DEFAULT_CUT, Playback, Recording, read_recording
from partway._replay import replayed
from partway._stubs import write_stubs
from partway.errors import PartwayError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

    import click

__all__ = ["main"]

_LIVE_PACE = 0.05  # seconds: slow enough to watch


def main() -> None:
    """Run `partway`, and exit with its status."""
    for needed in ("click", "rich"):
        if importlib.util.find_spec(needed) is None:
            sys.stderr.write(f"partway: the command line needs {needed}: pip install 'partway[cli]'\n")
            raise SystemExit(2)
    commands().main(prog_name="partway")


def commands() -> click.Group:
    """Make the commands and their options, as click has them; each option is here once."""
    import click  # noqa: PLC0415  # an extra

    file = click.Argument(["file"], type=click.Path(exists=True, dir_okay=False, allow_dash=True))
    model = click.Option(
        ["--model"],
        metavar="MODEL",
        help="The type of the value: module:Name, path/to/file.py, or path/to/file.py:Name. Untyped without it.",
    )
    cut = click.Option(
        ["--cut"],
        type=click.IntRange(min=1),
        metavar="N",
        help=f"Cut raw text into deltas of N characters.  [default: {DEFAULT_CUT}]",
    )
    tool = click.Option(["--tool"], metavar="NAME", help="Read the arguments of the first call of this tool.")
    plain = click.Option(["--plain"], is_flag=True, help="One line per change; the default where there is no terminal.")
    as_json = click.Option(["--json", "as_json"], is_flag=True, help="One JSON line per change.")
    pace = click.Option(
        ["--pace"],
        type=_pace,
        metavar="PACE",
        help="Seconds to wait between chunks, 'recorded' for the times at which they came, or 2x for twice as fast."
        f"  [default: live 'recorded', or {_LIVE_PACE} where there are no times; else 0]",
    )
    models = click.Argument(["models"], metavar="MODEL...", nargs=-1, required=True)
    output = click.Option(["--output"], metavar="FILE", help="Write to a file.  [default: standard output]")
    host = click.Option(["--host"], default="127.0.0.1", show_default=True, help="The address to listen on.")
    ports = click.IntRange(0, 65535)
    port = click.Option(["--port"], type=ports, default=8000, show_default=True, help="The port; 0 for any.")
    browse = click.Option(["--open", "browse"], is_flag=True, help="Open the page in a browser.")

    def command(callback: Callable[..., None], params: list[click.Parameter], *told: str) -> click.Command:
        return click.Command(callback.__name__, callback=_guarded(callback), params=params, help="\n\n".join(told))

    form = (
        "FILE is a recording made by partway.record(), JSON lines of chunks, a body of server-sent events, "
        "a transcript in Markdown, or raw text; - is standard input."
    )
    form_of_models = "MODEL is module:Name, path/to/file.py, or path/to/file.py:Name."
    shows = "Replay a recording and show the value growing."
    tells = "Print when each value opened and was complete, and whether cutting changes the story."
    writes = "Write partial classes for stream(..., partial=...), one for each model in the types named."
    serves = "Serve a page that shows answers, and what becomes of them while they are being written."
    group = click.Group(
        help="Replay and inspect recorded streams of LLM answers, and write partial classes.",
        commands=[
            command(replay, [file, model, tool, plain, as_json, pace, cut], shows, form),
            command(inspect, [file, model, tool, cut], tells, form),
            command(stubs, [models, output], writes, form_of_models),
            command(demo, [host, port, browse], serves),
        ],
    )
    return click.version_option(_version(), prog_name="partway")(group)


def _version() -> str:
    try:
        return importlib.metadata.version("partway")
    except importlib.metadata.PackageNotFoundError:
        return "(not installed)"


def _guarded(command: Callable[..., None]) -> Callable[..., None]:
    """Turn errors into exit statuses: 1 for bad data, 2 for bad usage, what a shell reports for signals."""

    @functools.wraps(command)
    def guarded(**options: Any) -> None:
        import click  # noqa: PLC0415  # an extra

        if sys.stdout is None:
            raise click.ClickException("standard output is closed")
        try:
            command(**options)
            sys.stdout.flush()
        except UsageError as error:
            raise click.UsageError(printable(str(error))) from error
        except (PartwayError, CutError) as error:
            raise click.ClickException(printable(str(error))) from error
        except OSError as error:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the flush at exit must not fail again
            if isinstance(error, BrokenPipeError):
                raise SystemExit(128 + 13) from None
            raise click.ClickException(printable(str(error))) from error
        except KeyboardInterrupt:
            raise SystemExit(128 + 2) from None

    return guarded


@dataclass(frozen=True, slots=True)
class _Pace:
    """How fast a recording is played: so many seconds between chunks, or at a multiple of the recorded speed."""

    seconds: float = 0.0
    speed: float | None = None

    def of(self, recording: Recording, given: Callable[[], None] = lambda: None) -> Playback:
        return Playback(recording, self.seconds, given, speed=self.speed)


_PACE: Final = re.compile(r"(?P<seconds>[0-9]*\.?[0-9]+)(?P<times>x)?")


def _pace(written: str) -> _Pace:
    """Read what is given for `--pace`."""
    import click  # noqa: PLC0415  # an extra

    if written == "recorded":
        return _Pace(speed=1.0)
    found = _PACE.fullmatch(written)
    if found is None or (found["times"] and not float(found["seconds"])):
        raise click.BadParameter(f"{written!r} is no number of seconds from 0, 'recorded', or a factor such as 2x")
    number = float(found["seconds"])
    return _Pace(speed=number) if found["times"] else _Pace(number)


# What replay and inspect read


def _type(model: str | None) -> Any:
    return Any if model is None else load_type(model)


def _read(file: str, cut: int | None) -> Recording:
    name = "standard input" if file == "-" else file
    if file == "-" and sys.stdin is None:
        raise UsageError("standard input is closed")
    try:
        data = sys.stdin.buffer.read() if file == "-" else File(file).read_bytes()
    except OSError as error:
        raise UsageError(f"{name} cannot be read: {error.strerror}") from error
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise UsageError(f"{name}, line {line}: byte {error.start} is not UTF-8; a recording is UTF-8 text") from error
    return read_recording(text, name, cut=cut)


# replay


def replay(
    file: str, model: str | None, tool: str | None, *, plain: bool, as_json: bool, pace: _Pace | None, cut: int | None
) -> None:
    """Show a recording growing: live on a terminal, else in lines."""
    if plain and as_json:
        raise UsageError("--plain and --json are two forms of the same output; choose one")
    type_, recording = _type(model), _read(file, cut)
    if plain or as_json or not sys.stdout.isatty() or os.environ.get("TERM") == "dumb":
        for line in replayed((pace or _Pace()).of(recording), type_, tool, as_json=as_json):
            say(line)
    else:
        as_it_was = _Pace(_LIVE_PACE) if recording.times is None else _Pace(speed=1.0)
        _replay_live(type_, tool, recording, pace or as_it_was)


def _replay_live(type_: Any, tool: str | None, recording: Recording, pace: _Pace) -> None:
    from partway.terminal import LiveView, render  # noqa: PLC0415  # needs rich

    view = LiveView(type_, chunks=len(recording.chunks))
    render(stream(pace.of(recording, view.advance), type_, tool=tool), view=view)


# inspect


def inspect(file: str, model: str | None, tool: str | None, *, cut: int | None) -> None:
    """Print when each value opened and was complete, how late that is, and whether cutting changes the story."""
    type_, recording = _type(model), _read(file, cut)
    for line in inspected(recording, type_, tool):
        say(line)


# stubs


def stubs(models: tuple[str, ...], output: str | None) -> None:
    """Write partial classes for the types that are named."""
    loaded: dict[str, ModuleType] = {}
    text = write_stubs([load_type(model, loaded) for model in models])
    if output is None:
        sys.stdout.write(text)
        return
    try:
        File(output).write_text(text, "utf-8")
    except OSError as error:
        raise UsageError(f"--output {output}: it cannot be written: {error.strerror}") from error


# demo


def demo(host: str, port: int, *, browse: bool) -> None:
    """Serve the page until it is interrupted."""
    try:
        from partway.web._demo_serve import serve_demo  # noqa: PLC0415  # needs starlette and uvicorn
    except ModuleNotFoundError as missing:
        raise UsageError(f"the demo needs {missing.name}: pip install 'partway[demo]'") from missing
    serve_demo(host, port, lambda page: say(f"The demo is at {page}, until Ctrl-C."), browse=browse)


if __name__ == "__main__":
    main()
