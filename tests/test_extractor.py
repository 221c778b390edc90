"""The sans-I/O core as its users call it: candidates, `json_only`, limits, messages, calls out of order."""

# ruff: noqa: E501  # a case of a table is one line

from __future__ import annotations

from typing import Annotated, Any

import pytest
from pydantic import BaseModel, field_validator

from partway import Extractor, Limits, State, Whole
from partway.errors import (
    LimitError,
    MalformedJSONError,
    MismatchError,
    NoJSONError,
    PartwayError,
    TruncatedJSONError,
    UsageError,
)
from partway.events import Appended, Finished, Opened, Restarted


class Step(BaseModel):
    text: str
    minutes: int = 0


class Frozen(BaseModel, frozen=True):
    set: frozenset[str] = frozenset()


class Recipe(BaseModel):
    title: str
    steps: list[Step] = []


SOUP = Recipe(title="Soup")

# A text and the recipe's title in it; how many candidates were begun.
FOUND: list[tuple[str, str, str, int]] = [
    ("alone", '{"title":"Soup"}', "Soup", 1),
    ("in a fence", '```json\n{"title":"Soup"}\n```', "Soup", 1),
    ("between prose", 'Sure! {"title":"Soup"} Enjoy {it}!', "Soup", 1),
    ("after curly prose", 'With {curly} braces [1]: {"title":"Soup"}', "Soup", 1),
    ("after thinking with a draft", '<think>{"title":"Draft"}</think>{"title":"Soup"}', "Soup", 1),
    ("after a draft of the wrong type", '{"name":"Draft"} so {"title":"Soup"}', "Soup", 2),
    ("after two of the wrong type", '{"name":1} or {"title":2} or {"title":"Soup"}', "Soup", 3),
    ("the first that fits", '{"title":"Soup"} or {"title":"Stew"}', "Soup", 1),
    ("after a broken draft", '{"title":"Dra", oops}\n{"title":"Soup"}', "Soup", 2),
    ("after a broken draft with objects inside", '{"steps":[{"title":"No"} oops, {"title":"No"}]}\n{"title":"Soup"}', "Soup", 2),
    ("after a broken draft in a fence", '```json\n{"title":"Dra\n```\nAgain:\n```json\n{"title":"Soup"}\n```', "Soup", 2),
    ("after an empty object", '{} {"title":"Soup"}', "Soup", 2),
    ("escapes in its strings", '{"title":"So\\u0075p"}', "Soup", 1),
    ("braces in its strings", '{"title":"}{```"} {', "}{```", 1),
]  # fmt: skip

