"""The oracle of the core: whatever an input is, the promises hold, as far as they can be checked without knowing it.

    1  every way to cut the text tells one story: events, ending, error, what is left, and the prose around it
    2  `Follower` holds the partials against one another and against what was told, step by step
    3  (it also sees that nothing is shown that was not opened)
    4  what an extractor without listeners shows is what one with a listener shows, after the same text
    5  what is complete is no partial
    6  the result, or the errors, are what pydantic says of the JSON that was found
    7  no beginning of a document is a document
    8  what is complete stays the same object; work and memory grow with the text, where the input repeats something
    9  nothing is raised but our own errors, and those say where

Each check raises `BrokenPromise`, and so does `check` for what else is raised.
"""

from __future__ import annotations

import contextlib
import copy
import gc
import itertools
import json
import re
import sys
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from random import Random
from types import FunctionType, ModuleType
from typing import Any, Final

from holding import Watcher, consistent, parts
from inputs import MODES, SNAPSHOTS, Input
from pydantic import BaseModel, ValidationError
from story import Story, complaints, joined, shape, tell, told
from strategies import Node, Obj, Raw
from test_operations_tell_the_same import Operation, assert_the_same_story, spellable
from typetable import Kind, kind

import growth
from partway import Extractor, Limits, stream
from partway.errors import LimitError, MismatchError, NoJSONError, PartwayError, TruncatedJSONError
from partway.events import Completed, Event, Opened, Path, Rejected, Restarted

__all__ = ["BrokenPromise", "check", "fits", "hold"]

Options = dict[str, Any]

UNBOUND: Final = Limits(max_chars=10**9, max_string=10**9, max_candidates=10**9, max_rejected=10**9)
FOLLOWED: Final = 60_000
"""How many characters times deltas are followed step by step: past that, stories are only compared."""
CHARACTERS: Final = 700
"""How long a text may be to be cut into its characters too."""
MEMORY: Final = 6
"""How many times the text what is kept of it may take, at most, beside the value itself."""
CONSTANT: Final = ((15_000, 150_000), (60_000, 400_000))
"""Characters of a text, and the bytes that any extractor may take beside it: the second holds the tokens of a slice."""
EACH_CANDIDATE: Final = 400
"""Bytes that a candidate may take, of which `Limits.max_candidates` bounds how many there are."""
TOKENS: Final = 28
"""Bytes for a character that the tokens of a union may take that is not settled."""
EACH_MISFIT: Final = 3_000
"""Bytes that a value may take that does not fit: pydantic's error for it, with those of what is around it."""

_ASTRAL: Final = re.compile(r"\\u[dD][89abAB]")
_WIDE: Final = re.compile(r"\\u(?!00)")
"""Escapes of characters that take 4 bytes in a string of Python, and of those that take 2."""


class BrokenPromise(AssertionError):  # noqa: N818 # it is what it says
    """A promise that does not hold for an input."""

    def __init__(self, what: str, detail: Any = "") -> None:
        super().__init__(f"{what}: {detail!r:.2000}" if detail != "" else what)
        self.what = what


def hold(condition: object, what: str, *detail: Any) -> None:
    """Raise `BrokenPromise` unless a condition holds."""
    if not condition:
        raise BrokenPromise(what, detail)


def check(found: Input) -> None:
    """Hold an input against all that can be checked of it.

    Raises:
        BrokenPromise: A promise does not hold.
        AssertionError: The same, from a checker of the properties.
        Exception: Whatever partway raises that it should not.
    """
    what, text = kind(found.type), found.grown()
    match MODES[found.mode]:
        case "operations" if (node := _document(text)) is not None:
            _check_operations(what, node, found)
        case "bytes":
            _check_bytes(what, text, found)
        case _:
            _check_text(what, text, found)
    if found.is_repeated:
        _check_growth(what, found)
        _check_memory(what, found)


# ------------------------------------------------------------------------------------------- one story


