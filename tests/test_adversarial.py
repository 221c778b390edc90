"""Hostile text: a clear error or the right value, in linear time and bounded memory.

Time is judged by ratios within one run: four times the text must take less than eight times as long (quadratic work
takes sixteen), best of several. Memory is judged by the peak of what Python allocates, against the text.
"""

from __future__ import annotations

import contextlib
import gc
import tracemalloc
from ipaddress import IPv4Address
from typing import TYPE_CHECKING, Annotated, Any

import pytest
from pydantic import BaseModel, BeforeValidator, model_validator

import growth
from partway import Extractor, Limits, State, stream
from partway._reader import BACKENDS
from partway.errors import LimitError, MalformedJSONError, NoJSONError, PartwayError, TruncatedJSONError
from partway.events import Appended, Opened, Restarted

pytestmark = pytest.mark.no_cover  # times and memory are compared here: coverage would measure itself

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

HUGE = 10**9
UNBOUND = Limits(max_chars=HUGE, max_string=HUGE, max_candidates=HUGE, max_rejected=HUGE)


class Recipe(BaseModel):
    title: str
    steps: list[str] = []


def pieces(text: str, size: int | None) -> Iterable[str]:
    return (text[at : at + size] for at in range(0, len(text), size)) if size else [text]


def end(tp: Any, text: str, size: int | None = None, snapshots: bool = True, **options: Any) -> Any:
    """The result or the error. Anything else than an error of ours fails the test."""
    extractor = Extractor(tp, **options)
    try:
        for piece in pieces(text, size):
            extractor.feed(piece)
            if snapshots:
                extractor.partial  # noqa: B018
        return extractor.finish()
    except PartwayError as error:
        assert len(str(error)) < 2000  # noqa: PT017 # a message is no dump
        return error


def assert_linear(tp: Any, make: Callable[[int], str], size: int | None, n: int, **options: Any) -> None:
    def work(n: int) -> Callable[[], object]:
        text = make(n)
        return lambda: end(tp, text, size, **options)

    growth.assert_linear(work, n)


# -------------------------------------------------------------------------------------------------- depth


OPENERS = ["[", '{"a":', '[{"a":', '{"a.b":[', "[[],"]


@pytest.mark.parametrize("json_only", [True, False])
@pytest.mark.parametrize("opener", OPENERS)
def test_100_000_nested_brackets_pass_the_limit_of_depth(opener: str, json_only: bool):
    text = opener * 100_000
    for size in (None, 1, 4096):
        error = end(Any, text, size, json_only=json_only)
        assert type(error) is LimitError
        assert "200" in str(error)
        assert error.partial is not None


def test_100_000_closed_brackets_pass_the_limit_of_depth():
    assert type(end(Any, "[" * 100_000 + "]" * 100_000)) is LimitError


@pytest.mark.parametrize("backend", BACKENDS)
def test_200_nested_brackets_are_the_right_value_on_every_backend(backend: str):
    text = "[" * 200 + "]" * 200
    for size in (None, 1):
        value = end(Any, text, size, json_only=True, backend=backend)
        depth = 1
        while value:
            value, depth = value[0], depth + 1
        assert depth == 200
    assert type(end(Any, "[" + text + "]", json_only=True, backend=backend)) is LimitError


class Nest(BaseModel):
    inner: Nest | None = None
    rest: list[Nest] = []


def test_a_recursive_model_goes_as_deep_as_the_limit_and_no_deeper():
    for size in (None, 1):
        value = end(Nest, '{"inner":' * 150 + "{}" + "}" * 150, size)
        for _ in range(150):
            value = value.inner
        assert value == Nest()
        assert type(end(Nest, '{"rest":[' * 150, size)) is LimitError


def test_closing_brackets_alone_are_refused():
    assert type(end(Any, "]" * 100_000, json_only=True)) is MalformedJSONError
    assert type(end(Any, "]" * 100_000)) is NoJSONError
    assert type(end(Any, "[" + "]" * 100_000, json_only=True)) is MalformedJSONError


# ------------------------------------------------------------------------------------------- long strings