# The type that is asked for, a text, options, the error, and its message; of one that ends in a blank, its beginning.
FAILED: list[tuple[str, Any, str, dict[str, Any], type[PartwayError], str]] = [
    ("no text", Recipe, "", {}, NoJSONError, "the text was empty"),
    ("no text, JSON only", Recipe, "", {"json_only": True}, NoJSONError, "the text was empty"),
    ("prose", Recipe, "Sorry, no.", {}, NoJSONError, "no JSON in the text, which began 'Sorry, no.'"),
    ("long prose", Recipe, "x" * 99, {}, NoJSONError, f"no JSON in the text, which began '{'x' * 80}…'"),
    ("thinking that never ends", Recipe, '<think>{"title":"x"}', {}, NoJSONError,
        "no JSON in the text, which began '<think>{\"title\":\"x\"}'; it ended in "),
    ("cut off in a string", Recipe, '{"title":"So', {}, TruncatedJSONError,
        "the text ended inside the JSON (line 1, column 13 of the JSON in title)"),
    ("cut off in a list", Recipe, '{"title":"x",\n"steps":[{"text":"a"},', {}, TruncatedJSONError,
        "the text ended inside the JSON (line 2, column 23 of the JSON in steps)"),
    ("cut off in a number", int, "-", {"json_only": True}, TruncatedJSONError,
        "the text ended inside the JSON (line 1, column 2 of the JSON)"),
    ("broken", Recipe, '{"title":"x",\n "steps" [', {}, MalformedJSONError,
        "expected ':' (line 2, column 10 of the JSON in steps)"),
    ("broken, a key", Recipe, '{"title":"x", steps', {}, MalformedJSONError,
        "expected a key in double quotes (line 1, column 15 of the JSON)"),
    ("broken, a string", Recipe, '{"title":"x\ny"}', {}, MalformedJSONError,
        "expected a closing '\"' (line 1, column 12 of the JSON in title)"),
    ("text in front, JSON only", Recipe, 'So: {"title":"x"}', {"json_only": True}, MalformedJSONError,
        "expected a value (line 1, column 1 of the JSON)"),
    ("text behind, JSON only", Recipe, '{"title":"x"}\n so', {"json_only": True}, MalformedJSONError,
        "expected the end of the text (line 2, column 2 of the JSON)"),
    ("another document behind, JSON only", Recipe, '{"title":"x"}{}', {"json_only": True}, MalformedJSONError,
        "expected the end of the text (line 1, column 14 of the JSON)"),
    ("no fit", Recipe, '{"title":"x",\n"steps":[{"text":"a"},{"text":1}]}', {}, MismatchError,
        "the JSON does not fit the type: Input should be a valid string (line 2, column 31 of the JSON in steps[1].text)"),
    ("no fit, twice", Recipe, '{"title":1,"steps":2}', {"json_only": True}, MismatchError,
        "the JSON does not fit the type: Input should be a valid string, and 1 more (line 1, column 10 of the JSON in title)"),
    ("a field is missing", Recipe, 'x {"steps":[\n]}', {}, MismatchError,
        "the JSON does not fit the type: Field required (line 1, column 1 of the JSON in title)"),
    ("max_chars", Recipe, '{"title":"' + "x" * 50, {"limits": Limits(max_chars=40)}, LimitError,
        "the text is longer than max_chars=40 "),
    ("max_chars in prose", Recipe, "x" * 50, {"limits": Limits(max_chars=40)}, LimitError,
        "the text is longer than max_chars=40"),
    ("max_depth", Any, "[[[[1]]]]", {"limits": Limits(max_depth=3)}, LimitError,
        "the JSON is nested deeper than max_depth=3 (line 1, column 4 of the JSON in [0][0][0])"),
    ("max_depth in a value that is whole", Annotated[list[Any], Whole()], "[[[[1]]]]", {"limits": Limits(max_depth=3)}, LimitError,
        "the JSON is nested deeper than max_depth=3 (line 1, column 4 of the JSON)"),
    ("max_string", Recipe, '{"title":"' + "x" * 11 + '"}', {"limits": Limits(max_string=10)}, LimitError,
        "a string is longer than max_string=10 characters (line 1, column "),
    ("max_string of a key", Any, '{"' + "x" * 11 + '":1}', {"limits": Limits(max_string=10)}, LimitError,
        "a string is longer than max_string=10 characters (line 1, column "),
    ("max_string of a string with escapes", Recipe, '{"title":"' + "\\n" * 11 + '"}', {"limits": Limits(max_string=10)}, LimitError,
        "a string is longer than max_string=10 characters (line 1, column "),
    ("max_number_digits", Any, "[123456]", {"limits": Limits(max_number_digits=5)}, LimitError,
        "a number is longer than max_number_digits=5 characters (line 1, column 2 of the JSON in [0])"),
    ("max_number_digits of a fraction", Any, "[1.23456e1]", {"limits": Limits(max_number_digits=5)}, LimitError,
        "a number is longer than max_number_digits=5 characters (line 1, column 2 of the JSON in [0])"),
    ("max_candidates", Recipe, '{"a":1} {"a":2} {"a":3} {"title":"x"}', {"limits": Limits(max_candidates=2)}, LimitError,
        "more than max_candidates=2 JSON documents were begun in the text (line 1, column "),
    ("max_rejected", list[int], '["a", 1, "b", "c"]', {"limits": Limits(max_rejected=2)}, LimitError,
        "more than max_rejected=2 values do not fit their type (line 1, column 18 of the JSON)"),
]  # fmt: skip

# An Extractor that is over, and how it came to be.
OVER: list[tuple[str, list[str], bool]] = [
    ("finished", ['{"title":"x"}'], True),
    ("failed when it finished", ['{"title":"x'], True),
    ("failed when it was fed", ['{"a" b'], False),
    ("failed behind the document", ['{"title":"x"}', "x"], False),
]


def run(tp: Any, deltas: list[str], **options: Any) -> Any:
    """The extractor, its events, and the result or error."""
    events: list[Any] = []
    extractor = Extractor(tp, on_event=events.append, **options)
    try:
        for delta in deltas:
            extractor.feed(delta)
        return extractor, events, extractor.finish()
    except PartwayError as error:
        return extractor, events, error