def _check_text(what: Kind, text: str, found: Input) -> None:
    options = found.options
    whole = tell(what.tp, [text], **options)
    _check_ending(whole)
    for deltas in _ways(text, found):
        other = tell(what.tp, deltas, **options)
        _compare(whole, other, deltas)
    _check_completed(whole)
    _check_result(what, whole, options)
    _check_truncated(what, whole, found)
    deltas = found.deltas(text)
    if len(text) * len(deltas) <= FOLLOWED:
        if not what.unfollowed:
            Follower(what.tp, **options).follow(deltas)
        _check_quiet(what, deltas, found)


def _ways(text: str, found: Input) -> Iterator[list[str]]:
    """How the text is cut, beside as a whole."""
    yield found.deltas(text)
    if len(text) <= CHARACTERS:
        yield list(text)
    else:
        yield [text[at : at + 997] for at in range(0, len(text), 997)]


def _full(story: Story) -> tuple[Any, ...]:
    """A story with how it ended and what is left."""
    left: Any = None
    if story.error is not None:
        left = (story.error.offset, story.error.path, story.error.message, shape(story.error.partial))
    return (story.joined, story.ending, left)


def _around(story: Story) -> tuple[Any, ...]:
    """What else an extractor says of a text when it has read all of it."""
    extractor = story.extractor
    return (extractor.prose, extractor.thoughts, extractor.candidate, extractor.text)


def _read_to_its_end(story: Story) -> bool:
    """Whether all of the text was looked at: some errors are raised before."""
    return story.error is None or type(story.error) in (NoJSONError, TruncatedJSONError)


def _too_long(story: Story) -> bool:
    """Whether a delta passed the limit of the text. It is not looked at, so what came before depends on the cuts."""
    return type(story.error) is LimitError and "max_chars" in story.error.message


def _compare(whole: Story, other: Story, deltas: list[str]) -> None:
    if _too_long(whole) or _too_long(other):
        return
    for part, one, two in zip(("events", "ending", "error"), _full(whole), _full(other), strict=True):
        if one != two:
            first = _first_difference(one, two)
            what_differs = [each[0] if isinstance(each, tuple) and each else each for each in first]
            hold(False, f"1: the cuts change the {part}: {what_differs}", first, deltas[:50])
    if _read_to_its_end(whole):
        hold(
            _around(whole) == _around(other),
            "1: how the text is cut changes what is around",
            _around(whole),
            _around(other),
        )
    hold([told(event) for event in other.events] == other.telling, "2: an event changed after it was told")


def _first_difference(one: Any, two: Any) -> tuple[Any, Any]:
    """Of two events, or parts of an error, the first that differ."""
    if isinstance(one, list | tuple) and isinstance(two, list | tuple):
        return next(((a, b) for a, b in itertools.zip_longest(one, two) if a != b), (one, two))
    return one, two


def _check_ending(story: Story) -> None:
    extractor, error = story.extractor, story.error
    repr((extractor.partial, extractor.state(), extractor.open_path))
    for rejection in extractor.rejected:
        hold(rejection.json in extractor.text, "9: what was rejected is not in the text", rejection)
    if error is None:
        return
    hold(type(error) is not PartwayError and str(error), "9: an error says nothing", error)
    hold(0 <= error.offset <= len(error.text), "9: an error is beside the text", error.offset, error.text)
    hold(error.line >= 1 and error.column >= 1, "9: an error is beside the text", error.line, error.column)


def _check_completed(story: Story) -> None:
    for event in story.events:
        if isinstance(event, Completed):
            hold(not _is_partial(event.value), "5: a complete value is a partial", event)


def _is_partial(value: Any) -> bool:
    return type(value).__name__.startswith("Partial[") or any(_is_partial(part) for _, part in parts(value))


