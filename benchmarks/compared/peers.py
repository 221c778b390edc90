"""The peers that take Pydantic's types, or none, and partway itself.

Each is driven as its documentation says, in the way that suits streams best; where a way is needed that is not
obvious, the comment says which. Each is imported when it is asked, so that those that are not installed are left out.
"""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import pydantic_core
from pydantic import TypeAdapter

from benchmarks.compared.story import Story, Told, anew, fed, streamed
from partway import Extractor

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from benchmarks.compared.cases import Case

Tell: TypeAlias = Callable[["Case"], Story]
"""Runs a peer over a case."""

PARTIAL: Any = "trailing-strings"


class MissingError(Exception):
    """The peer cannot be run here; the message says why."""


@dataclass(frozen=True)
class Peer:
    """Something that shows values from the beginning of a text.

    Attributes:
        name: What it is called in the tables.
        packages: The distributions of PyPI that it is in; the first is the one whose version is told.
        how: What of it is run, for the page.
        elsewhere: Tells the version of what is no package of PyPI.
        ready: Imports what it needs, and gives the function that tells its story of a case.
        typed: It knows the type of the document.
        finds: It looks for the JSON in a text.
        cannot: By the names of cases: what it has no words for.
    """

    name: str
    packages: tuple[str, ...]
    how: str
    ready: Callable[[Path | None], Tell]
    typed: bool = True
    finds: bool = False
    cannot: tuple[tuple[str, str], ...] = ()
    elsewhere: Callable[[Path | None], str] | None = None

    def version(self, node: Path | None) -> str:
        """Return the version that is installed.

        Raises:
            MissingError: It is not.
        """
        if self.elsewhere is not None:
            return self.elsewhere(node)
        try:
            versions = [version(package) for package in self.packages]
        except PackageNotFoundError as error:
            raise MissingError(f"`{error.name}` is not installed") from error
        return versions[0]

    def start(self, node: Path | None) -> Tell:
        """Make it ready.

        Raises:
            MissingError: Something that it needs is not there.
        """
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what a peer thinks of its own imports is not the matter
            try:
                return self.ready(node)
            except (ImportError, AttributeError) as error:  # it is there, and not as it was
                raise MissingError(f"its packages have changed: {error}") from error

    def refuses(self, case: Case) -> str:
        """Say why it is not asked about a case, if it is not."""
        if case.typed and not self.typed:
            return "knows no types"
        if not case.bare and not self.finds:
            return "takes bare JSON only"
        return dict(self.cannot).get(case.name, "")


def _partway(_: Path | None) -> Tell:
    def tell(case: Case) -> Story:
        extractor = Extractor(case.model)

        def feed(character: str) -> Told:
            extractor.feed(character)
            state = f"`{'.'.join(map(str, case.path))}` is {extractor.state(*case.path).value}" if case.path else ""
            return Told(extractor.partial, state)

        return fed(case.text, feed, extractor.finish, case.told)

    return tell


def _instructor(_: Path | None) -> Tell:
    partial = import_module("instructor.dsl.partial").Partial
    extract = import_module("instructor.utils").extract_json_from_stream

    def tell(case: Case) -> Story:
        # Its modes for tools and for JSON hand the text on as it is; the one for Markdown searches it first.
        def values(text: Iterator[str]) -> Iterator[Any]:
            return partial[case.model].model_from_chunks(text if case.bare else extract(text))  # type: ignore[no-any-return]

        return streamed(case.text, values, case.told)

    return tell


def _langchain(parser: str) -> Callable[[Path | None], Tell]:
    def ready(_: Path | None) -> Tell:
        parsers = import_module("langchain_core.output_parsers")

        def tell(case: Case) -> Story:
            made = getattr(parsers, parser)(pydantic_object=case.model)
            return streamed(case.text, made.transform, case.told)

        return tell

    return ready


def _pydantic(type_of: Callable[[Case], Any]) -> Callable[[Path | None], Tell]:
    def tell(case: Case) -> Story:
        adapter = TypeAdapter(type_of(case))
        return anew(
            case.text,
            lambda text: adapter.validate_json(text, experimental_allow_partial=PARTIAL),
            adapter.validate_json,
            case.told,
        )

    return lambda _: tell


