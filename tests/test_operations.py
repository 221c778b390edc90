"""Values that come as operations: what each does, what is refused, and how they end.

That they tell the story of the text that they spell is in properties/test_operations_tell_the_same.py.
"""

from __future__ import annotations

import json
import re
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, ConfigDict

from growth import assert_linear
from partway import Extractor, Gate, Limits, State, Whole
from partway.errors import LimitError, MalformedJSONError, MismatchError, NoJSONError, TruncatedJSONError, UsageError
from partway.events import Appended, Completed, Opened


class Step(BaseModel):
    text: str
    minutes: int | None = None


class Recipe(BaseModel):
    title: str
    steps: list[Step] = []


def extractor(type_: Any = Any, **options: Any) -> Extractor[Any]:
    return Extractor(type_, json_only=True, **options)


def put(reading: Extractor[Any], *operations: tuple[Any, ...]) -> Extractor[Any]:
    """Each operation is a path, a value, and maybe whether it goes on."""
    for path, value, *goes_on in operations:
        reading.operate(path, value, goes_on=bool(goes_on))
    return reading


ON = True

# What each operation adds to the text, and `partial` behind it.
GROWING = [
    ((("title",), "Pan", ON), '{"title":"Pan', {"title": "Pan"}),
    ((("title",), "cakes", ON), "cakes", {"title": "Pancakes"}),
    ((("title",), ""), '"', {"title": "Pancakes"}),
    ((("steps", 0, "text"), 'S"', ON), ',"steps":[{"text":"S\\"', {"title": "Pancakes", "steps": [{"text": 'S"'}]}),
    (
        (("steps", 0, "minutes"), 2),
        '","minutes":2',
        {"title": "Pancakes", "steps": [{"text": 'S"', "minutes": 2}]},
    ),
    (
        (("steps", 1, "text"), ""),
        '},{"text":""',
        {"title": "Pancakes", "steps": [{"text": 'S"', "minutes": 2}, {"text": ""}]},
    ),
]


def test_each_operation_is_seen_at_once_and_spells_json():
    reading, text = extractor(Recipe), ""
    for operation, added, partial in GROWING:
        assert put(reading, operation).partial.model_dump(exclude_unset=True) == partial
        text += added
        assert reading.text == text
    assert reading.state("steps", 0) is State.COMPLETE
    assert reading.open_path == ("steps", 1)
    assert reading.complete() is True
    assert reading.text == text + "}]}"
    assert reading.finish() == Recipe.model_validate_json(reading.text)


def test_whether_the_partial_changed_is_said():
    reading = extractor(Recipe)
    said = [
        reading.operate(path, value, goes_on=goes_on)
        for path, value, goes_on in [
            (("title",), "", True),
            (("title",), "a", True),
            (("title",), "", True),
            (("unknown",), "b", True),
            (("unknown",), "c", False),
            (("unknown",), "", False),
            (("steps", 0, "minutes"), 1, False),
        ]
    ]
    assert said == [True, True, False, True, False, False, True]


def test_events_are_those_of_the_text():
    events = []
    put(extractor(on_event=events.append), (("a", 0), "x", ON), (("a", 0), "y"), (("a", 1), 2.5))
    assert events == [
        Opened((), "object"),
        Opened(("a",), "array"),
        Opened(("a", 0), "string"),
        Appended(("a", 0), "x"),
        Appended(("a", 0), "y"),
        Completed(("a", 0), "xy"),
        Opened(("a", 1), "number"),
        Completed(("a", 1), 2.5),
    ]


