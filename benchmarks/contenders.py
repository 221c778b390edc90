"""What is timed: partway in its ways of use, and the yardsticks.

A parser that keeps state is run over the whole stream. A parser that reads the text so far anew with each
delta is run on a sample of the deltas, evenly spaced from the first to the last, when the text is long: all of
them would take hours, and what is asked for is the mean. A yardstick that is not installed is left out.
"""

from __future__ import annotations

from time import process_time
from typing import TYPE_CHECKING, Any

import pydantic_core
from pydantic import BaseModel, TypeAdapter

from benchmarks.measure import Trial, timed
from partway import Extractor, Hooks, stream

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.documents import Document

try:
    import streaming_json_parser.high_performance_parser as native_parser
    from streaming_json_parser import StreamingJsonParser
except ImportError:
    StreamingJsonParser = None
try:
    from instructor.dsl.partial import Partial as InstructorPartial
except ImportError:
    InstructorPartial = None

FEED = "partway: feed"
PARTIAL = "partway: feed, .partial"
READ = "partway: feed, .partial, read"
NATIVE = "streaming-json-parser"
FROM_JSON = "pydantic_core.from_json"
TYPED_DICT = "TypedDict, allow_partial"
INSTRUCTOR = "instructor"
VALIDATE_JSON = "TypeAdapter.validate_json"
UNMATCHED = "partway: feed, hooks that match nothing"
APPENDS = "partway: feed, a hook on every append"

ROLES = {
    FEED: "typed; the snapshot is never asked for",
    PARTIAL: "typed; an immutable snapshot taken with each delta",
    READ: "the same, and the value at `open_path` is read from each snapshot, as an interface would",
    NATIVE: "untyped, Rust; one live value that changes under its reader",
    FROM_JSON: "untyped, Rust; the text so far parsed anew with each delta",
    TYPED_DICT: "typed, Rust; the text so far parsed and validated anew with each delta",
    INSTRUCTOR: "typed; the text so far parsed anew with each delta, its complete parts validated anew",
}

_SAMPLED_CHARACTERS = 4_000_000
_FEWEST_SAMPLES = 12
_INSTRUCTOR_HANDICAP = 10  # its characters take so many times longer; it gets fewer


def missing() -> dict[str, str]:
    """Say for each yardstick that cannot be timed why not."""
    reasons = {}
    if StreamingJsonParser is None:
        reasons[NATIVE] = "not installed"
    elif type(StreamingJsonParser()).__module__ == native_parser.__name__ or not native_parser._NATIVE_PUBLIC_AVAILABLE:  # noqa: SLF001
        reasons[NATIVE] = "installed without its native backend, streaming-json-parser-native"
    if InstructorPartial is None:
        reasons[INSTRUCTOR] = "not installed"
    return reasons


def streaming(document: Document, cut: int) -> dict[str, Trial]:
    """Make the trials of the parsers that keep state."""
    deltas = document.cut(cut)
    ways = {FEED: _feed, PARTIAL: _feed_and_partial, READ: _feed_and_read}
    trials = {
        name: Trial(
            timed(lambda way=way: way(document.model, deltas)),
            len(deltas),
            lambda way=way: _plain(way(document.model, deltas)),
        )
        for name, way in ways.items()
    }
    if NATIVE not in missing():
        trials[NATIVE] = Trial(timed(lambda: _native(deltas)), len(deltas), lambda: _native(deltas))
    return trials


def reparsing(document: Document, cut: int) -> dict[str, Trial]:
    """Make the trials of the parsers that start anew with each delta."""
    adapter = TypeAdapter(document.typed_dict)
    texts = _texts_so_far(document.text, cut)
    sampled = len(texts) < len(document.cut(cut))

    def from_json(text: str) -> Any:
        return pydantic_core.from_json(text, allow_partial="trailing-strings")

    def typed_dict(text: str) -> Any:
        return adapter.validate_json(text, experimental_allow_partial="trailing-strings")

    def trial(parse: Callable[[str], Any]) -> Trial:
        def parse_each() -> None:
            for text in texts:
                parse(text)

        return Trial(timed(parse_each), len(texts), lambda: parse(document.text), sampled)

    trials = {FROM_JSON: trial(from_json), TYPED_DICT: trial(typed_dict)}
    if INSTRUCTOR not in missing():
        trials[INSTRUCTOR] = _instructor(document, cut)
    return trials


