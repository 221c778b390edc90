"""How the members of chunks are read, whatever the chunks are, and what is made of an SDK's object."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import pydantic.dataclasses
import pytest
from pydantic import BaseModel, ConfigDict

from partway.providers._delta import CONTENT, channel, field, members, plain


class Model(BaseModel):
    model_config = ConfigDict(extra="allow")
    a: int
    b: int | None = None


@pydantic.dataclasses.dataclass
class Typed:
    a: int


@dataclass(slots=True)
class Slotted:
    a: int


class Property:
    a = property(lambda _: 1)


class Proxy:
    def __getattr__(self, name: str) -> int:
        if name == "a":
            return 1
        raise AttributeError(name)


HAVING_A = [{"a": 1}, SimpleNamespace(a=1), Model(a=1), Model(a=1, c=2), Typed(a=1), Slotted(a=1), Property(), Proxy()]


@pytest.mark.parametrize("value", HAVING_A, ids=lambda value: type(value).__name__)
def test_a_field_is_a_key_or_an_attribute_or_none(value: Any):
    assert field(value, "a") == members(value).get("a") == 1
    assert field(value, "nothing") is None
    assert members(value).get("nothing") is None


def test_what_a_model_allows_beside_its_fields_is_read_too():
    assert field(Model.model_validate({"a": 1, "c": 2}), "c") == 2


def test_a_method_of_a_dict_is_no_field():
    assert field({}, "keys") is None


@pytest.mark.parametrize(
    ("value", "dumped"),
    [
        ({"a": 1, "b": None}, {"a": 1}),
        (Model(a=1), {"a": 1}),
        (SimpleNamespace(a=1), {"a": 1}),
        (Slotted(a=1), Slotted(a=1)),
        (3, 3),
    ],
)
def test_an_object_is_made_a_dict_of_what_is_set(value, dumped):
    assert plain(value) == dumped


def test_channels_are_made_once():
    assert channel("content", 0) is CONTENT
    assert channel("reasoning", 1) is channel("reasoning", 1)
