"""What is timed: partway in its ways of use, and everyone who is measured beside it."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, TypeAdapter

from benchmarks import node, peers
from benchmarks.documents import review
from benchmarks.measure import Trial, timed
from benchmarks.peers import MissingError, Peer
from benchmarks.ways import Fed, Session, Way, plain
from partway import Extractor, Hooks, stream

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from benchmarks.documents import Document

FEED = "partway: feed"
PARTIAL = "partway: feed, .partial"
READ = "partway: feed, .partial, read"
VALIDATE_JSON = "TypeAdapter.validate_json"
UNMATCHED = "partway: feed, hooks that match nothing"
APPENDS = "partway: feed, a hook on every append"


def _extractor(document: Document) -> Extractor[Any]:
    if document.limits is not None:
        return Extractor(document.model, limits=document.limits)
    return Extractor(document.model)


def _feed(document: Document) -> Way:
    def begin() -> Session:
        extractor = _extractor(document)
        return Session(extractor.feed, extractor.finish)

    def run(deltas: Sequence[str]) -> Any:
        extractor = _extractor(document)
        feed = extractor.feed
        for delta in deltas:
            feed(delta)
        return extractor.finish()

    return Fed(begin, run=run)


def _feed_and_partial(document: Document) -> Way:
    def begin() -> Session:
        extractor = _extractor(document)

        def feed(delta: str) -> Any:
            extractor.feed(delta)
            return extractor.partial

        return Session(feed, extractor.finish)

    def run(deltas: Sequence[str]) -> Any:
        extractor = _extractor(document)
        feed = extractor.feed
        for delta in deltas:
            feed(delta)
            extractor.partial  # noqa: B018
        return extractor.finish()

    return Fed(begin, run=run)


def _feed_and_read(document: Document) -> Way:
    def begin() -> Session:
        extractor = _extractor(document)

        def feed(delta: str) -> Any:
            extractor.feed(delta)
            partial = extractor.partial
            read(partial, extractor.open_path)
            return partial

        return Session(feed, extractor.finish)

    return Fed(begin)


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


_OF_THIS_TREE = "of this tree"
OURS = (
    Peer(
        FEED,
        (),
        "`Extractor(T).feed`; the snapshot is never asked for",
        "typed; keeps state",
        _feed,
        elsewhere=lambda: _OF_THIS_TREE,
    ),
    Peer(
        PARTIAL,
        (),
        "`feed`, and `.partial` with each delta",
        "typed; keeps state; an immutable snapshot with each delta",
        _feed_and_partial,
        elsewhere=lambda: _OF_THIS_TREE,
    ),
    Peer(
        READ,
        (),
        "the same, and the value at `open_path` is read from each snapshot, as an interface would",
        "as above",
        _feed_and_read,
        elsewhere=lambda: _OF_THIS_TREE,
    ),
)
EVERYONE = (*OURS, *peers.PEERS, *node.PEERS)
YARDSTICKS = (FEED, PARTIAL, peers.NATIVE, peers.FROM_JSON, peers.TYPED_DICT, peers.INSTRUCTOR)
"""Whom the budgets of the design speak of."""
ALL = tuple(peer.name for peer in EVERYONE)
_TRIED = 400
"""Characters of the document that a peer must come to the value of before it is timed."""
IN_PYTHON = tuple(peer.name for peer in (*OURS, *peers.PEERS))
"""Whom the quick run measures: it installs nothing."""


@cache
def missing(names: tuple[str, ...]) -> Mapping[str, str]:
    """Say for each of these that cannot be run here why not."""
    return {peer.name: reason for peer in EVERYONE if peer.name in names and (reason := _reason(peer))}


def _reason(peer: Peer) -> str:
    try:
        peer.version()
    except MissingError as error:
        return str(error)
    document = review(_TRIED)
    wrong = "" if peer in OURS else outcome(peer.way(document), document)
    return wrong and f"it {wrong} for a plain document"


def ways(document: Document, names: tuple[str, ...]) -> dict[str, Way]:
    """Say how those of these that can be run here are given a document."""
    left_out = missing(names)
    return {peer.name: peer.way(document) for peer in EVERYONE if peer.name in names and peer.name not in left_out}


def trials(document: Document, cut: int, names: tuple[str, ...], seconds: float) -> dict[str, Trial]:
    """Make the trials of those of these that can be run here."""
    return {name: way.trial(document, cut, seconds) for name, way in ways(document, names).items()}


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

        return Trial(timed(read_all), len(deltas), lambda: plain(read_all()))

    return {FEED: way(None), UNMATCHED: way(unmatched), APPENDS: way(appends)}


def _pass_by(_: object) -> None:
    pass


def whole(document: Document) -> dict[str, Trial]:
    """Make the trials of the whole document in one delta, against `validate_json` of it."""
    adapter = TypeAdapter(document.model)
    feed = _feed(document)
    works: dict[str, Callable[[], Any]] = {
        FEED: lambda: feed.read([document.text]),
        VALIDATE_JSON: lambda: adapter.validate_json(document.text),
    }
    return {name: Trial(timed(work), 1, lambda work=work: plain(work())) for name, work in works.items()}


def outcome(way: Way, document: Document) -> str:
    """Say what is wrong with what someone comes to, or nothing."""
    try:
        result = way.result(document, 4)
    except Exception as error:  # noqa: BLE001  # whatever it raises is what is told
        return f"raises {type(error).__name__}"
    return "" if result == document.value() else "comes to another value"


def versions(names: Iterable[str]) -> dict[str, str]:
    """Return the versions of those that can be run here."""
    left_out = missing(tuple(names))
    return {peer.name: peer.version() for peer in EVERYONE if peer.name in names and peer.name not in left_out}