RESULTS = {
    "nothing": ([], {}),
    "every kind": (
        [(("s",), "x"), (("i",), -1), (("f",), 1.5), (("t",), True), (("n",), None)],
        {"s": "x", "i": -1, "f": 1.5, "t": True, "n": None},
    ),
    "a string that is never closed": ([(("a",), "x", ON), (("b",), "y", ON)], {"a": "x", "b": "y"}),
    "a string that is closed twice": ([(("a",), "x", ON), (("a",), ""), (("a",), "")], {"a": "x"}),
    "a whole string that is closed again": ([(("a",), "x"), (("a",), "")], {"a": "x"}),
    "an empty string": ([(("a",), "")], {"a": ""}),
    "a number that goes on": ([(("a",), 1, ON), (("b",), 2)], {"a": 1, "b": 2}),
    "an array at the root": ([((0, 0), 1), ((0, 1), 2), ((1, 0), 3)], [[1, 2], [3]]),
    "a scalar at the root": ([((), 5)], 5),
    "a string at the root": ([((), "a", ON), ((), "b")], "ab"),
    "a string at the root that is never closed": ([((), "a", ON)], "a"),
    "a repeated key": ([(("a",), "x"), (("b",), 1), (("a",), "y")], {"a": "y", "b": 1}),
    "a repeated key, at once": ([(("a",), "x"), (("a",), "y", ON), (("a",), "z")], {"a": "yz"}),
    "odd keys": ([(("a.b", '"', ""), "\\")], {"a.b": {'"': {"": "\\"}}}),
    "the same key further in": ([(("a", "a"), 1), (("b", "a"), 2)], {"a": {"a": 1}, "b": {"a": 2}}),
    "control characters": ([(("a\n",), "\x00", ON), (("a\n",), "\u2028\x7f")], {"a\n": "\x00\u2028\x7f"}),
    "half characters": ([(("a",), "x\ud83d", ON), (("a",), "\ude00y")], {"a": "x\N{GRINNING FACE}y"}),
    "half characters in one piece": ([(("a",), "\ud83d\ude00")], {"a": "\N{GRINNING FACE}"}),
    "half a character before nothing": ([(("a",), "\ud83d", ON), (("a",), "", ON), (("a",), "\ude00")], {"a": "😀"}),
    "large numbers": ([(("a",), 2**200), (("b",), 1e300)], {"a": 2**200, "b": 1e300}),
}


@pytest.mark.parametrize(("operations", "result"), RESULTS.values(), ids=RESULTS)
def test_results(operations, result):
    reading = put(extractor(), *operations)
    reading.complete()
    assert reading.finish() == result
    assert json.loads(reading.text) == result


# The operations before, the one that is refused, and what is said of it.
REFUSED = {
    "an element that was left": ([((0,), 1), ((1,), 2)], ((0,), 3), "expected the value[2] next, since [0] was left"),
    "the same element": ([(("a", 0), "x")], (("a", 0), "y"), "expected a[1] next, since a[0] was left"),
    "an index skipped": ([(("a", 0), 1)], (("a", 2), 1), "expected a[1] next"),
    "an index below 0": ([(("a", 0), 1)], (("a", -1), 1), "expected a[1] next"),
    "a first index skipped": ([], (("a", 1), 1), "expected a[0] next"),
    "a first index skipped, further in": ([(("a", 0), 1)], (("b", 0, 3, "c"), 1), "expected b[0][0] next"),
    "a first index skipped at the root": ([], ((1,), 1), "expected the value[0] next"),
    "an object that was left": ([(("a", "b"), 1), (("c",), 2)], (("a", "d"), 3), "expected no more in a, which was"),
    "an object that was left, over it": ([(("a", "b"), 1), (("c",), 2)], (("a",), 3), "expected no more in a, which"),
    "an array that was left": ([(("a", 0), 1), (("c",), 2)], (("a", 1), 3), "expected no more in a, which was left"),
    "a value over an object": ([(("a", "b"), 1)], (("a",), 3), "expected a place inside a, which is an object"),
    "a value over an array": ([(("a", 0, "b"), 1)], (("a", 0), 3), "expected a place inside a[0], which is an object"),
    "a value over all": ([(("a", 0), 1)], ((), 3), "expected a place inside the value, which is an object"),
    "inside a scalar": ([(("a",), 1)], (("a", "b"), 3), "expected no more in a, which was left"),
    "inside a string that is open": ([(("a",), "x", ON)], (("a", "b"), 3), "expected no more in a, which was left"),
    "inside a scalar at the root": ([((), "x", ON)], (("a",), 3), "expected no more, since the value is no object or"),
    "behind a scalar at the root": ([((), 1)], ((), 2), "expected no more, since the value is complete"),
    "an index of an object": ([(("a", "b"), 1)], (("a", 0), 3), "expected a place inside a, which is an object"),
    "a key of an array": ([(("a", 0), 1)], (("a", "b"), 3), "expected a place inside a, which is an array"),
    "a key of the array at the root": ([((0,), 1)], (("b",), 3), "expected a place inside the value, which is an arr"),
    "a string that was left open": (
        [(("a",), "x", ON), (("b",), 1)],
        (("a",), "y", ON),
        "expected no more of a, which was left before it was closed",
    ),
    "a number in a string": ([(("a",), "x", ON)], (("a",), 1), "expected more of the string that a is"),
    "a null in a string at the root": ([((), "x", ON)], ((), None), "expected more of the string that the value is"),
    "no number": ([], (("a",), float("nan")), "expected a number that JSON has"),
    "an endless number": ([], (("a",), float("-inf")), "expected a number that JSON has"),
    "half a character": ([], (("a",), "\ud83d"), "expected a surrogate pair instead of a lone surrogate"),
    "half a character in a key": ([], (("\ude00",), 1), "expected a surrogate pair instead of a lone surrogate"),
    "half a character at the end": ([(("a",), "x\ud83d", ON)], (("a",), ""), "expected a surrogate pair instead of"),
    "half a character in the middle": ([(("a",), "\ud83d", ON)], (("a",), "x", ON), "expected a surrogate pair"),
    "half a character that is left": ([(("a",), "x\ud83d", ON)], (("b",), 1), "expected a surrogate pair instead of"),
}