@pytest.mark.parametrize("size", [None, 65_536], ids=["one delta", "64 kB deltas"])
@pytest.mark.parametrize("tp", [Recipe, Any], ids=["typed", "untyped"])
def test_a_string_of_10_mb_is_the_right_value(tp: Any, size: int | None):
    words = "ten chars " * 1_000_000
    value = end(tp, '{"title": "' + words + '"}', size, limits=UNBOUND)
    assert (value.title if tp is Recipe else value["title"]) == words


@pytest.mark.parametrize("size", [None, 65_536])
def test_a_string_of_10_mb_is_a_value_or_a_clear_error_by_default(size: int | None):
    value = end(Recipe, '{"title": "' + "ten chars " * 1_000_000 + '"}', size)
    assert isinstance(value, Recipe | LimitError)


def test_a_string_of_1_mb_in_deltas_of_4_characters_is_the_right_value():
    words = "ten ch\\n\\u00e9 " * 75_000
    grown: list[str] = []
    extractor = Extractor(
        Recipe, on_event=lambda event: grown.append(event.text) if isinstance(event, Appended) else None
    )
    for piece in pieces('{"title": "' + words + '"}', 4):
        extractor.feed(piece)
    assert extractor.finish().title == "".join(grown) == "ten ch\né " * 75_000


STRINGS = {
    "plain": "ten chars ",
    "escapes": "\\n\\t\\\\ \\/",
    "unicode escapes": "\\u00e9 ",
    "surrogate pairs": "\\ud83d\\ude00",
    "emoji": "😀😀é",
    "backticks": "```json ",
    "quotes": '\\"{}\\"',
}


