"""Why a value does not fit, in one sentence: the place in the JSON, the members tried, why each failed."""

# ruff: noqa: E501  # a case of a table is one line

from __future__ import annotations

import re
from typing import Annotated, Any, Literal, NamedTuple

import pytest
from pydantic import (
    AliasPath,
    BaseModel,
    ConfigDict,
    Field,
    Json,
    RootModel,
    TypeAdapter,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

from partway import Extractor, Whole
from partway._mismatch import reason
from partway.errors import MismatchError, PartwayError


class Cat(BaseModel):
    kind: Literal["cat"]
    lives: int


class Dog(BaseModel):
    kind: Literal["dog"]
    name: str
    toys: list[int] = []


Pet = Annotated[Cat | Dog, Field(discriminator="kind")]


class Circle(BaseModel):
    model_config = ConfigDict(extra="forbid")
    radius: int


class Square(BaseModel):
    model_config = ConfigDict(extra="forbid")
    side: list[int]


class Zoo(BaseModel):
    pets: list[Pet] = []
    shape: Circle | Square | None = None
    only: Annotated[Cat, Field(discriminator="kind")] | None = None
    mixed: int | list[str] = 0
    rows: list[int] | list[list[int]] = []
    number: int = 0
    other: int = 0


INTEGER = "Input should be a valid integer, unable to parse string as an integer"

# What, a document, the path, and the sentence.
MESSAGES: list[tuple[str, str, tuple[Any, ...], str]] = [
    ("no union", '{"number":"x"}', ("number",), INTEGER),
    ("two of them", '{"number":"x","other":"y"}', ("number",), f"{INTEGER}, and 1 more"),
    ("nothing fits a union", '{"shape":{}}', ("shape",), "none of 2 types fits (Circle: radius: Field required; Square: side: Field required)"),
    ("nothing fits a union, but it was settled", '{"shape":{"side":1}}', ("shape", "side"), "Input should be a valid array, and 2 more"),
    ("nothing fits, all members lack something else", '{"shape":{"z":1}}', ("shape",), "none of 2 types fits (Circle: radius: Field required; Square: side: Field required)"),
    ("nothing fits a union of atoms and lists", '{"mixed":"x"}', ("mixed",), f"none of 2 types fits (int: {INTEGER}; list[str]: Input should be a valid array)"),
    ("nothing fits, deep", '{"rows":[[1],{}]}', ("rows", 1), "Input should be a valid array, and 2 more"),
    ("nothing fits, in elements", '{"rows":[{}]}', ("rows",), "none of 2 types fits (list[int]: [0]: Input should be a valid integer; list[list[int]]: [0]: Input should be a valid array)"),
    ("a union and something else", '{"mixed":"x","number":"y"}', ("mixed",), f"none of 2 types fits (int: {INTEGER}; list[str]: Input should be a valid array), and 1 more"),
    ("a tag is unknown", '{"pets":[{"kind":"fox"}]}', ("pets", 0), "Input tag 'fox' found using 'kind' does not match any of the expected tags: 'cat', 'dog'"),
    ("a tag is missing", '{"pets":[{"lives":1}]}', ("pets", 0), "Unable to extract tag using discriminator 'kind'"),
    ("a part of a tagged member", '{"pets":[{"kind":"cat","lives":"x"}]}', ("pets", 0, "lives"), INTEGER),
    ("a part of a tagged member, its tag last", '{"pets":[{"lives":"x","kind":"cat"}]}', ("pets", 0, "lives"), INTEGER),
    ("a part is missing of a tagged member", '{"pets":[{"kind":"cat"}]}', ("pets", 0, "lives"), "Field required, as cat"),
    ("deep in a tagged member", '{"pets":[{"kind":"dog","name":"x","toys":[1,"y"]}]}', ("pets", 0, "toys", 1), INTEGER),
    ("no object at all", '{"pets":["cat"]}', ("pets", 0), "Input should be an object"),
    ("the only member there is", '{"only":{"kind":"dog","lives":1}}', ("only", "kind"), "Input should be 'cat'"),
]  # fmt: skip


def failure(tp: Any, deltas: Any, **options: Any) -> MismatchError:
    extractor = Extractor(tp, json_only=True, **options)
    with pytest.raises(MismatchError) as caught:  # noqa: PT012 # which of them raises depends on the case
        for delta in deltas:
            extractor.feed(delta)
        extractor.finish()
    return caught.value


@pytest.mark.parametrize(("text", "path", "sentence"), [row[1:] for row in MESSAGES], ids=[row[0] for row in MESSAGES])
def test_a_message_names_the_place_and_what_was_tried(text: str, path: tuple[Any, ...], sentence: str):
    for deltas in ([text], text):
        error = failure(Zoo, deltas)
        assert error.message == f"the JSON does not fit the type: {sentence}"
        assert error.path == path
        with pytest.raises(ValidationError) as caught:
            TypeAdapter(Zoo).validate_json(text)
        assert error.validation_error.errors() == caught.value.errors()


@pytest.mark.parametrize(("text", "path", "sentence"), [row[1:] for row in MESSAGES], ids=[row[0] for row in MESSAGES])
def test_fail_fast_says_the_same_of_the_first(text: str, path: tuple[Any, ...], sentence: str):
    error = failure(Zoo, text, fail_fast=True)
    assert error.path == path
    first = re.sub(", and . more$", "", sentence)  # what follows is not read
    assert error.message.startswith(f"the JSON does not fit the type: {first}")
    assert all(
        line["loc"][: len(path) - 1] == path[:-1] or line["loc"][0] == path[0]
        for line in error.validation_error.errors()
    )
    assert text.startswith(error.text)


class Numbers(RootModel[list[int]]):
    pass


class Pair(NamedTuple):
    number: int
    pet: Pet


class AsItCame(BaseModel):
    text: str = ""
    pet: Pet | None = None
    mixed: int | list[str] = 0

    @model_validator(mode="before")
    @classmethod
    def unchanged(cls, data: Any) -> Any:
        return data


class Ordered(BaseModel):
    low: int
    high: int

    @field_validator("high")
    @classmethod
    def is_higher(cls, high: int, info: ValidationInfo) -> int:
        if high < info.data.get("low", 0):
            raise ValueError("low")
        return high


class Block(BaseModel):
    type: Literal["text"]
    text: str
    number: int = 0


class Image(BaseModel):
    type: Literal["image"]


class Moved(BaseModel):
    x: int = Field(validation_alias=AliasPath("a", "b"))


# What is read whole, a document with `▸` in front of the place, the path, and the sentence.
READ_WHOLE: list[tuple[str, Any, str, tuple[Any, ...], str]] = [
    ("a root model", dict[str, Numbers], '{"r": [1, 2, ▸"q"]}', ("r", 2), INTEGER),
    ("a tagged member in it", RootModel[list[Pet]], '[{"kind":"cat","lives":9}, {"kind":"cat","lives":▸"q"}]', (1, "lives"), f"{INTEGER}, as cat"),
    ("a tagged member that lacks a field", RootModel[list[Pet]], '[{"kind":"cat","lives":9}, ▸{"kind":"cat"}]', (1, "lives"), "Field required, as cat"),
    ("a place that is whole", Annotated[list[Pet], Whole()], '[\n{"kind":"cat",\n"lives":▸"q"}]', (0, "lives"), f"{INTEGER}, as cat"),
    ("a named tuple", list[Pair], '[[1, {"kind": "cat", "lives": ▸"q"}]]', (0, 1, "lives"), f"{INTEGER}, as cat"),
    ("a tagged member before a validator", AsItCame, '{"text": "lives",\n"pet": {"kind": "cat", "lives": ▸"q"}}', ("pet", "lives"), f"{INTEGER}, as cat"),
    ("a union before a validator", list[AsItCame], '[{}, {"mixed": ▸"q"}]', (1, "mixed"), f"{INTEGER}, as int, and 1 more"),
    ("a validator that looks at other fields", list[Ordered], '[{"low":1,"high":2},\n{"low": 5, "high": ▸2}]', (1, "high"), "Value error, low"),
    ("a key of a dict", dict[int, str], '{"1": "a", "x": ▸"abc"}', ("x",), f"{INTEGER}, as [key]"),
    ("a tag that is a key, too", Annotated[list[Annotated[Block | Image, Field(discriminator="type")]], Whole()], '[{"type":"text","text":"x","number":▸"q"}]', (0, "number"), f"{INTEGER}, as text"),
    ("a tag that is the key of the place", Annotated[list[Annotated[Block | Image, Field(discriminator="type")]], Whole()], '[{"type":"text","text":▸5}]', (0, "text"), "Input should be a valid string, as text"),
    ("a path of an alias", Moved, '{"a": {"b": ▸"q"}}', ("a", "b"), INTEGER),
    ("JSON in a string, where nothing is a place", Json[list[int]], '▸"[\\"q\\"]"', (), f"{INTEGER}, as 0"),
]  # fmt: skip


@pytest.mark.parametrize("fail_fast", [False, True])
@pytest.mark.parametrize(
    ("tp", "marked", "path", "sentence"), [row[1:] for row in READ_WHOLE], ids=[row[0] for row in READ_WHOLE]
)
def test_the_place_is_one_in_the_json_where_it_was_read_whole(
    tp: Any, marked: str, path: tuple[Any, ...], sentence: str, fail_fast: bool
):
    at = marked.index("▸")
    text = marked.replace("▸", "")
    error = failure(tp, text, fail_fast=fail_fast)
    assert (error.path, error.offset) == (path, at)
    assert error.message == f"the JSON does not fit the type: {sentence}"


def test_the_text_of_a_bare_number_that_fails_fast_is_that_number():
    assert failure(bool, ["12"], fail_fast=True).text == "12"
    assert isinstance(failure(bool, ["12"], fail_fast=True), PartwayError)


def test_more_errors_of_one_member_are_counted():
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(Annotated[Cat | Dog, Field(discriminator="kind")]).validate_json('{"kind":"dog","toys":["x"]}')
    path, sentence = reason(caught.value, ("a",), union=True)
    assert path == ("a", "name")
    assert sentence == "Field required, as dog, and 1 more"
    assert reason(caught.value, ("a",), union=True, total=5)[1] == "Field required, as dog, and 4 more"
    assert reason(caught.value, (), union=False) == (("dog", "name"), "Field required, and 1 more")