def hooked(document: Document, cut: int) -> dict[str, Trial]:
    """Make the trials of a run without hooks, with some that match nothing, and with one for every append."""
    deltas = document.cut(cut)
    unmatched, appends = Hooks(), Hooks()
    for path in ("findings[*].nothing", "..nothing", "nothing[*].here"):
        unmatched.on(path, opened=_pass_by, appended=_pass_by, completed=_pass_by)
    appends.on("..*", appended=_pass_by)

    def way(hooks: Hooks | None) -> Trial:
        def read_all() -> Any:
            return stream(deltas, document.model, hooks=hooks).result()

        return Trial(timed(read_all), len(deltas), lambda: _plain(read_all()))

    return {FEED: way(None), UNMATCHED: way(unmatched), APPENDS: way(appends)}


def _pass_by(_: object) -> None:
    pass


def whole(document: Document) -> dict[str, Trial]:
    """Make the trials of the whole document in one delta, against `validate_json` of it."""
    adapter = TypeAdapter(document.model)
    ways = {
        FEED: lambda: _feed(document.model, [document.text]),
        VALIDATE_JSON: lambda: adapter.validate_json(document.text),
    }
    return {name: Trial(timed(way), 1, lambda way=way: _plain(way())) for name, way in ways.items()}


def _feed(model: Any, deltas: list[str]) -> Any:
    extractor = Extractor(model)
    feed = extractor.feed
    for delta in deltas:
        feed(delta)
    return extractor.finish()


def _feed_and_partial(model: Any, deltas: list[str]) -> Any:
    extractor = Extractor(model)
    feed = extractor.feed
    for delta in deltas:
        feed(delta)
        extractor.partial  # noqa: B018
    return extractor.finish()


def _feed_and_read(model: Any, deltas: list[str]) -> Any:
    extractor = Extractor(model)
    feed = extractor.feed
    for delta in deltas:
        feed(delta)
        read(extractor.partial, extractor.open_path)
    return extractor.finish()


def read(value: Any, path: tuple[str | int, ...]) -> Any:
    """Go down a partial to where it is being written, as far as there is something to see."""
    for step in path:
        if isinstance(value, BaseModel):
            value = getattr(value, step)  # type: ignore[arg-type]
        elif value is None or (isinstance(value, list) and step >= len(value)):  # type: ignore[operator]
            return None
        else:
            value = value[step]
    return value


def _native(deltas: list[str]) -> Any:
    parser = StreamingJsonParser()
    feed = parser.feed
    for delta in deltas:
        feed(delta).value  # noqa: B018
    return parser.finish().value


def _instructor(document: Document, cut: int) -> Trial:
    """Make a trial of `model_from_chunks`, the generator behind instructor's partial streams."""
    model = InstructorPartial[document.model]
    deltas = document.cut(cut)
    texts = _texts_so_far(document.text, cut, handicap=_INSTRUCTOR_HANDICAP)

    def turn_of_all() -> None:
        for _ in model.model_from_chunks(iter(deltas)):
            pass

    def turn_of_some() -> float:
        seconds = 0.0
        for text in texts:
            before = len(text) - 1 - (len(text) - 1) % cut
            snapshots = model.model_from_chunks(iter((text[:before], text[before:])))
            next(snapshots)
            start = process_time()
            next(snapshots)
            seconds += process_time() - start
        return seconds

    def result() -> Any:
        *_, last = model.model_from_chunks(iter([document.text]))
        return _plain(last)

    sampled = len(texts) < len(deltas)
    return Trial(turn_of_some if sampled else timed(turn_of_all), len(texts), result, sampled)


def _texts_so_far(text: str, cut: int, handicap: int = 1) -> list[str]:
    """Return the text as it stands after each delta, or after each of a sample of them."""
    count = -(-len(text) // cut)
    samples = min(count, max(_FEWEST_SAMPLES, _SAMPLED_CHARACTERS // handicap // (len(text) // 2)))
    ends = (round((index + 1) * count / samples) * cut for index in range(samples))
    return [text[:end] for end in ends]


def _plain(value: Any) -> Any:
    return value.model_dump() if isinstance(value, BaseModel) else value