@pytest.mark.parametrize(("before", "operation", "message"), REFUSED.values(), ids=REFUSED)
def test_what_would_lose_something_is_refused_and_nothing_is_lost(before, operation, message):
    reading = put(extractor(), *before)
    text, partial = reading.text, reading.partial
    with pytest.raises(MalformedJSONError) as error:
        put(reading, operation)
    assert error.value.message.startswith(message)
    assert error.value.path == operation[0]
    assert error.value.text == text
    assert error.value.offset == len(text)
    assert error.value.partial == partial
    with pytest.raises(UsageError, match="after the end"):
        put(reading, (("z",), 1))


def test_a_string_that_ends_in_half_a_character_is_not_completed():
    reading = put(extractor(), (("a",), "x\ud83d", ON))
    assert reading.partial == {"a": "x"}
    with pytest.raises(MalformedJSONError, match="surrogate"):
        reading.complete()


CUT_OFF = {
    "in a string": ([(("title",), "x", ON)], ("title",)),
    "behind a string": ([(("title",), "x")], ()),
    "behind a number": ([(("title",), "x"), (("steps", 0, "minutes"), 3)], ("steps", 0)),
}


@pytest.mark.parametrize(("operations", "path"), CUT_OFF.values(), ids=CUT_OFF)
def test_without_its_end_a_value_is_cut_off(operations, path):
    reading = put(extractor(Recipe), *operations)
    with pytest.raises(TruncatedJSONError) as error:
        reading.finish()
    assert error.value.path == path
    assert error.value.partial.title == "x"


def test_without_any_operation_there_is_nothing_until_it_is_completed():
    with pytest.raises(NoJSONError):
        extractor().finish()
    reading = extractor(Recipe)
    assert reading.complete() is True
    with pytest.raises(MismatchError) as error:
        reading.finish()
    assert error.value.validation_error.errors()[0]["loc"] == ("title",)
    assert error.value.text == "{}"


def test_what_does_not_fit_is_rejected_with_its_json():
    reading = put(extractor(Recipe), (("title",), 3), (("steps", 0, "text"), "x"), (("steps", 0, "minutes"), "y", ON))
    assert [(one.path, one.json) for one in reading.rejected] == [(("title",), "3")]
    reading.complete()
    assert [(one.path, one.json) for one in reading.rejected] == [(("title",), "3"), (("steps", 0, "minutes"), '"y"')]
    with pytest.raises(MismatchError) as error:
        reading.finish()
    assert [line["loc"] for line in error.value.validation_error.errors()] == [("title",), ("steps", 0, "minutes")]
    assert (error.value.path, error.value.line, error.value.column) == (("title",), 1, 10)