def ways(text: str) -> list[list[str]]:
    return [[text], list(text), *([text[:cut], text[cut:]] for cut in range(1, len(text)))]


# ------------------------------------------------------------------------------------------------- tests


@pytest.mark.parametrize(("text", "title", "count"), [pytest.param(*case, id=name) for name, *case in FOUND])
def test_the_first_document_that_fits_is_the_answer(text: str, title: str, count: int):
    for deltas in ways(text):
        extractor, events, result = run(Recipe, deltas)
        assert result == Recipe(title=title)
        assert extractor.candidate == count
        assert [type(event) for event in events].count(Finished) == 1
        assert events[-1] == Finished(result)


@pytest.mark.parametrize(
    ("tp", "text", "options", "kind", "message"), [pytest.param(*case, id=name) for name, *case in FAILED]
)
def test_an_error_says_what_and_where(tp: Any, text: str, options: dict[str, Any], kind: type, message: str):
    for deltas in ways(text):
        extractor, events, error = run(tp, deltas, **options)
        assert type(error) is kind
        assert str(error) == message or (message.endswith(" ") and (str(error) + " ").startswith(message))
        assert not any(type(event) is Finished for event in events)
        assert error.partial is extractor.partial


def test_an_error_keeps_the_partial_the_text_and_the_place():
    _, _, error = run(Recipe, ['So:\n{"title":"Soup",\n "steps":[{"text":"Bo'])
    assert error.partial.title == "Soup"
    assert error.partial.steps[0].text == "Bo"
    assert error.text == '{"title":"Soup",\n "steps":[{"text":"Bo'
    assert error.path == ("steps", 0, "text")
    assert (error.offset, error.line, error.column) == (len(error.text), 2, 22)


def test_a_mismatch_keeps_pydantics_error_and_what_fits():
    _, _, error = run(Recipe, ['{"title":"Soup","steps":[{"text":"a"},{"text":1}]}'])
    assert error.validation_error.errors()[0]["loc"] == error.path == ("steps", 1, "text")
    assert error.partial.title == "Soup"
    assert error.partial.steps[0] == Step(text="a")


def test_a_mismatch_is_told_from_a_document_that_is_cut_off_behind_it():
    _, _, error = run(Recipe, ['{"name":1} and {"title":"x'])
    assert type(error) is TruncatedJSONError
    assert error.partial.title == "x"


def test_what_was_broken_is_told_when_nothing_follows():
    _, _, error = run(Recipe, ['{"title":"x", "steps": oops} and that is all'])
    assert type(error) is MalformedJSONError
    assert error.partial.title == "x"
    assert error.text[: error.offset] == '{"title":"x", "steps": '


@pytest.mark.parametrize(("deltas", "finish"), [pytest.param(*case, id=name) for name, *case in OVER])
def test_after_the_end_nothing_is_taken(deltas: list[str], finish: bool):
    extractor = Extractor(Recipe, json_only=True)
    try:
        for delta in deltas:
            extractor.feed(delta)
        assert finish
        extractor.finish()
    except PartwayError:
        pass
    before = extractor.partial
    for delta in ("x", "", '"}'):
        with pytest.raises(UsageError, match=r"feed\(\) after the end: .* make a new one"):
            extractor.feed(delta)
    with pytest.raises(UsageError, match=r"finish\(\) after the end"):
        extractor.finish()
    assert extractor.partial is before


@pytest.mark.parametrize("fed", ["", '{"title":"x', '{"title":', '{"title":"x"}'])
@pytest.mark.parametrize("delta", [b"x", None, 3, ["x"], b""])
def test_a_delta_is_a_str(fed: str, delta: Any):
    for options in ({}, {"json_only": True}):
        extractor = Extractor(Recipe, **options)
        extractor.feed(fed)
        with pytest.raises(
            UsageError, match=rf"feed\(\) takes str, not {type(delta).__name__}; stream\(\) takes bytes"
        ):
            extractor.feed(delta)


def test_after_a_wrong_delta_the_right_one_is_taken():
    extractor = Extractor(Recipe)
    extractor.feed('{"title":"So')
    with pytest.raises(UsageError):
        extractor.feed(b"up")
    extractor.feed('up"}')
    assert extractor.finish() == SOUP


def test_a_str_of_a_class_of_its_own_is_one():
    class Text(str):
        __slots__ = ()

    extractor = Extractor(Recipe)
    for piece in ('{"title":"', "So", "up", '"}'):
        extractor.feed(Text(piece))
    assert extractor.finish() == SOUP