@pytest.mark.parametrize("tp", [Recipe, Any, Recipe | int], ids=["typed", "untyped", "union"])
@pytest.mark.parametrize("size", [4, None])
@pytest.mark.parametrize("unit", STRINGS.values(), ids=STRINGS)
def test_a_long_string_takes_linear_time(unit: str, size: int | None, tp: Any):
    assert_linear(tp, lambda n: '{"title": "' + unit * (n // len(unit)) + '"}', size, 12_000 if size else 100_000)


@pytest.mark.parametrize("size", [7, None])
def test_a_long_string_that_is_not_shown_takes_linear_time(size: int | None):
    assert_linear(bytes, lambda n: '"' + "abc\\n" * (n // 5) + '"', size, 50_000, json_only=True)
    assert_linear(Recipe, lambda n: '{"ignored": "' + "abc\\n" * (n // 5) + '", "title": ""}', size, 50_000)


def test_a_string_never_closed_is_truncated_and_kept():
    error = end(Recipe, '{"title": "' + "x" * 1_000_000, 997)
    assert type(error) is TruncatedJSONError
    assert len(error.partial.title) == 1_000_000


# ------------------------------------------------------------------------------------------------ numbers


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("size", [None, 7, 1000])
@pytest.mark.parametrize("tp", [Any, int, float, list[Any], str], ids=str)
def test_a_number_of_a_million_digits_passes_the_limit_of_digits(tp: Any, size: int | None, backend: str):
    for text in (
        "[" + "9" * 1_000_000 + "]",
        "9" * 1_000_000 + " ",
        "0." + "1" * 1_000_000 + " ",
        "1e" + "1" * 1_000_000 + " ",
    ):
        error = end(tp, text, size, json_only=True, backend=backend)
        assert type(error) is LimitError
        assert "max_number_digits" in str(error)


@pytest.mark.parametrize("size", [None, 7])
def test_a_number_of_4300_digits_is_exact(size: int | None):
    assert end(Any, "[" + "9" * 4300 + "]", size) == [int("9" * 4300)]
    assert type(end(Any, "[" + "9" * 4301 + "]", size)) is LimitError


@pytest.mark.parametrize(
    "text", ["1e999999999999999999999", "-1e999999999999999", "1e-99999999999999", "0e99999999999"]
)
def test_a_huge_exponent_is_infinite_or_zero_at_once(text: str):
    for size in (None, 1):
        value = end(list[float], f"[{text}]", size)
        assert value == [float(text)]


# --------------------------------------------------------------------------------------- keys and strings


KEYS = [
    "a.b",
    "",
    ".",
    "item",
    "a.item.b",
    "\\u0000",
    "a\\u0000b",
    "0",
    "[0]",
    "*",
    "__proto__",
    "__class__",
    "model_fields",
]


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("key", KEYS)
def test_a_key_is_taken_as_it_stands(key: str, backend: str):
    plain = key.replace("\\u0000", "\x00")
    text = f'{{"{key}": {{"{key}": [1, "x"]}}, "a": {{"b": 2}}}}'
    opened: list[Any] = []
    extractor = Extractor(
        Any, backend=backend, on_event=lambda event: opened.append(event.path) if isinstance(event, Opened) else None
    )
    for character in text:
        extractor.feed(character)
    assert extractor.finish() == {plain: {plain: [1, "x"]}, "a": {"b": 2}}
    assert opened == [(), (plain,), (plain, plain), (plain, plain, 0), (plain, plain, 1), ("a",), ("a", "b")]
    assert extractor.state(plain, plain, 1) is State.COMPLETE


class Allowing(BaseModel, extra="allow"):
    a: int = 0


@pytest.mark.parametrize(
    "key", ["model_fields", "model_dump", "__class__", "__dict__", "a.b", "", "model_extra", "copy"]
)
def test_an_extra_key_with_the_name_of_a_method_does_no_harm(key: str):
    for size in (None, 1):
        value = end(Allowing, f'{{"{key}": [1], "a": 2}}', size)
        assert value.model_extra == {key: [1]}
        assert value.a == 2
        assert value.model_dump() == {"a": 2, key: [1]}


def test_a_nul_escape_is_a_character_and_a_raw_one_is_refused():
    for size in (None, 1):
        assert end(Any, '["a\\u0000b"]', size, json_only=True) == ["a\x00b"]
        assert type(end(Any, '["a\x00b"]', size, json_only=True)) is MalformedJSONError
        assert type(end(Any, "[1,\x002]", size, json_only=True)) is MalformedJSONError


LONE = [
    "\\ud800",
    "\\udfff",
    "\\ud800x",
    "\\ud800\\n",
    "\\ud800\\u0041",
    "\\udc00\\ud800",
    "\\ud800\\ud800\\udc00",
    "\ud800",
    "\udc00",
]


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("lone", LONE, ids=ascii)
def test_a_lone_surrogate_is_refused_in_strings_and_keys(lone: str, backend: str):
    for text in (f'["{lone}"]', f'{{"{lone}": 1}}', f'["x{lone}y", 1]', f'{{"ignored": "{lone}", "title": ""}}'):
        for size in (None, 1, 5):
            assert type(end(Any, text, size, json_only=True, backend=backend)) is MalformedJSONError
            assert type(end(Recipe, text, size, json_only=True, backend=backend)) is MalformedJSONError


def test_a_lone_surrogate_in_prose_does_no_harm():
    assert end(Recipe, '\ud800 {"title": "x"} \udfff', 1).title == "x"


def test_a_surrogate_pair_of_two_raw_halves_is_refused_or_made_whole_whatever_the_cut():
    endings = {repr(end(Any, '["\ud83d\ude00"]', size, json_only=True)) for size in (None, 1, 3)}
    assert len(endings) == 1


@pytest.mark.parametrize("size", [None, 16, 4096])
def test_a_huge_key_is_the_right_value_in_linear_time(size: int | None):
    key = "k" * 1_000_000
    assert end(dict[str, int], f'{{"{key}": 1}}', size, limits=UNBOUND) == {key: 1}
    assert end(Recipe, f'{{"{key}": 1, "title": "x"}}', size, limits=UNBOUND).title == "x"
    assert_linear(Any, lambda n: '{"' + "k" * n + '": 1}', size, 50_000)
    assert_linear(Any, lambda n: '{"' + "\\u00e9" * (n // 6) + '": 1}', size, 50_000)


@pytest.mark.parametrize("tp", [dict[str, int], Any, Recipe, Allowing], ids=["dict", "untyped", "ignored", "extra"])
@pytest.mark.parametrize("size", [None, 16])
def test_many_repeated_keys_take_linear_time_and_the_last_one_wins(tp: Any, size: int | None):
    def make(n: int) -> str:
        return (
            '{"title": "x", ' * (tp is Recipe)
            + "{" * (tp is not Recipe)
            + ", ".join(f'"a": {i}' for i in range(n))
            + "}"
        )

    value = end(tp, make(50_000), None)
    if tp in (Any, dict[str, int]):
        assert value == {"a": 49_999}
    elif tp is Allowing:
        assert value.a == 49_999
    assert_linear(tp, make, size, 5_000)


def test_many_different_extra_keys_take_linear_time():
    for size in (None, 16):
        assert_linear(Allowing, lambda n: "{" + ", ".join(f'"k{i}": {i}' for i in range(n)) + "}", size, 3_000)


# ------------------------------------------------------------------------------------------------- bytes


BROKEN = [
    b"\xff",
    b"\xfe",
    b"\x80",
    b"\xc3",
    b"\xc3(",
    b"\xe2\x82",
    b"\xe2(\xa1",
    b"\xf0\x9f\x98",
    b"\xf0\x9f(\x80",
    b"\xf5\x80\x80\x80",
    b"\xc0\xaf",
    b"\xe0\x80\xaf",
    b"\xed\xa0\x80",
    b"\xed\xa0\xbd\xed\xb8\x80",
]


@pytest.mark.parametrize("broken", BROKEN, ids=repr)
@pytest.mark.parametrize("place", ["string", "key", "between", "prose", "end"])
def test_bytes_that_are_no_utf8_are_an_error_of_ours_cut_anywhere(broken: bytes, place: str):
    raw = {
        "string": b'{"title": "a' + broken + b'b"}',
        "key": b'{"t' + broken + b'": 1}',
        "between": b'{"title"' + broken + b': "x"}',
        "prose": b"so " + broken + b' {"title": "x"}',
        "end": b'{"title": "x' + broken,
    }[place]
    for at in range(len(raw) + 1):
        with pytest.raises(PartwayError) as caught:
            stream([raw[:at], raw[at:]], Recipe).result()
        assert str(caught.value)
    with pytest.raises(PartwayError):
        stream([raw[at : at + 1] for at in range(len(raw))], Recipe).result()


def test_utf8_cut_anywhere_is_the_right_value():
    raw = '{"title": "é€😀\u2028", "steps": ["\U0010ffff"]}'.encode()
    for at in range(len(raw) + 1):
        assert stream([raw[:at], raw[at:]], Recipe).result() == Recipe(title="é€😀\u2028", steps=["\U0010ffff"])


# -------------------------------------------------------------------------------------------------- prose


PROSE: dict[str, str] = {
    "braces": "{",
    "pairs": "{}",
    "curly": "using {curly} here, ",
    "nested": "{{{}}}",
    "brackets": "[1] [",
    "backticks": "`",
    "fences": "```\n",
    "fence characters": "``` ```` ~~~ ",
    "foreign fences": "```py\n{}\n```\n",
    "quotes": '"it\'s" ',
    "tags": "<think>{</think>",
    "open tags": "<",
    "half tags": "<thin",
    "braces and blanks": "{ \n ",
    "quoted braces": '{"',
    "keys": '{"a" ',
    "blank lines": " \n",
    "backslashes": "\\",
    "all": '{`"\'[<~\n```json\n{"x":` ',
    "almost": '{"title": "x" ',
    "strings with backticks": '{"```": "~~~',
    "numbers": "-1 ",
    "commas": "{, ",
}


@pytest.mark.parametrize("size", [None, 16])
@pytest.mark.parametrize("unit", PROSE.values(), ids=PROSE)
def test_prose_takes_linear_time(unit: str, size: int | None):
    assert_linear(Recipe, lambda n: unit * (n // len(unit)), size, 4_000, limits=UNBOUND)


@pytest.mark.parametrize("size", [None, 16])
@pytest.mark.parametrize("unit", PROSE.values(), ids=PROSE)
def test_prose_of_1_mb_ends_in_the_value_behind_it_or_a_clear_error(unit: str, size: int | None):
    text = unit * (1_000_000 // len(unit)) + '\n```json\n{"title": "found"}\n```\n'
    end_ = end(Recipe, text, size)
    assert isinstance(end_, Recipe | PartwayError)
    if isinstance(end_, Recipe):
        assert end_.title == "found"


@pytest.mark.parametrize("unit", ['using {curly} and [1] `or` "so", it\'s ', "{x} ", "``` "])
def test_the_json_behind_1_mb_of_harmless_prose_is_found(unit: str):
    text = unit * (1_000_000 // len(unit)) + '\n\n{"title": "found"}'
    for size in (None, 16):
        assert end(Recipe, text, size) == Recipe(title="found")


WRONG = ['{"title": 1} ', '{"no": {"title": "x"}} ', '{"title": "x", } ', '{"title": nothing} ', '```json\n{"a"\n```\n']


@pytest.mark.parametrize("wrong", WRONG)
def test_many_wrong_candidates_are_a_clear_error_or_passed_over_in_linear_time(wrong: str):
    for size in (None, 16):
        assert type(end(Recipe, wrong * 2_000, size)) is LimitError
        assert_linear(Recipe, lambda n: wrong * n, size, 250, limits=UNBOUND)
        assert end(Recipe, wrong * 200 + '{"title": "found"}', size, limits=UNBOUND) == Recipe(title="found")


UNIONS = [dict[str, int] | list[int] | None, Recipe | list[Recipe], Recipe | int, list[Any] | dict[str, Any]]


@pytest.mark.parametrize("tp", UNIONS, ids=str)
@pytest.mark.parametrize("text", ['{"\\{"', '{"a":1,}{"', '["a\\[",1', '[{"a":tru}', '{"a"}{"a"}', '[[{[{"'])
def test_a_broken_candidate_is_not_read_again_for_ever(text: str, tp: Any):
    for size in (None, 1, 2):
        assert isinstance(end(tp, text, size), PartwayError)


def test_each_wrong_candidate_that_was_shown_is_announced():
    restarts: list[Any] = []
    extractor = Extractor(Recipe, on_event=lambda e: restarts.append(e) if isinstance(e, Restarted) else None)
    for character in '{"title": 1} {"title": 2} {"title": "x"}':
        extractor.feed(character)
    assert extractor.finish() == Recipe(title="x")
    assert len(restarts) == 2


@pytest.mark.parametrize("unit", ["{}", "[", "text", "}", "```", '{"title": "y"}'])
def test_what_follows_the_answer_is_passed_over_in_linear_time(unit: str):
    for size in (None, 16):
        assert end(Recipe, '{"title": "x"}' + unit * 20_000, size) == Recipe(title="x")
        assert_linear(Recipe, lambda n: '{"title": "x"}' + unit * n, size, 5_000)


# ------------------------------------------------------------------------------------------------ arrays


def test_a_million_elements_are_the_right_value():
    text = "[" + "0," * 999_999 + "1]"
    assert end(list[int], text, limits=UNBOUND) == [0] * 999_999 + [1]
    assert end(list[int], text, 65_536, limits=UNBOUND) == [0] * 999_999 + [1]
    assert len(end(Any, text, 65_536, limits=UNBOUND)) == 1_000_000


UNITS = ["1,", "[],", "{},", '"",', "true,", '"a\\u00e9",', "1.5e3,", '{"a":1},']


@pytest.mark.parametrize("size", [None, 16])
@pytest.mark.parametrize("unit", UNITS)
def test_many_elements_take_linear_time(unit: str, size: int | None):
    assert_linear(list[Any], lambda n: "[" + unit * n + "0]", size, 4_000, snapshots=False)


class Row(BaseModel):
    row: list[Any] = []


def test_snapshots_of_a_long_list_in_a_model_do_not_copy_it():
    assert_linear(Row, lambda n: '{"row": [' + "true," * n + "0]}", 16, 8_000)


def test_many_commas_are_refused_at_once():
    error = end(Any, "[" + "," * 1_000_000, json_only=True)
    assert type(error) is MalformedJSONError
    assert error.offset == 1


@pytest.mark.parametrize("size", [None, 16])
def test_megabytes_of_whitespace_take_linear_time(size: int | None):
    assert_linear(Recipe, lambda n: " \n" * n + '{"title":' + "\t\r" * n + '"x"' + " " * n + "}", size, 20_000)


# ------------------------------------------------------------------------------------------------- memory


def peak(tp: Any, text: str, size: int, **options: Any) -> float:
    """The peak of what was allocated while `text` was fed, as a multiple of it. The pieces are not counted."""
    deltas = list(pieces(text, size))
    extractor = Extractor(tp, **options)
    gc.collect()
    tracemalloc.start()
    try:
        with contextlib.suppress(PartwayError):
            for delta in deltas:
                extractor.feed(delta)
            extractor.partial  # noqa: B018
            extractor.finish()
        return tracemalloc.get_traced_memory()[1] / len(text)
    finally:
        tracemalloc.stop()


class Left(BaseModel):
    a: list[Any]
    kind: int


class Right(BaseModel):
    a: list[Any]
    kind: str


N = 1_000_000
MEMORY: list[tuple[str, Any, str, float]] = [
    # what, type, text, most bytes per character (ASCII text is one byte a character)
    ("a long string", Recipe, '{"title": "' + "x" * N + '"}', 6),
    (
        "strings",
        Recipe,
        '{"title": "x", "steps": [' + '"a step of some length, about as long as this is",' * (N // 50) + '""]}',
        6,
    ),
    ("prose of words", Recipe, "only words " * (N // 11), 3),
    ("prose of braces", Recipe, "using {curly} and [1] " * (N // 22), 3),
    ("an ignored key", Recipe, '{"title": "x", "ignored": "' + "y" * N + '"}', 6),
    ("words behind the answer", Recipe, '{"title": "x"}' + " and so on" * (N // 10), 3),
    ("thoughts", Recipe, "<think>" + "{so} " * (N // 5), 3),
    ("whitespace", Recipe, '{"title":' + " " * N + '"x"}', 6),
    ("nesting", Any, "[" * N, 3),
    ("digits", Any, "[" + "9" * N, 3),
    ("unicode escapes", Recipe, '{"title": "' + "\\u00e9" * (N // 6) + '"}', 6),
    ("words that might be scalars", int | list[int], "1x\n" * (N // 30), 3),
    ("signs that might be scalars", int | list[int], "-\n" * (N // 40), 3),
    ("a union that is not settled", Left | Right, '{"a": [' + "1," * (N // 20), 30),
    ("a union that is not settled, of arrays", Left | Right, '{"a": [' + "[]," * (N // 30), 34),
]


@pytest.mark.parametrize("size", [64, 65_536])
@pytest.mark.parametrize(("tp", "text", "most"), [row[1:] for row in MEMORY], ids=[row[0] for row in MEMORY])
def test_memory_is_bounded_by_the_text(tp: Any, text: str, most: float, size: int):
    assert peak(tp, text, size, limits=UNBOUND) < most


def test_candidates_that_were_given_up_keep_nothing_of_the_text():
    assert peak(IPv4Address, '"' + "7[" * 7_500 + "\n", 64) < 12


def test_memory_for_words_is_that_of_the_words():
    unit = "nothing here but words; "
    small, large = (peak(Recipe, unit * n, 64) for n in (1_000, 20_000))
    assert large < 1.5 * small


class Forgiving(BaseModel):
    kinds: Annotated[list[str], BeforeValidator(lambda kinds: kinds)]

    @model_validator(mode="before")
    @classmethod
    def hand_on(cls, data: Any) -> Any:
        return data


def test_of_a_misfit_that_nobody_is_told_of_nothing_is_kept():
    """Whether it fits at all is known when the object closes, and then pydantic reads the whole text again."""
    text = '{"kinds": [' + "{}," * 20_000 + "{}],"
    extractor = Extractor(Forgiving)
    gc.collect()
    tracemalloc.start()
    try:
        for delta in pieces(text, 997):
            extractor.feed(delta)
        gc.collect()
        assert tracemalloc.get_traced_memory()[0] < 6 * len(text)
    finally:
        tracemalloc.stop()
    assert not extractor.rejected