def _check_result(what: Kind, story: Story, options: Options) -> None:
    error = story.error
    if error is None:
        text = story.extractor.text
    elif type(error) is MismatchError and not options["fail_fast"]:
        text = error.text
    else:
        return
    try:
        expected = what.adapter.validate_json(text)
    except ValidationError as wrong:
        if type(error) is not MismatchError:
            raise BrokenPromise("6: pydantic refuses the result", (text, complaints(wrong))) from None
        ours = complaints(error.validation_error)
        hold(ours == complaints(wrong), "6: the errors are not pydantic's", ours, complaints(wrong))
    else:
        hold(error is None, "6: pydantic takes what was refused", error, text)
        hold(shape(story.result) == shape(expected), "6: the result is not pydantic's", story.result, expected)


def fits(what: Kind, text: str) -> bool:
    """Whether pydantic takes a text for a value of a type."""
    try:
        what.adapter.validate_json(text)
    except ValidationError:
        return False
    return True


def _check_truncated(what: Kind, story: Story, found: Input) -> None:
    if story.error is not None or not story.extractor.text.startswith(("{", "[", '"')):
        return
    text = story.extractor.text
    for cut in {1, len(text) - 1, *(cut % len(text) for cut in found.cuts[:2])}:
        cut_off = tell(what.tp, found.deltas(text[:cut]), **{**found.options, "json_only": True})
        right = TruncatedJSONError if text[:cut].strip() else NoJSONError
        right_ones = (right, MismatchError) if found.fail_fast else (right,)
        hold(type(cut_off.error) in right_ones, "7: the beginning of a document is one", text[:cut], cut_off.error)


class Follower(Watcher):
    """The checker of the properties for unions, in any text: what was told before a restart is forgotten."""

    def _check_states(self) -> None:
        if not self.repeated:  # a tag that is repeated changes which places there are
            super()._check_states()

    def _check_told(self, partial: Any) -> None:
        if not self.repeated:
            super()._check_told(partial)

    def _read(self, event: Event) -> None:
        if isinstance(event, Restarted):
            self.telling.append(told(event))
            self.events.append(event)
            self.open, self.closed, self.opened = [], {}, set()
            self.repeated, self.forgotten = False, set()
            self.restarts += 1
        else:
            if isinstance(event, Opened) and event.path in self.open:
                self.repeated = True  # in an object whose validator sees the raw data, the first one has no end
            super()._read(event)

    def follow(self, deltas: list[str]) -> None:
        """Feed the deltas, check each step, and each against the one before."""
        self.restarts = 0
        seen: list[tuple[Any, Any]] = []
        before: tuple[Any, int, dict[Path, Any]] = (None, 0, {})
        try:
            for delta in deltas:
                partial = self.feed(delta)
                hold(self.extractor.partial is partial, "8: a snapshot that is asked for twice is made twice")
                seen.append((partial, shape(partial)))
                before = self._check_kept(before, partial)
            result = self.extractor.finish()
        except PartwayError:
            pass
        else:
            if not self.repeated and self.restarts == before[1]:
                hold(before[0] is None or consistent(before[0], result), "2: the result is not what was shown", result)
        for partial, was in seen:
            hold(shape(partial) == was, "2: an old snapshot changed", partial)

    def _check_kept(self, before: tuple[Any, int, dict[Path, Any]], partial: Any) -> tuple[Any, int, dict[Path, Any]]:
        """Check a partial against the one before: all it had is there, and what was complete is the same object."""
        early, restarts, complete = before
        now = dict(self._complete_objects(partial))
        if restarts == self.restarts and not self.repeated and not self._has_misfits():
            kept = early is None or consistent(early, partial) or any(map(self._comes_again, self.open))
            hold(kept, "2: something was taken back", early, partial)
            for path, value in complete.items():
                hold(now.get(path, value) is value, "8: a complete value was made anew", path, value)
        return partial, self.restarts, now

    def _has_misfits(self) -> bool:
        return bool(self.extractor.rejected) or any(not isinstance(event, Completed) for event in self.closed.values())

    def _complete_objects(self, partial: Any) -> Iterator[tuple[Path, Any]]:
        """The complete containers inside what is open."""
        for path, event in self.closed.items():
            if path and isinstance(event, Completed) and not any(path[:n] in self.closed for n in range(len(path))):
                value: Any = partial
                for step in path:
                    value = dict(parts(value)).get(step)
                if isinstance(value, BaseModel | dict | list | tuple):
                    yield path, value


