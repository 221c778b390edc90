"""The command line: `partway replay` shows a recorded stream growing, `partway inspect` says when what was there.

Both go through `stream()` as any program would; what they know beside it is which chunk was given last. click and
rich come with the extra `cli` and are imported late, so that their absence is a message and not a traceback.
`partway stubs`, which writes partial classes, is but its options here.

`inspect` tells the truth in characters and not in chunks only: it feeds the text character by character, and
compares where each value was complete with where it ends in a scan of the JSON that shares nothing with the parser.
A number is certain with the character behind it, so that is when it is due.

Longer than other modules, because the commands share their options, errors and ways to end.
"""

from __future__ import annotations

import dataclasses
import functools
import importlib
import importlib.metadata
import importlib.util
import json
import os
import re
import sys
import time
from bisect import bisect_right
from datetime import date
from datetime import time as clock_time
from enum import Enum
from itertools import accumulate, zip_longest
from pathlib import Path as File
from typing import TYPE_CHECKING, Any, get_args, get_type_hints

from partway import Extractor, stream
from partway._recording import DEFAULT_CUT, Chunk, read_recording
from partway._stubs import write_stubs
from partway.errors import PartwayError, UsageError, format_path
from partway.events import Appended, Completed, Event, Finished, Opened, Path, Rejected, Restarted, State
from partway.providers import deltas_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from types import ModuleType

    import click

__all__ = ["main"]

_LIVE_PACE = 0.05  # seconds: slow enough to watch
_MOST_CUTS = 500
_CUT_BUDGET = 5_000_000  # characters fed for all two-way cuts together


def main() -> None:
    """Run `partway`, and exit with its status."""
    for needed in ("click", "rich"):
        if importlib.util.find_spec(needed) is None:
            sys.stderr.write(f"partway: the command line needs {needed}: pip install 'partway[cli]'\n")
            raise SystemExit(2)
    commands().main(prog_name="partway")


