"""Why a value does not fit, in one sentence: the place in the JSON, the members tried, why each failed."""

# ruff: noqa: E501  # a case of a table is one line

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from partway import Extractor
from partway._mismatch import reason
from partway.errors import MismatchError, PartwayError


class Cat(BaseModel):
    kind: Literal["cat"]
    lives: int


class Dog(BaseModel):
    kind: Literal["dog"]
    name: str
    toys: list[int] = []


class Circle(BaseModel):
    model_config = ConfigDict(extra="forbid")
    radius: int


class Square(BaseModel):
    model_config = ConfigDict(extra="forbid")
    side: list[int]


class Zoo(BaseModel):
    pets: list[Annotated[Cat | Dog, Field(discriminator="kind")]] = []
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