def _check_quiet(what: Kind, deltas: list[str], found: Input) -> None:
    """What shows without a listener, and when not every snapshot is looked at, is what shows with one."""
    story = tell(what.tp, deltas, snapshots=True, **found.options)
    extractor: Extractor[Any] = Extractor(what.tp, **found.options)
    asked = SNAPSHOTS[found.snapshots]
    error: PartwayError | None = None
    result: Any = None
    last, changed = None, False
    try:
        for number, delta in enumerate(deltas):
            changed |= extractor.feed(delta)
            if asked == "every" or (asked == "some" and number % 3 == 2):
                partial, step = extractor.partial, story.steps[number]
                hold(shape(partial) == step.shape, "4: what shows depends on who listens", partial, step.partial)
                hold(changed or partial is last, "4: feed() says that nothing changed", last, partial)
                last, changed = partial, False
        result = extractor.finish()
    except PartwayError as caught:
        error = caught
    hold(type(error) is type(story.error), "4: how it ends depends on who listens", error, story.error)
    hold(shape(result) == shape(story.result), "4: the result depends on who listens", result, story.result)
    for early, late in itertools.pairwise(story.steps):
        hold(early.shape == late.shape or late.changed, "4: feed() says that nothing changed", early, late)
        hold(late.changed or early.partial is late.partial, "8: a snapshot was made anew for nothing", early, late)
    if story.error is not None and len(story.steps) == len(deltas) > 0:  # it came from finish()
        late, partial = story.steps[-1], story.error.partial
        same = partial is late.partial or shape(partial) != late.shape
        hold(same, "8: an error made the snapshot anew for nothing", late, partial)


# ---------------------------------------------------------------------------------------- other ways in


def _document(text: str) -> Node | None:
    """A text as a document of the properties; `None` if it is no JSON, or has what operations have not."""
    try:
        node: Node = json.loads(
            text, object_pairs_hook=lambda pairs: Obj(tuple(pairs)), parse_int=Raw, parse_float=Raw, parse_constant=int
        )
        text.encode()
        json.dumps(_strings(node), ensure_ascii=False).encode()
        return spellable(_raw(node))
    except (ValueError, RecursionError):
        return None


def _raw(node: Any) -> Node:
    match node:
        case True | False | None:
            return Raw(json.dumps(node))
        case list():
            return [_raw(one) for one in node]
        case Obj(pairs):
            return Obj(tuple((key, _raw(value)) for key, value in pairs))
        case _:
            return node


def _strings(node: Any) -> list[Any]:
    match node:
        case list():
            return [_strings(one) for one in node]
        case Obj(pairs):
            return [[key, _strings(value)] for key, value in pairs]
        case str():
            return [node]
        case _:
            return []


def _operations(random: Random, node: Node, path: Path = (), *, repeated: bool = False) -> Iterator[Operation]:
    """Operations that put a document, its strings cut anywhere."""
    match node:
        case Raw(text):
            yield Operation(path, json.loads(text))
        case list():
            for index, one in enumerate(node):
                yield from _operations(random, one, (*path, index))
        case Obj(pairs):
            keys = [key for key, _ in pairs]
            for key, one in pairs:
                yield from _operations(random, one, (*path, key), repeated=keys.count(key) > 1)
        case str():
            points = sorted(random.randint(0, len(node)) for _ in range(random.randrange(4)))
            for start, end in itertools.pairwise([0, *points, len(node)]):
                yield Operation(path, node[start:end], goes_on=True)
            if repeated or not path or random.random() < 0.5:
                yield Operation(path, "")


def _check_operations(what: Kind, node: Node, found: Input) -> None:
    random = Random(zlib.crc32(found.encode()))  # noqa: S311 # nothing secret
    steps = list(_operations(random, node))
    if found.limits == 0 and found.context is False:
        assert_the_same_story(what.tp, steps, well=not found.every, options={"fail_fast": found.fail_fast})
    _survive_operations(what, _muddled(random, steps), found)