def commands() -> click.Group:
    """Make the commands, as click has them."""
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
    plain = click.Option(["--plain"], is_flag=True, help="One line per change; the default where there is no terminal.")
    as_json = click.Option(["--json", "as_json"], is_flag=True, help="One JSON line per change.")
    pace = click.Option(
        ["--pace"],
        type=click.FloatRange(min=0),
        metavar="SECONDS",
        help=f"Wait so long between chunks.  [default: {_LIVE_PACE} live, else 0]",
    )
    models = click.Argument(["models"], metavar="MODEL...", nargs=-1, required=True)
    output = click.Option(["--output"], metavar="FILE", help="Write to a file.  [default: standard output]")
    form = "\n\nFILE is a transcript in Markdown, JSON lines of chunks, or raw text; - is standard input."
    group = click.Group(
        help="Replay and inspect recorded streams of LLM answers, and write partial classes.",
        commands=[
            click.Command(
                "replay",
                callback=_guarded(replay),
                params=[file, model, plain, as_json, pace, cut],
                help="Replay a recording and show the value growing." + form,
            ),
            click.Command(
                "inspect",
                callback=_guarded(inspect),
                params=[file, model, cut],
                help="Print when each value opened and was complete, and whether cutting changes the story." + form,
            ),
            click.Command(
                "stubs",
                callback=_guarded(stubs),
                params=[models, output],
                help="Write partial classes for stream(..., partial=...), one for each model in the types named."
                "\n\nMODEL is module:Name, path/to/file.py, or path/to/file.py:Name.",
            ),
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

        try:
            command(**options)
            sys.stdout.flush()
        except UsageError as error:
            raise click.UsageError(_printable(str(error))) from error
        except PartwayError as error:
            raise click.ClickException(_printable(str(error))) from error
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the flush at exit must not fail again
            raise SystemExit(128 + 13) from None
        except KeyboardInterrupt:
            raise SystemExit(128 + 2) from None

    return guarded


# What both commands read


def _read(file: str, cut: int | None) -> list[Chunk]:
    name = "standard input" if file == "-" else file
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


def _load(model: str | None, loaded: dict[str, ModuleType] | None = None) -> Any:
    """Find the type that a user names; `loaded` keeps modules, so that none is there twice."""
    if model is None:
        return Any
    where, _, name = (model, "", "") if model.endswith(".py") else model.rpartition(":")
    if not where:
        raise UsageError(f"{model}: write module:Name, path/to/file.py or path/to/file.py:Name")
    try:
        module = (loaded or {}).get(where)
        if module is None:
            module = _import_file(File(where)) if where.endswith(".py") else _import_module(where)
    except UsageError:
        raise
    except (Exception, SystemExit) as error:
        raise UsageError(f"{model}: importing {where} failed: {type(error).__name__}: {error}") from error
    if loaded is not None:
        loaded[where] = module
    if not name:
        return _only_type(module, where)
    try:
        return functools.reduce(getattr, name.split("."), module)
    except AttributeError as error:
        raise UsageError(f"{model}: {where} has no {name}") from error


def _import_module(name: str) -> ModuleType:
    sys.path.insert(0, os.getcwd())  # noqa: PTH109  # as `python -m` does; a console script has its own folder there
    return importlib.import_module(name)


def _import_file(file: File) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"partway_model_{file.stem}", file)
    if not file.is_file() or spec is None or spec.loader is None:
        raise UsageError(f"{file}: there is no such file")
    sys.path.insert(0, str(file.resolve().parent))
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # annotations are looked up there
    spec.loader.exec_module(module)
    return module


def _only_type(module: ModuleType, where: str) -> Any:
    """Find the one model, dataclass or TypedDict of a module that none of its others refers to."""
    own = {
        name: value
        for name, value in vars(module).items()
        if isinstance(value, type) and value.__module__ == module.__name__ and _is_object(value)
    }
    referred = {id(kind) for value in own.values() for kind in _kinds_in(value) if kind is not value}
    roots = {name: value for name, value in own.items() if id(value) not in referred}
    if len(roots) == 1:
        return next(iter(roots.values()))
    if not own:
        raise UsageError(f"{where}: it defines no model, dataclass or TypedDict; name a type: {where}:Name")
    names = ", ".join(roots or own)
    raise UsageError(f"{where}: it defines several types; say which: {where}:Name, one of {names}")


def _is_object(value: type) -> bool:
    """Whether this is a model, a dataclass or a TypedDict, of `typing` or of `typing_extensions`."""
    return (
        hasattr(value, "__pydantic_fields__") or dataclasses.is_dataclass(value) or hasattr(value, "__required_keys__")
    )


def _kinds_in(value: type) -> Iterator[Any]:
    """Find the classes that a class refers to: its bases, and whatever stands in its annotations."""
    try:
        todo = [*value.__mro__[1:], *get_type_hints(value).values()]
    except (NameError, TypeError):
        todo = [*value.__mro__[1:]]
    while todo:
        kind = todo.pop()
        yield kind
        todo += [*get_args(kind), *([kind.__value__] if hasattr(kind, "__value__") else [])]


class _Source:
    """A recording as a source for `stream()`: gives its chunks at a pace, and knows which one it gave last."""

    def __init__(self, chunks: list[Chunk], pace: float = 0.0, given: Callable[[], None] = lambda: None) -> None:
        self.number = -1
        self._chunks = chunks
        self._pace = pace
        self._given = given

    def __iter__(self) -> Iterator[Chunk]:
        for number, chunk in enumerate(self._chunks):
            if number and self._pace:
                time.sleep(self._pace)
            self.number = number
            self._given()
            yield chunk


# replay


def replay(file: str, model: str | None, *, plain: bool, as_json: bool, pace: float | None, cut: int | None) -> None:
    """Show a recording growing: live on a terminal, else in lines."""
    if plain and as_json:
        raise UsageError("--plain and --json are two forms of the same output; choose one")
    type_, chunks = _load(model), _read(file, cut)
    if plain or as_json or not sys.stdout.isatty() or os.environ.get("TERM") == "dumb":
        _replay_lines(type_, _Source(chunks, pace or 0.0), as_json=as_json)
    else:
        _replay_live(type_, chunks, _LIVE_PACE if pace is None else pace)


def _replay_live(type_: Any, chunks: list[Chunk], pace: float) -> None:
    from partway.terminal import LiveView  # noqa: PLC0415  # needs rich

    with LiveView(type_, chunks=len(chunks)) as view:
        run = stream(_Source(chunks, pace, view.advance), type_)
        for partial in run:
            view.show(partial, run.open_path)
        view.finish(run.result())


def _replay_lines(type_: Any, source: _Source, *, as_json: bool) -> None:
    run = stream(source, type_)
    for partial in run:
        arrived = _arrived(partial, run.open_path, run.state)
        if as_json:
            _say(json.dumps({"chunk": source.number, "open_path": run.open_path, "partial": arrived}))
        else:
            _say(f"chunk {source.number}  {json.dumps(arrived, ensure_ascii=False)}")
    result = _jsonable(run.result(), exclude_unset=False)
    _say(json.dumps({"result": result}) if as_json else f"result  {json.dumps(result, ensure_ascii=False)}")


def _arrived(partial: Any, open_path: Path, state: Callable[..., State]) -> Any:
    """Write what has arrived as JSON values; a partial dataclass has `None` also for what has not."""
    tree = node = _jsonable(partial, exclude_unset=True)
    for depth, step in enumerate((*open_path, "")):
        if isinstance(node, dict):
            for key in [key for key, value in node.items() if value is None]:
                if state(*open_path[:depth], key) is State.ABSENT:
                    del node[key]
        try:
            node = node[step]
        except (LookupError, TypeError):
            break
    return tree


def _jsonable(value: Any, *, exclude_unset: bool) -> Any:
    if hasattr(value, "model_dump"):
        return value.model_dump(mode="json", by_alias=True, exclude_unset=exclude_unset)
    if dataclasses.is_dataclass(value):
        value = {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    if isinstance(value, dict):
        return {str(_leaf(key)): _jsonable(inner, exclude_unset=exclude_unset) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_jsonable(inner, exclude_unset=exclude_unset) for inner in value]
    return _leaf(value)


def _leaf(value: Any) -> Any:
    """Write what stands in no model as pydantic would; only `_plan` and `_partial` import pydantic."""
    match value:
        case Enum():
            return _leaf(value.value)
        case None | bool() | int() | float() | str():
            return value
        case bytes():
            return value.decode("utf-8", "backslashreplace")
        case date() | clock_time():
            return value.isoformat().replace("+00:00", "Z")
        case _:
            return str(value)


def _say(line: str) -> None:
    """Write a line at once: whoever reads the other end of a pipe is waiting for it."""
    sys.stdout.write(_printable(line) + "\n")
    sys.stdout.flush()


# Control characters but for the end of a line, marks of text direction, lone surrogates.
_UNPRINTABLE = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def _printable(line: str) -> str:
    """Escape, as JSON does, what a terminal would obey and what cannot be encoded."""
    line = _UNPRINTABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", line)
    encoding = sys.stdout.encoding or "utf-8"
    return line.encode(encoding, "backslashreplace").decode(encoding)


# stubs


def stubs(models: tuple[str, ...], output: str | None) -> None:
    """Write partial classes for the types that are named."""
    loaded: dict[str, ModuleType] = {}
    text = write_stubs([_load(model, loaded) for model in models])
    if output is None:
        sys.stdout.write(text)
        return
    try:
        File(output).write_text(text, "utf-8")
    except OSError as error:
        raise UsageError(f"--output {output}: it cannot be written: {error.strerror}") from error


# inspect


def inspect(file: str, model: str | None, *, cut: int | None) -> None:
    """Print when each value opened and was complete, how late that is, and whether cutting changes the story."""
    import click  # noqa: PLC0415  # an extra

    type_, chunks = _load(model), _read(file, cut)
    recorded, error = _listen(_Source(chunks), type_)
    pieces = [(number, delta) for number, chunk in enumerate(chunks) for delta in deltas_of(chunk)]
    text = "".join(delta for _, delta in pieces)
    single = _tell(type_, text)
    for row in _timeline(recorded, single, _due(single, text), pieces):
        _say(row)
    for number, reason in recorded.restarts:
        _say(f"started over in chunk {number}: {reason}")
    places = _places_to_cut(len(text))
    ways = {"as it was recorded": [delta for _, delta in pieces], "whole": [text]}
    ways |= {f"cut in two at character {place}": [text[:place], text[place:]] for place in places}
    difference = next(filter(None, (single.difference(_tell(type_, ways[way]), way) for way in ways)), None)
    if error is not None:
        raise error
    if difference is not None:
        raise click.ClickException(_printable(f"how the text is cut changes the story: {difference}"))
    _say(
        "the same story as it was recorded, whole, character by character, "
        f"and cut in two at {len(places):,} of {max(len(text) - 1, 0):,} places"
    )
    _say("the result validates")


@dataclasses.dataclass(slots=True)
class _Span:
    """Where a place opened and where it ended, in chunks or in characters."""

    kind: str
    opened: int
    ended: int | None = None
    rejected: bool = False


class _Story:
    """What a run told: where each place opened and ended, and what no cut may change."""

    def __init__(self) -> None:
        self.at = 0  # the number of the chunk, or the offset of the text, that is being told of
        self.json = ""
        self.spans: dict[Path, _Span] = {}
        self.restarts: list[tuple[int, str]] = []
        self._appended: dict[tuple[int, Path], list[str]] = {}
        self._facts: list[tuple[Any, ...]] = []

    def hear(self, event: Event) -> None:
        """Take in an event that happened at `at`."""
        match event:
            case Opened(path, kind):
                self.spans[path] = _Span(kind, self.at)
            case Appended(path, text):
                self._appended.setdefault((len(self.restarts), path), []).append(text)
            case Completed(path, value):
                self._end(path, "completed", value)
            case Rejected(path, error):
                self._end(path, "rejected", str(error))
            case Restarted(reason):
                self.spans.clear()
                self.restarts.append((self.at, reason))
                self._facts.append(("restarted",))
            case Finished(value):
                self._facts.append(("finished", value))

    def fail(self, error: PartwayError) -> None:
        """Take in that the run ended in an error."""
        self._facts.append((type(error).__name__, str(error)))

    def _end(self, path: Path, how: str, value: Any) -> None:
        if path in self.spans:
            self.spans[path].ended = self.at
            self.spans[path].rejected = how == "rejected"
        self._facts.append((how, format_path(path), value))

    def difference(self, other: _Story, way: str) -> str | None:
        """Say in what another story differs from this one, told character by character; `None` if it does not."""
        for one, two in zip_longest(self._facts, other._facts):  # of the same class
            if one != two and repr(one) != repr(two):  # `repr` for what is never equal, as NaN
                return f"{way}, it says {two} where character by character it says {one}"
        for place in self._appended | other._appended:
            one, two = ("".join(story._appended.get(place, ())) for story in (self, other))  # noqa: SLF001
            if one != two:
                return f"{way}, {format_path(place[1])} is {two!r}, and character by character {one!r}"
        return None


def _listen(source: _Source, type_: Any) -> tuple[_Story, PartwayError | None]:
    """Hear a recording through `stream()`, counted in chunks."""
    story = _Story()
    try:
        for event in stream(source, type_).events():
            story.at = max(source.number, 0)
            story.hear(event)
    except PartwayError as error:
        return story, error
    return story, None


def _tell(type_: Any, pieces: Iterable[str]) -> _Story:
    """Hear a text in these pieces, counted in characters."""
    story = _Story()
    extractor = Extractor(type_, on_event=story.hear)
    try:
        for piece in pieces:
            extractor.feed(piece)
            story.at += len(piece)
        extractor.finish()
    except PartwayError as error:
        story.fail(error)
    story.json = extractor.text
    return story


def _places_to_cut(size: int) -> list[int]:
    """Where to cut a text in two: everywhere, or evenly over a long one."""
    possible = max(size - 1, 0)
    count = min(possible, _MOST_CUTS, max(_CUT_BUDGET // (size + 1), 8))
    return [1 + number * possible // count for number in range(count)]


def _due(single: _Story, text: str) -> dict[Path, int]:
    """For each path the character with which it is certain: its last, or the one behind a number."""
    root = single.spans.get(())
    if root is None:
        return {}
    start = text.rfind(single.json, 0, root.opened + len(single.json))
    ends = {path: start + end for path, end in _last_characters(single.json).items()}
    numbers = {path for path, span in single.spans.items() if span.kind == "number"}
    return {path: end + (path in numbers) for path, end in ends.items()}


_LEXEME = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[{}\[\],:]|[^\s{}\[\],:"]++', re.DOTALL)


def _last_characters(text: str) -> dict[Path, int]:
    """Where in a JSON text each value ends; of broken text, as far as it can be followed."""
    ends: dict[Path, int] = {}
    path: list[str | int] = []
    key_comes = False
    for lexeme in _LEXEME.finditer(text):
        match lexeme[0]:
            case "{" | "[" as bracket:
                path.append("" if bracket == "{" else 0)
                key_comes = bracket == "{"
                continue
            case ":":
                continue
            case ",":
                if path and isinstance(path[-1], int):
                    path[-1] += 1
                else:
                    key_comes = True
                continue
            case "}" | "]":
                key_comes = False
                if path:
                    path.pop()
            case key if key_comes and path:
                try:
                    path[-1] = json.loads(key)
                except ValueError:
                    break
                key_comes = False
                continue
            case _:
                pass
        ends[tuple(path)] = lexeme.end() - 1
        if not path:
            break
    return ends


def _timeline(recorded: _Story, single: _Story, due: dict[Path, int], pieces: list[tuple[int, str]]) -> Iterator[str]:
    """Write the rows of the table: a place each, in the order in which they opened."""
    from rich.cells import cell_len, set_cell_size  # noqa: PLC0415  # an extra

    starts = list(accumulate((len(delta) for _, delta in pieces), initial=0))[:-1]
    rows = [("path", "kind", "opened", "complete", "late")]
    for path, span in recorded.spans.items():
        exact = single.spans.get(path, _Span("", 0))
        late = ""
        if exact.ended is not None and span.ended is not None and path in due:
            chunk = pieces[bisect_right(starts, due[path]) - 1][0]
            late = _late(exact.ended - due[path], span.ended - chunk)
        name = _printable(format_path(path).replace("\n", "\\n") or "(the value)")
        rows.append((name, span.kind, _place(span.opened, exact.opened), _ended(span, exact), late))
    widths = [min(max(cell_len(row[column]) for row in rows), 60) for column in range(5)]
    for row in rows:
        yield "  ".join(set_cell_size(cell, width) for cell, width in zip(row, widths, strict=True)).rstrip()


def _place(chunk: int, character: int) -> str:
    return f"chunk {chunk}, character {character}"


def _ended(span: _Span, exact: _Span) -> str:
    if span.ended is None or exact.ended is None:
        return "never"
    return _place(span.ended, exact.ended) + (", rejected" if span.rejected else "")


def _late(characters: int, chunks: int) -> str:
    late = f"{characters} character{'s' * (characters != 1)}" if characters else "0"
    return late + (f", {chunks} chunk{'s' * (chunks != 1)}" if chunks > 0 else "")


if __name__ == "__main__":
    main()