def _from_json(_: Path | None) -> Tell:
    return lambda case: anew(
        case.text, lambda text: pydantic_core.from_json(text, allow_partial=PARTIAL), pydantic_core.from_json, case.told
    )


def _streaming_json_parser(_: Path | None) -> Tell:
    made = import_module("streaming_json_parser").StreamingJsonParser

    def tell(case: Case) -> Story:
        parser = made()

        def told(result: Any) -> Told:
            return Told(result.value, f"{result.status.name}: {result.error}" if result.error else "")

        return fed(
            case.text,
            lambda character: told(parser.feed(character, copy_value=True)),
            lambda: told(parser.finish()),
            case.told,
        )

    return tell


def _jsonriver(_: Path | None) -> Tell:
    parse = import_module("jsonriver").parse

    def values(text: Iterator[str]) -> Iterator[Any]:
        async def source() -> AsyncIterator[str]:
            for character in text:
                yield character

        with asyncio.Runner() as runner:
            made = parse(source())
            while True:
                try:
                    value = runner.run(anext(made))
                except StopAsyncIteration:
                    return
                yield value

    return lambda case: streamed(case.text, values, case.told)


def _loads(module: str, **options: Any) -> Callable[[Path | None], Tell]:
    def ready(_: Path | None) -> Tell:
        loads = import_module(module).loads
        return lambda case: anew(
            case.text, lambda text: loads(text, **options), lambda text: loads(text, **options), case.told
        )

    return ready


PARTWAY = Peer(
    "partway",
    (),
    "`Extractor(T)`: `feed`, `.partial`, `.state(...)`",
    _partway,
    finds=True,
    elsewhere=lambda _: "of this tree",
)

PEERS = (
    Peer(
        "instructor",
        ("instructor",),
        "`Partial[T].model_from_chunks`, which is behind `create_partial`; for prose `extract_json_from_stream` before "
        "it, as its mode `MD_JSON` does",
        _instructor,
        finds=True,
    ),
    Peer(
        "LangChain JSON",
        ("langchain-core",),
        "`JsonOutputParser(pydantic_object=T).transform`",
        _langchain("JsonOutputParser"),
        typed=False,
        finds=True,
    ),
    Peer(
        "LangChain model",
        ("langchain-core",),
        "`PydanticOutputParser(pydantic_object=T).transform`",
        _langchain("PydanticOutputParser"),
        finds=True,
    ),
    Peer(
        "pydantic model",
        ("pydantic",),
        '`TypeAdapter(T).validate_json(so_far, experimental_allow_partial="trailing-strings")`',
        _pydantic(lambda case: case.model),
    ),
    Peer(
        "pydantic TypedDict",
        ("pydantic",),
        "the same of a `TypedDict` whose keys may be missing",
        _pydantic(lambda case: case.typed_dict),
        cannot=(("default", "has no defaults"),),
    ),
    Peer(
        "pydantic_core",
        ("pydantic-core",),
        '`from_json(so_far, allow_partial="trailing-strings")`',
        _from_json,
        typed=False,
    ),
    Peer(
        "streaming-json-parser",
        ("streaming-json-parser", "streaming-json-parser-native"),
        "`StreamingJsonParser().feed(delta, copy_value=True)` with its native backend (the one in Python shows more of "
        "an open string)",
        _streaming_json_parser,
        typed=False,
    ),
    Peer("jsonriver", ("jsonriver",), "`parse(deltas)` of the port to Python", _jsonriver, typed=False),
    Peer(
        "partial-json-parser",
        ("partial-json-parser",),
        "`loads(so_far)`, all allowed, as by default",
        _loads("partial_json_parser"),
        typed=False,
    ),
    Peer(
        "json-repair",
        ("json-repair",),
        "`loads(so_far, stream_stable=True)`",
        _loads("json_repair", stream_stable=True),
        typed=False,
        finds=True,
    ),
)