def _muddled(random: Random, steps: list[Operation]) -> list[Operation]:
    """Operations in no good order, some of them there twice, some with the paths or values of others."""
    muddled = [*steps]
    for _ in range(random.randint(1, 3)):
        at, other = random.randrange(len(muddled)), random.choice(steps)
        change: Operation = random.choice(
            [other, muddled[at]._replace(path=other.path), muddled[at]._replace(path=(*other.path, 0)),
             muddled[at]._replace(value=other.value), muddled[at]._replace(path=other.path[:-1])]
        )  # fmt: skip
        muddled[at : at + random.randrange(2)] = [change]
    return muddled


def _survive_operations(what: Kind, steps: list[Operation], found: Input) -> None:
    story = Story(Extractor(what.tp, **{**found.options, "json_only": True}))
    extractor = story.extractor
    try:
        for step in steps:
            extractor.operate(step.path, step.value, goes_on=step.goes_on)
            _ = extractor.partial
        extractor.complete()
        story.result = extractor.finish()
    except PartwayError as error:
        story.error = error
    _check_ending(story)
    _check_result(what, story, found.options)


def _check_bytes(what: Kind, text: str, found: Input) -> None:
    raw = text.encode("utf-8", "surrogatepass")
    size = found.every or 7
    points = sorted(cut % (len(raw) + 1) for cut in found.cuts)
    pieces = [raw[a:b] for a, b in itertools.pairwise([0, *points, len(raw)])]
    options = {**found.options, "json_only": False}
    del options["backend"]  # a stream takes the fastest
    form: Any = {"form": "text"}  # it might be taken for a stream of something
    whole = tell(what.tp, [text], **options)
    for source in (pieces, [raw[at : at + size] for at in range(0, len(raw), size)]):
        telling: list[Any] = []
        error: PartwayError | None = None
        try:
            telling.extend(told(event) for event in stream(source, what.tp, **options, **form).events())
        except PartwayError as caught:
            error = caught
        if max(text, default="") >= "\ud800" and any("\ud800" <= one <= "\udfff" for one in text):
            continue  # no UTF-8
        if raw and not (_too_long(whole) or (type(error) is LimitError and "max_chars" in error.message)):
            hold(joined(telling) == whole.joined, "1: bytes tell another story", joined(telling), whole.joined)
            hold(type(error) is type(whole.error), "1: bytes end otherwise", error, whole.error)


# ---------------------------------------------------------------------------------------------- growth


def _feed_all(what: Kind, deltas: list[str], options: Options, collect: int = 0) -> Extractor[Any]:
    """Feed all; with `collect`, what waits for the garbage collector is collected after so many deltas each."""
    extractor: Extractor[Any] = Extractor(what.tp, **options)
    with contextlib.suppress(PartwayError):
        for number, delta in enumerate(deltas):
            extractor.feed(delta)
            if collect and number % collect == 0:
                gc.collect()
        _ = extractor.partial
        extractor.finish()
    return extractor


