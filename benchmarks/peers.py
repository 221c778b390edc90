"""The packages of today that show a value while it is written, each driven as its documentation says.

Where a package has a way of its own to find JSON in a fence or in prose, that way is taken for all texts. What is not
installed is left out, with the reason.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any, Final

import pydantic_core
from pydantic import TypeAdapter

from benchmarks.documents import Document, review
from benchmarks.ways import Anew, Fed, Session, Streamed, Way

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator, Sequence

PARTIAL: Final[Any] = "trailing-strings"


class MissingError(Exception):
    """The peer cannot be run here; the message says why."""


@dataclass(frozen=True)
class Peer:
    """Something that shows values from the beginning of a text."""

    name: str
    """What it is called in the tables."""
    packages: tuple[str, ...]
    """The distributions that it is in; the first is the one whose version is told."""
    how: str
    """What of it is run."""
    kind: str
    """What its values are, and what it does with each delta."""
    way: Callable[[Document], Way]
    """Imports what it needs, and says how it is given a document."""
    elsewhere: Callable[[], str] | None = None
    """Tells the version of what is no Python package."""

    def version(self) -> str:
        """Return the version that is installed.

        Raises:
            MissingError: It is not, or cannot be run.

        """
        if self.elsewhere is not None:
            return self.elsewhere()
        try:
            versions = [version(package) for package in self.packages]
        except PackageNotFoundError as error:
            raise MissingError(f"{error.name} is not installed") from error
        try:
            self.way(review(400))
        except (ImportError, AttributeError) as error:  # it is there, and not as it was
            raise MissingError(f"its packages have changed: {error}") from error
        return versions[0]


def _native(_: Document) -> Way:
    native_parser = import_module("streaming_json_parser.high_performance_parser")
    made = import_module("streaming_json_parser").StreamingJsonParser
    in_python = type(made()).__module__ == native_parser.__name__
    if in_python or not native_parser._NATIVE_PUBLIC_AVAILABLE:  # noqa: SLF001  # nothing else tells
        raise MissingError("installed without its native backend, streaming-json-parser-native")

    def begin() -> Session:
        parser = made()
        return Session(lambda delta: parser.feed(delta).value, lambda: parser.finish().value)

    def run(deltas: Sequence[str]) -> Any:
        parser = made()
        feed = parser.feed
        for delta in deltas:
            feed(delta).value  # noqa: B018
        return parser.finish().value

    return Fed(begin, run=run)


def _from_json(_: Document) -> Way:
    return Anew(lambda text: pydantic_core.from_json(text, allow_partial=PARTIAL))


def _typed_dict(document: Document) -> Way:
    adapter = TypeAdapter(document.typed_dict)
    return Anew(lambda text: adapter.validate_json(text, experimental_allow_partial=PARTIAL))


def _jiter(_: Document) -> Way:
    from_json = import_module("jiter").from_json
    return Anew(lambda text: from_json(text.encode(), partial_mode=PARTIAL))


def _loads(module: str, **options: Any) -> Callable[[Document], Way]:
    def way(_: Document) -> Way:
        loads = import_module(module).loads
        return Anew(lambda text: loads(text, **options))

    return way


def _jsonriver(_: Document) -> Way:
    parse = import_module("jsonriver").parse

    def values(text: Iterator[str]) -> Iterator[Any]:
        async def source() -> AsyncIterator[str]:
            for delta in text:
                yield delta

        made = parse(source())
        while True:
            step = made.__anext__()
            try:
                while True:
                    step.send(None)
            except StopIteration as shown:
                yield shown.value
            except StopAsyncIteration:
                return

    return Streamed(values)


def _instructor(document: Document) -> Way:
    partial = import_module("instructor.dsl.partial").Partial[document.model]
    if not document.before:
        return Streamed(partial.model_from_chunks, grows=True)
    extract = import_module("instructor.utils").extract_json_from_stream
    return Streamed(lambda text: partial.model_from_chunks(extract(text)), grows=True)


def _langchain(parser: str) -> Callable[[Document], Way]:
    def way(document: Document) -> Way:
        parsers = import_module("langchain_core.output_parsers")
        return Streamed(getattr(parsers, parser)(pydantic_object=document.model).transform, grows=True)

    return way


def _openai(document: Document) -> Way:
    state_of = import_module("openai.lib.streaming.chat").ChatCompletionStreamState
    chunk_of = import_module("openai.types.chat").ChatCompletionChunk

    def chunk(text: str, finish_reason: str | None = None) -> Any:
        choice = {"index": 0, "delta": {"content": text, "role": "assistant"}, "finish_reason": finish_reason}
        if not text:
            choice["delta"] = {}
        told = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}
        return chunk_of.model_validate(told)

    def begin() -> Session:
        state = state_of(response_format=document.model)
        last = chunk("", "stop")

        def feed(part: Any) -> Any:
            for event in state.handle_chunk(part):
                if event.type == "content.delta":
                    return event.parsed
            return None

        def end() -> Any:
            state.handle_chunk(last)
            return state.get_final_completion().choices[0].message.parsed

        return Session(feed, end)

    return Fed(begin, grows=True, chunk=chunk)


def _anthropic(_: Document) -> Way:
    accumulate = import_module("anthropic.lib.streaming._messages").accumulate_event
    types = import_module("anthropic.types")
    message: dict[str, Any] = {
        "id": "m",
        "type": "message",
        "role": "assistant",
        "model": "m",
        "content": [],
        "stop_reason": None,
    }
    message |= {"stop_sequence": None, "usage": {"input_tokens": 1, "output_tokens": 1}}
    opens = types.RawMessageStartEvent.model_validate({"type": "message_start", "message": message})
    call = {"type": "tool_use", "id": "t", "name": "review", "input": {}}
    block = types.RawContentBlockStartEvent.model_validate(
        {"type": "content_block_start", "index": 0, "content_block": call}
    )

    def chunk(text: str) -> Any:
        delta = {"type": "input_json_delta", "partial_json": text}
        told = {"type": "content_block_delta", "index": 0, "delta": delta}
        return types.RawContentBlockDeltaEvent.model_validate(told)

    def begin() -> Session:
        buffers: dict[int, bytes] = {}
        snapshot = accumulate(event=opens, current_snapshot=None, json_bufs=buffers)
        snapshot = accumulate(event=block, current_snapshot=snapshot, json_bufs=buffers)

        def feed(event: Any) -> Any:
            return accumulate(event=event, current_snapshot=snapshot, json_bufs=buffers).content[0].input

        return Session(feed, lambda: snapshot.content[0].input)

    return Fed(begin, grows=True, chunk=chunk)


def _langdiff(_: Document) -> Way:
    ld = import_module("langdiff")
    finding = type(
        "Finding",
        (ld.Object,),
        {
            "__annotations__": {
                "id": ld.Atom[int],
                "title": ld.String,
                "score": ld.Atom[float],
                "confirmed": ld.Atom[bool],
                "tags": ld.List[str],
                "remark": ld.String,
            }
        },
    )
    root = type("Review", (ld.Object,), {"__annotations__": {"summary": ld.String, "findings": ld.List[finding]}})

    def begin() -> Session:
        made = root()
        value: dict[str, Any] = {}
        _follow(ld, made, value)
        parser = ld.Parser(made)

        def feed(delta: str) -> Any:
            parser.push(delta)
            return value

        def end() -> Any:
            parser.complete()
            return value

        return Session(feed, end)

    return Fed(begin, grows=True)


def _follow(ld: Any, place: Any, value: dict[str, Any]) -> None:
    """Put what the callbacks of an object bring into a dict, as its user would."""
    for name in type(place).__annotations__:
        part = getattr(place, name)
        if isinstance(part, ld.String):
            part.on_append(lambda text, name=name: value.update({name: value.get(name, "") + text}))
        elif isinstance(part, ld.List):
            part.on_start(lambda name=name: value.update({name: []}))
            part.on_append(lambda element, _, name=name: value[name].append(_followed(ld, element)))
        else:
            part.on_complete(lambda whole, name=name: value.update({name: whole}))


def _followed(ld: Any, element: Any) -> Any:
    if not isinstance(element, ld.Object):
        return element
    inner: dict[str, Any] = {}
    _follow(ld, element, inner)
    return inner


NATIVE = "streaming-json-parser"
FROM_JSON = "pydantic_core.from_json"
TYPED_DICT = "TypedDict, allow_partial"
INSTRUCTOR = "instructor"

PEERS: Final = (
    Peer(
        NATIVE,
        ("streaming-json-parser", "streaming-json-parser-native"),
        "`StreamingJsonParser().feed(delta).value` with its native backend",
        "untyped, Rust; keeps state; one live value that changes under its reader",
        _native,
    ),
    Peer(
        "jsonriver",
        ("jsonriver",),
        "`parse(deltas)` of the port to Python, without an event loop around it",
        "untyped, Python; keeps state; one live value that changes under its reader",
        _jsonriver,
    ),
    Peer(
        "jiter",
        ("jiter",),
        '`from_json(so_far, partial_mode="trailing-strings")`',
        "untyped, Rust; reads the text so far anew",
        _jiter,
    ),
    Peer(
        FROM_JSON,
        ("pydantic-core",),
        '`from_json(so_far, allow_partial="trailing-strings")`',
        "untyped, Rust; reads the text so far anew",
        _from_json,
    ),
    Peer(
        TYPED_DICT,
        ("pydantic",),
        '`TypeAdapter(T).validate_json(so_far, experimental_allow_partial="trailing-strings")` of a `TypedDict` whose '
        "keys may be missing",
        "typed, Rust; reads and validates the text so far anew",
        _typed_dict,
    ),
    Peer(
        "Anthropic SDK",
        ("anthropic",),
        "`accumulate_event` of `MessageStream`: events of the arguments of a tool call",
        "untyped, Rust inside; reads the text so far anew; shows no open string",
        _anthropic,
    ),
    Peer(
        "OpenAI SDK",
        ("openai",),
        "`ChatCompletionStreamState(response_format=T).handle_chunk`, which is behind `chat.completions.stream`: "
        "`parsed` of the events",
        "untyped until the end, Rust inside; reads the text so far anew; shows no open string",
        _openai,
    ),
    Peer(
        "LangDiff",
        ("langdiff",),
        "`Parser(root).push`, the same type in its own terms, and what its callbacks bring",
        "typed, Rust inside; reads the text so far anew",
        _langdiff,
    ),
    Peer(
        INSTRUCTOR,
        ("instructor",),
        "`Partial[T].model_from_chunks`, which is behind `create_partial`; for fences and prose "
        "`extract_json_from_stream` before it, as its mode `MD_JSON` does",
        "typed; reads the text so far anew and validates it",
        _instructor,
    ),
    Peer(
        "LangChain JSON",
        ("langchain-core",),
        "`JsonOutputParser(pydantic_object=T).transform`, whose steps are `parse_json_markdown`",
        "untyped, Python; reads the text so far anew",
        _langchain("JsonOutputParser"),
    ),
    Peer(
        "LangChain model",
        ("langchain-core",),
        "`PydanticOutputParser(pydantic_object=T).transform`",
        "typed, Python; reads the text so far anew and validates it; shows nothing that is not valid as a whole",
        _langchain("PydanticOutputParser"),
    ),
    Peer(
        "partial-json-parser",
        ("partial-json-parser",),
        "`loads(so_far)`, all allowed, as by default",
        "untyped, Python; reads the text so far anew",
        _loads("partial_json_parser"),
    ),
    Peer(
        "json-repair",
        ("json-repair",),
        "`loads(so_far, stream_stable=True)`",
        "untyped, Python; reads the text so far anew",
        _loads("json_repair", stream_stable=True),
    ),
)