def test_feed_says_whether_the_partial_has_changed():
    extractor = Extractor(Recipe)
    steps = [("Hi ", False), ("{", False), ('"', True), ("tit", False), ('le"', False), (": ", False), ('"', True), ("", False),
        ("S", True), ("\\", False), ("u006f", True), ('"', True), (" ", False), (',"x":"', False), ("y", False), ('z"', False),
        ("}", True), (" bye", False)]  # fmt: skip
    for delta, changed in steps:
        before = extractor.partial
        assert extractor.feed(delta) is changed, delta
        assert (extractor.partial is not before) is changed, delta


def test_the_partial_is_the_same_object_until_something_changes():
    extractor = Extractor(Recipe)
    assert extractor.partial is None
    extractor.feed('{"title":"S')
    first = extractor.partial
    assert extractor.partial is first
    extractor.feed("o")
    assert extractor.partial is not first
    assert (first.title, extractor.partial.title) == ("S", "So")


def test_the_last_partial_is_the_result():
    extractor = Extractor(Recipe)
    extractor.feed('{"title":"x","steps":[{"text":"a"}]')
    step = extractor.partial.steps[0]
    extractor.feed("}")
    assert extractor.partial is extractor.finish()
    assert extractor.partial.steps[0] is step


def test_text_is_that_of_the_candidate_alone():
    extractor = Extractor(Recipe)
    seen = []
    for delta in ('x {"na', 'me":1} y', ' {"tit', 'le":"So', "u", 'p"', "} z"):
        extractor.feed(delta)
        seen.append(extractor.text)
    assert seen == [
        '{"na',
        '{"name":1}',
        '{"tit',
        '{"title":"So',
        '{"title":"Sou',
        '{"title":"Soup"',
        '{"title":"Soup"}',
    ]


def test_a_draft_is_given_up_when_another_begins_and_no_sooner():
    extractor, events = None, []
    extractor = Extractor(Recipe, on_event=events.append)
    extractor.feed('{"title":"Draft","steps":3}')
    assert extractor.partial.title == "Draft"
    assert extractor.state() is State.REJECTED
    assert extractor.candidate == 1
    assert not any(type(event) is Restarted for event in events)
    assert extractor.feed(' {"') is True
    assert events[-2:] == [
        Restarted("a complete JSON document did not fit the type, and another one follows"), Opened((), "object")
    ]  # fmt: skip
    assert extractor.partial.model_fields_set == set()
    assert extractor.candidate == 2
    assert extractor.rejected == ()


def test_a_broken_draft_says_why_it_was_given_up():
    _, events, result = run(Recipe, ['{"title":"x" "steps"}\n\n```json\n{"title":"Soup"}\n```'])
    assert result == SOUP
    assert [event for event in events if type(event) is Restarted] == [
        Restarted("a JSON document was broken (',' or '}' was expected), and another one follows")
    ]


@pytest.mark.parametrize(
    ("tp", "text"),
    [
        (Step, '{"steps": [{"text": "a"}, oops, {"text": "b", "minutes": 3}]}'),
        (Recipe, '{"title":5, [{"title":"No"}]'),  # all that has arrived was rejected
        (Recipe, '{"zzz":1, [{"title":"No"}]'),  # or is not shown
    ],
)
def test_objects_in_a_broken_document_do_not_pass_for_the_answer(tp, text):
    for deltas in ways(text):
        _, _, error = run(tp, deltas)
        assert type(error) is MalformedJSONError


def test_a_limit_that_is_just_reached_is_not_passed():
    text = '{"title":"1234567890"}'
    limits = Limits(max_chars=len(text), max_depth=1, max_string=10, max_candidates=1, max_rejected=1)
    for deltas in ways(text):
        assert run(Recipe, deltas, limits=limits)[2] == Recipe(title="1234567890")
    for deltas in ways("[12345]"):
        assert run(list[int], deltas, limits=Limits(max_number_digits=5))[2] == [12345]


def test_a_limit_ends_the_search_too():
    _, _, error = run(Recipe, ['{"title":"' + "x" * 20 + '"} {"title":"y"}'], limits=Limits(max_string=10))
    assert type(error) is LimitError


@pytest.mark.parametrize(
    "name", ["max_chars", "max_depth", "max_string", "max_number_digits", "max_candidates", "max_rejected"]
)
@pytest.mark.parametrize("value", [0, -1, 1.5, True, None, "3"])
def test_a_limit_is_a_whole_number(name: str, value: Any):
    with pytest.raises(UsageError, match=f"{name} must be a whole number from 1, got {value!r}"):
        Limits(**{name: value})