def _times(found: Input, size: int) -> int:
    """How often to repeat what is repeated for a text of about a size."""
    return max(1, size // max(1, len(found.grown(2)) - len(found.grown(1))))


def _check_growth(what: Kind, found: Input) -> None:
    """Four times the text takes less than eight times as long. Each is measured once, and again if it looks bad."""
    options = {**found.options, "limits": UNBOUND}

    def work(size: int) -> Callable[[], object]:
        deltas = found.deltas(found.grown(_times(found, size)))
        return lambda: _feed_all(what, deltas, options)

    small, large = (growth._seconds(work(size)) for size in (700, 2_800))
    if large < 5.5 * small + growth.SLACK:
        return
    try:
        growth.assert_linear(work, 3_000)
    except AssertionError as error:
        raise BrokenPromise("8: the work grows faster than the text", str(error)) from None


def _check_memory(what: Kind, found: Input) -> None:
    """What is allocated at the peak is bounded by the text and by what the value takes that pydantic makes of it."""
    for size, constant in CONSTANT:
        too_much = _too_much(what, found, size, constant)
        if too_much is None:
            return
    hold(False, "8: it takes more memory than it may", *too_much)


def _too_much(what: Kind, found: Input, size: int, constant: int) -> tuple[int, int, int] | None:
    """The bytes at the peak for a text of about a size, if too many, with those of the value and of the text."""
    text = found.grown(_times(found, size))
    options = {**found.options, "limits": None}
    every = max(found.every, 64)
    deltas = [text[at : at + every] for at in range(0, len(text), every)]
    ours, extractor = _peak(lambda: _feed_all(what, deltas, options))
    times = 2 * MEMORY if extractor.rejected else MEMORY  # pydantic's errors quote what does not fit
    times += TOKENS * what.has_union
    spelled = _spelled(text)
    most = times * spelled + constant + EACH_CANDIDATE * extractor.candidate
    most += EACH_MISFIT * len(extractor.rejected)
    if ours > most:  # unless it is what is compiled when it is first needed, or what nobody holds any more
        ours, extractor = _peak(lambda: _feed_all(what, deltas, options, collect=8))
    if ours <= most:
        return None
    theirs, misfits = _greatest_value(what, deltas, options)
    most += EACH_MISFIT * (misfits - len(extractor.rejected))
    theirs += theirs // 4  # what grows part by part has room to spare: a list up to an eighth, and its parts likewise
    return (ours, theirs, spelled) if ours > most + theirs else None


def _spelled(text: str) -> int:
    """The bytes of a text, or of one as long of the widest character that it spells.

    Python gives all characters of a string one width: a key of 60,000 letters and an escaped emoji takes 240 kB.
    """
    widest = 4 if _ASTRAL.search(text) else 2 if _WIDE.search(text) else 1
    return max(sys.getsizeof(text), widest * len(text))


def _greatest_value(what: Kind, deltas: list[str], options: Options) -> tuple[int, int]:
    """The bytes of the greatest value that was shown, and the most misfits: of candidates that were given up too."""
    values: list[Any] = []
    texts: list[str] = []
    misfits: list[int] = [0]
    held: list[Extractor[Any]] = []

    def note(event: Event) -> None:
        if isinstance(event, Restarted):
            values.append(held[0].partial)
            texts.append(held[0].text)
            misfits.append(0)
        elif isinstance(event, Rejected):
            misfits[-1] += 1

    held.append(Extractor(what.tp, on_event=note, **options))
    with contextlib.suppress(PartwayError):
        for delta in deltas:
            held[0].feed(delta)
            # Nobody is told of those in an object that waits for a gate.
            misfits[-1] = max(misfits[-1], len(held[0]._builder.rejected))
        held[0].finish()
    texts.append(held[0].text)
    values.append(held[0].partial)
    sizes = [_judged(what, text) for text in texts]
    sizes += [max(_peak(lambda value=value: copy.deepcopy(value))[0], _size(value)) for value in values]
    return max(sizes), max(misfits)


def _judged(what: Kind, text: str) -> int:
    """The bytes that pydantic takes for the value of a text, or twice those for its errors: of parts, and of it all."""

    def judge() -> int:
        try:
            what.adapter.validate_json(text)
        except ValidationError as error:
            error.errors()
            return 2
        return 1

    size, times = _peak(judge)
    return times * size


def _size(value: Any) -> int:
    """The bytes of a value with all its parts, of which a copy would share those that cannot change."""
    size, seen, waiting = 0, set[int](), [value]
    while waiting:
        part = waiting.pop()
        if id(part) not in seen and not isinstance(part, type | ModuleType | FunctionType):
            seen.add(id(part))
            size += sys.getsizeof(part)
            waiting += gc.get_referents(part)
    return size


def _peak(work: Callable[[], Any]) -> tuple[int, Any]:
    tracemalloc.start()
    try:
        made = work()
        return tracemalloc.get_traced_memory()[1], made
    finally:
        tracemalloc.stop()