def test_fail_fast_ends_with_the_operation():
    reading = extractor(Recipe, fail_fast=True)
    with pytest.raises(MismatchError) as error:
        put(reading, (("title",), "x"), (("steps", 0, "minutes"), "y"))
    assert error.value.path == ("steps", 0, "minutes")
    assert error.value.partial.title == "x"


class Cat(BaseModel):
    kind: Literal["cat"]
    name: str


class Dog(BaseModel):
    model_config = ConfigDict(extra="forbid")
    kind: Literal["dog"]
    tricks: list[str]


def test_a_union_settles_as_soon_as_it_can_be_told():
    reading = put(extractor(list[Cat | Dog]), ((0, "name"), "Tom", ON))
    assert isinstance(reading.partial[0], Cat), "no other has a name"
    put(reading, ((0, "kind"), "cat"), ((1, "kind"), "dog"), ((1, "tricks", 0), "sit", ON))
    assert reading.partial[0] == Cat(kind="cat", name="Tom")
    assert reading.partial[1].tricks == ["sit"]


class Marked(BaseModel):
    whole: Annotated[list[str], Whole()]
    gate: Annotated[str, Gate()]
    note: str = ""


def test_markers_hold():
    reading = put(extractor(Marked), (("whole", 0), "a"), (("note",), "b", ON))
    assert reading.partial is None
    put(reading, (("gate",), "open", ON))
    assert reading.partial is None
    put(reading, (("gate",), ""))
    assert (reading.partial.whole, reading.partial.note) == (["a"], "b")


def test_validators_get_their_context():
    class Asking(BaseModel):
        value: str

        def model_post_init(self, context: Any) -> None:
            seen.append(context)

    seen: list[Any] = []
    reading = put(extractor(Asking, validation_context={"user": 1}), (("value",), "x"))
    reading.complete()
    reading.finish()
    assert {"user": 1} in seen
    assert None not in seen


LIMITS = {
    "max_depth": (Limits(max_depth=2), [(("a", "b", "c"), 1)], "nested deeper than max_depth=2"),
    "max_string": (Limits(max_string=3), [(("a",), "ab", ON), (("a",), "cd", ON)], "longer than max_string=3"),
    "max_string, whole": (Limits(max_string=3), [(("a",), "abcd")], "longer than max_string=3"),
    "max_string, of a key": (Limits(max_string=3), [(("abcd",), 1)], "longer than max_string=3"),
    "max_number_digits": (Limits(max_number_digits=3), [(("a",), 1234)], "longer than max_number_digits=3"),
    "more digits than Python writes": (Limits(), [(("a",), 10**5000)], "longer than max_number_digits=4,300"),
    "max_chars": (Limits(max_chars=9), [(("a",), "abc", ON), (("a",), "d")], "the text is longer than max_chars=9"),
}


@pytest.mark.parametrize(("limits", "operations", "message"), LIMITS.values(), ids=LIMITS)
def test_limits(limits, operations, message):
    reading = put(extractor(limits=limits), *operations[:-1])
    with pytest.raises(LimitError, match=re.escape(message)):
        put(reading, operations[-1])


def test_what_is_no_operation_is_said():
    for path, value, message in [
        (("a",), [1], "not a list"),
        (("a",), b"x", "not a bytes"),
        ((1.5,), 1, r"takes a path of str and int, not \(1.5,\)"),
        ((True,), 1, "takes a path of str and int"),
    ]:
        reading = put(extractor(), (("b",), 1))
        with pytest.raises(UsageError, match=message):
            reading.operate(path, value)
        assert put(reading, (("c",), 2)).partial == {"b": 1, "c": 2}, "nothing has happened"