@pytest.mark.parametrize(
    ("tp", "text", "value"),
    [(int, "42", 42), (int, " 42 ", 42), (float, "-1.5e3", -1500.0), (str, '"a b"', "a b"), (bool, "true", True), (None, "null", None),
     (int | None, "null", None), (list[int], "[1]", [1])],
)  # fmt: skip
def test_a_scalar_may_be_the_whole_value(tp: Any, text: str, value: Any):
    for options in ({}, {"json_only": True}):
        for deltas in ways(text):
            assert run(tp, deltas, **options)[2] == value


def test_a_number_at_the_end_is_complete_with_the_end():
    events: list[Any] = []
    extractor = Extractor(int, on_event=events.append)
    extractor.feed("4")
    extractor.feed("2")
    assert (extractor.partial, extractor.state(), events) == (None, State.STREAMING, [])
    assert extractor.finish() == 42
    assert extractor.partial == 42
    assert extractor.state() is State.COMPLETE


def test_a_word_that_is_no_scalar_is_no_candidate():
    extractor, _, result = run(int, ["-x\n42\n"])
    assert result == 42
    assert extractor.candidate == 1


def test_other_thinking_tags_may_be_named():
    text = '<plan>{"title":"Draft"}</plan>{"title":"Soup"}'
    assert run(Recipe, [text], thinking=["plan"])[2] == SOUP
    assert run(Recipe, [text])[2] == Recipe(title="Draft")


@pytest.mark.parametrize("names", ["think", b"think", [3], None, {"think"}])
def test_the_names_of_thinking_tags_are_a_sequence(names: Any):
    with pytest.raises(UsageError, match=r"thinking= takes the names of tags, as \('think', 'plan'\), not"):
        Extractor(Recipe, thinking=names)


def test_whoever_listens_later_hears_what_follows():
    events: list[Any] = []
    extractor = Extractor(Recipe)
    extractor.feed('{"title":"So')
    extractor.listen(events.append)
    extractor.feed("u")
    extractor.feed('p"')
    assert events[:2] == [Appended(("title",), "u"), Appended(("title",), "p")]


def test_a_shell_may_end_it_with_an_error_of_its_own():
    extractor = Extractor(Recipe)
    extractor.feed('{"title":"So')
    error = extractor.fail(TruncatedJSONError, "the provider stopped")
    assert str(error) == "the provider stopped (line 1, column 13 of the JSON in title)"
    assert error.partial.title == "So"
    with pytest.raises(UsageError):
        extractor.feed("x")


def test_long_deltas_hold_many_candidates():
    drafts = '{"name":"' + "x" * 3000 + '"}\n'
    for broken in ("", '{"title" "x"}\n', '{"title":"' + "\\x" * 5000 + '"}\n'):
        text = drafts * 5 + broken + '{"title":"Soup"}'
        assert run(Recipe, [text])[2] == SOUP


@pytest.mark.parametrize("text", ['{"title": 1, "x": [1}', '{"title": "Soup", "steps": ["a"}', "[2}"])
def test_an_error_at_the_end_brings_the_partial_that_was_shown_last(text: str):
    """So a loop over a run does not show it twice."""
    extractor = Extractor(Recipe)
    extractor.feed(text)
    shown = extractor.partial
    with pytest.raises(PartwayError) as caught:
        extractor.finish()
    assert caught.value.partial is shown is extractor.partial


# A type, and pieces of text, each with whether the partial changes: of an open element of a set nothing is seen.
SETS: list[tuple[Any, list[tuple[str, bool]]]] = [
    (set[str], [("[", True), ('"', False), ("a", False), ("b", False), ('"', True), (',"', False), ('c","d', True), ('"', True), ("]", True)]),
    (dict[str, frozenset[tuple[int, str]]], [('{"a":[', True), ("[1,", False), ('"x', False), ('"', False), ("]", True), (',[1,"y"],[', True), ("]", True)]),
    (set[Frozen], [("[", True), ('{"set', False), ('":["a', False), ('"]', False), ("}", True)]),
    (list[set[str]], [('[["', True), ("a", False), ('"', True), ("],", True), ('["', True), ('a"]', True)]),
]  # fmt: skip


@pytest.mark.parametrize("listening", [False, True])
@pytest.mark.parametrize(("tp", "pieces"), SETS)
def test_an_open_element_of_a_set_is_no_change(tp: Any, pieces: list[tuple[str, bool]], listening: bool):
    """Such a loop showed equal sets again and again."""
    events: list[Any] = []
    extractor = Extractor(tp, json_only=True, on_event=events.append if listening else None)
    for piece, changed in pieces:
        before = extractor.partial
        assert extractor.feed(piece) is changed, piece
        assert (extractor.partial is not before) is changed, piece


def test_old_snapshots_never_change():
    text = '{"title":"Soup","steps":[{"text":"a","minutes":3},{"text":"b"}],"title":"Stew"}'
    extractor = Extractor(Recipe)
    seen, dumps = [], []
    for character in text:
        if extractor.feed(character) and len(seen) % 2 == 0:  # every other is looked at only in the end
            dumps.append(repr(extractor.partial))
        else:
            dumps.append(None)
        seen.append(extractor.partial)
    fresh = []
    for count in range(1, len(text) + 1):
        extractor = Extractor(Recipe)
        extractor.feed(text[:count])
        fresh.append(repr(extractor.partial))
    assert [repr(partial) for partial in seen] == fresh
    assert all(dump in (None, new) for dump, new in zip(dumps, fresh, strict=True))


def feed_all(extractor, deltas):
    for delta in deltas:
        extractor.feed(delta)


class Strict(BaseModel):
    title: str = ""
    numbers: list[int] = []

    @field_validator("numbers")
    @classmethod
    def no_two(cls, numbers: list[int]) -> list[int]:
        return [1 // (2 - number) for number in numbers]


def test_an_exception_of_a_validator_ends_the_extractor_and_loses_nothing():
    text = '{"title":"Soup","numbers":[1,2],"title":"Stew"}'
    for deltas in ([text], list(text)):
        extractor = Extractor(Strict)
        with pytest.raises(ZeroDivisionError):
            feed_all(extractor, deltas)
        assert extractor.partial.model_dump(exclude_unset=True)["title"] == "Soup"
        with pytest.raises(UsageError, match="after the end"):
            extractor.feed("x")
        with pytest.raises(TruncatedJSONError, match="an exception of a callback or a validator") as caught:
            extractor.finish()
        assert caught.value.partial is extractor.partial
        with pytest.raises(UsageError, match="after the end"):
            extractor.finish()


EVENTS = '{"title":"Soup","steps":[{"text":"Mix"},{"text":"Fry"}]}'


@pytest.mark.parametrize("deltas", [[EVENTS], list(EVENTS)], ids=["whole", "characters"])
def test_an_exception_of_a_callback_ends_the_extractor_and_loses_nothing(deltas):
    def stories(most):
        told = []

        def note(event):
            told.append(event)
            if len(told) == most:
                raise (KeyError, MalformedJSONError, UsageError)[most % 3](most)  # these as of another extractor

        extractor = Extractor(Recipe, on_event=note)
        return told, extractor

    told, extractor = stories(None)
    feed_all(extractor, deltas)
    for number in range(1, len(told) + 1):
        seen, extractor = stories(number)
        with pytest.raises((KeyError, MalformedJSONError, UsageError)):
            feed_all(extractor, deltas)
        assert len(seen) == number
        repr(extractor.partial)
        with pytest.raises(UsageError, match="after the end"):
            extractor.feed("x")


@pytest.mark.parametrize(
    "call",
    [
        lambda extractor: extractor.feed("x"),
        lambda extractor: extractor.finish(),
        lambda extractor: extractor.restart("because"),
    ],
    ids=["feed", "finish", "restart"],
)
def test_a_callback_cannot_call_what_calls_it(call):
    for deltas in ([EVENTS], list(EVENTS)):
        extractor = Extractor(Recipe, on_event=lambda _: call(extractor))  # noqa: B023  # it is called in this turn
        with pytest.raises(UsageError, match="a call from inside"):
            feed_all(extractor, deltas)
    operated = Extractor(Recipe, json_only=True, on_event=lambda _: operated.operate(("title",), "x"))
    with pytest.raises(UsageError, match="a call from inside"):
        operated.operate(("title",), "Soup")
    with pytest.raises(UsageError, match="after the end"):
        operated.operate(("title",), "Soup")
    restarted = Extractor(Recipe, on_event=lambda event: isinstance(event, Restarted) and call(restarted))
    restarted.feed('{"title":"So')
    with pytest.raises(UsageError, match="a call from inside"):
        restarted.restart("because")