def test_operations_and_text_do_not_mix():
    reading = put(extractor(), (("a",), 1))
    with pytest.raises(UsageError, match=r"^feed\(\) after operate\(\)"):
        reading.feed("{}")
    assert put(reading, (("b",), 2)).partial == {"a": 1, "b": 2}
    reading = extractor()
    reading.feed("")
    reading.feed('{"a"')
    with pytest.raises(UsageError, match=r"^operations after text"):
        reading.operate(("a",), 1)
    assert reading.complete() is False, "text says itself where it ends"
    assert reading.feed(":1}")
    assert reading.finish() == {"a": 1}
    with pytest.raises(UsageError, match="json_only=True"):
        Extractor(Recipe).operate(("a",), 1)
    with pytest.raises(UsageError, match="operations after the end"):
        reading.complete()


def test_no_operation_follows_the_end():
    reading = put(extractor(), (("a",), 1))
    assert reading.complete()
    assert not reading.complete()
    with pytest.raises(MalformedJSONError, match="expected no more, since the value is complete"):
        reading.operate(("b",), 1)


def arguments_of(path):
    """The operations of each call in a recording of Vertex AI, and whether the call was closed."""
    calls: list[list[tuple[Any, ...]]] = []
    for line in path.read_text("utf-8").splitlines():
        for part in json.loads(line)["candidates"][0]["content"].get("parts", ()):
            call = part.get("functionCall")
            if call is None:
                continue
            if "name" in call:
                calls.append([])
            for one in call.get("partialArgs", ()):
                steps = re.findall(r"\.(\w+)|\[(\d+)\]", one["jsonPath"])
                path_ = tuple(name or int(index) for name, index in steps)
                value = one.get("stringValue", one.get("numberValue"))
                calls[-1].append((path_, value, *([ON] if one.get("willContinue") else [])))
    return calls


RECORDED = {
    "google-stream-tool-call-arguments": [{"location": "Boston"}, {"location": "San Francisco"}],
    "google-stream-no-args-tool-call": [{}, {"id": "A"}, {"id": "B"}, {"id": "C"}],
    "google-stream-tool-call-array-arguments-missing-terminal-function-call": [
        {
            "operations": [
                {"action": "add", "description": "Fresh red apple", "itemid": "apple_001", "price": 0.5},
                {"action": "add", "description": "Ripe yellow banana", "itemid": "banana_001", "price": 0.3},
            ]
        }
    ],
}


@pytest.mark.parametrize(("name", "results"), RECORDED.items(), ids=RECORDED)
def test_recordings(corpus, name, results):
    found = []
    for operations in arguments_of(corpus / "vercel-ai" / "google" / f"{name}.chunks.txt"):
        reading = put(extractor(), *operations)
        reading.complete()
        found.append(reading.finish())
    assert found == results


def test_a_nested_recording(corpus):
    path = corpus / "vercel-ai" / "google" / "google-vertex-stream-tool-call-arguments-nested.1.chunks.txt"
    (operations,) = arguments_of(path)
    events: list[Any] = []
    reading = put(extractor(on_event=events.append), *operations)
    reading.complete()
    recipe = reading.finish()["recipe"]
    written: dict[Any, str] = {}
    for where, value, *_ in operations:
        written[where] = written.get(where, "") + value
    assert [part["name"] for part in recipe["ingredients"]] == [
        written["recipe", "ingredients", number, "name"] for number in range(10)
    ]
    assert recipe["steps"] == [written["recipe", "steps", number] for number in range(10)]
    assert recipe["name"] == "Lasagna"
    told = {event.path: event.value for event in events if isinstance(event, Completed)}
    assert {where: told[where] for where in written} == written


def one_string(size):
    def work():
        reading = extractor()
        for _ in range(size):
            reading.operate(("a",), "word", goes_on=True)

    return work


def many_elements(size):
    def work():
        reading = extractor(Recipe)
        for number in range(size):
            reading.operate(("steps", number, "text"), "word")

    return work


def many_keys(size):
    def work():
        reading = extractor()
        for number in range(size):
            reading.operate((str(number), "text"), "word", goes_on=True)

    return work


@pytest.mark.parametrize("work", [one_string, many_elements, many_keys])
def test_work_is_linear(work):
    assert_linear(work, 2000)
