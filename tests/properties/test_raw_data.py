"""Inside an object whose validator sees the raw data pydantic no longer validates JSON: unions choose otherwise."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Optional
from uuid import UUID

import pytest
from holding import assert_holds, parts, watch
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    Field,
    Strict,
    WrapValidator,
    create_model,
    model_validator,
)

from partway import Extractor
from partway.errors import MismatchError

UUID_TEXT = "6f3b1f3e-6c0a-4c3a-9d28-0f7a2b1c9d11"


class Named(BaseModel):
    id: UUID


class Dated(BaseModel):
    on: date


class Loose(BaseModel):
    id: date | str


def plain(tp: Any) -> Any:
    return create_model("Plain", part=(tp, ...))


def before(tp: Any) -> Any:
    def hand_on(_cls: type, data: Any) -> Any:
        return data

    return create_model(
        "Before", part=(tp, ...), __validators__={"hand_on": model_validator(mode="before")(classmethod(hand_on))}
    )


def wrap(tp: Any) -> Any:
    def hand_on(_cls: type, data: Any, handler: Callable[[Any], Any]) -> Any:
        return handler(data)

    return create_model(
        "Wrap", part=(tp, ...), __validators__={"hand_on": model_validator(mode="wrap")(classmethod(hand_on))}
    )


def init(tp: Any) -> Any:
    class Init(BaseModel):
        part: tp

        def __init__(self, **data: Any) -> None:
            super().__init__(**data)

    return Init


def before_the_place(tp: Any) -> Any:
    return create_model("Around", inner=(Annotated[plain(tp), BeforeValidator(lambda data: data)], ...))


def wrap_then_after(tp: Any) -> Any:
    checked = Annotated[
        plain(tp), AfterValidator(lambda model: model), WrapValidator(lambda data, handler: handler(data))
    ]
    return create_model("Around", inner=(checked, ...))


def deeper(tp: Any) -> Any:
    return create_model("Deeper", inner=(create_model("Middle", inner=(before(tp), ...)), ...))


def init_in_before(tp: Any) -> Any:
    return before(init(tp))


def before_in_init(tp: Any) -> Any:
    return init(before(tp))


def several(tp: Any) -> Any:
    """The same model is met as JSON and as raw data."""
    model = plain(tp)
    return create_model("Several", first=(model, ...), inner=(before(model), ...), last=(model, ...))


def recursive(tp: Any) -> Any:
    class Node(BaseModel):
        part: tp
        next: Optional[Node] = None  # a name that is quoted cannot be joined by |

        @model_validator(mode="before")
        @classmethod
        def hand_on(cls, data: Any) -> Any:
            return data

    return Node


def again_further_in(tp: Any) -> Any:
    """A model that comes again inside one that sees raw data."""

    class Root(BaseModel):
        part: tp
        inner: Optional[Inside] = None  # as above

    class Inside(BaseModel):
        root: Root

        @model_validator(mode="before")
        @classmethod
        def hand_on(cls, data: Any) -> Any:
            return data

    Root.model_rebuild(_types_namespace={"Inside": Inside})
    Inside.model_rebuild()
    return Root


def document(way: Any, part: str) -> str:
    one = f'{{"part":{part}}}'
    match way.__name__:
        case "before_the_place" | "wrap_then_after":
            return f'{{"inner":{one}}}'
        case "deeper":
            return f'{{"inner":{{"inner":{one}}}}}'
        case "init_in_before" | "before_in_init":
            return f'{{"part":{one}}}'
        case "several":
            return f'{{"first":{one},"inner":{{"part":{one}}},"last":{one}}}'
        case "recursive":
            return f'{{"part":{part},"next":{{"part":{part},"next":{one}}}}}'
        case "again_further_in":
            return f'{{"part":{part},"inner":{{"root":{{"part":{part},"inner":{{"root":{one}}}}}}}}}'
        case _:
            return one


WAYS = (
    before, wrap, init, before_the_place, wrap_then_after, deeper, init_in_before, before_in_init, several, recursive,
    again_further_in,
)  # fmt: skip

PARTS: tuple[tuple[Any, str], ...] = (
    (Named | dict[str, str], f'{{"id":"{UUID_TEXT}"}}'),
    (Dated | dict[str, str], '{"on":"2020-01-01"}'),
    (dict[str, str] | Dated, '{"on":"2020-01-01"}'),
    (Named | Loose, f'{{"id":"{UUID_TEXT}"}}'),
    (Dated | Named, f'{{"id":"{UUID_TEXT}"}}'),
    (list[date | str], '["2020-01-01","x"]'),
    (list[UUID | str], f'["{UUID_TEXT}","x"]'),
    (list[Path | str], '["a","b"]'),
    (dict[str, Decimal | str], '{"a":"1.5"}'),
    (dict[date, int] | dict[str, int], '{"2020-01-01":1}'),
    (Annotated[date | str, Field(union_mode="left_to_right")], '"2020-01-01"'),
    (bytes | str, '"text"'),
    (str | date, '"2020-01-01"'),
    (Annotated[date, Strict()] | str, '"2020-01-01"'),
    (Annotated[date, Strict()] | int, '"2020-01-01"'),
    (Annotated[UUID, Strict()] | int, f'"{UUID_TEXT}"'),
    (Annotated[Path, Strict()] | None, '"a"'),
    (Annotated[set[int], Strict()] | dict[str, int], "[1,2]"),
    (Annotated[tuple[int, str], Strict()], '[1,"a"]'),
    (set[int] | list[int], "[1,2]"),
    (set[int], "[1,2]"),
    (Named, f'{{"id":"{UUID_TEXT}"}}'),
)  # fmt: skip


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
@pytest.mark.parametrize(("tp", "part"), PARTS, ids=[f"{tp}-{part[:12]}" for tp, part in PARTS])
def test_what_is_shown_is_what_pydantic_makes_of_it_there(way: Any, tp: Any, part: str):
    text = document(way, part)
    assert_holds(way(tp), text)


@pytest.mark.parametrize("way", [before, wrap], ids=lambda way: way.__name__)
def test_a_union_is_shown_before_the_object_around_it_closes(way: Any):
    text = f'{{"part":{{"id":"{UUID_TEXT}"}},"more":1'
    _, partials = watch(way(Named | dict[str, str]), [text], json_only=True)
    assert dict(parts(partials[-1]))["part"] == {"id": UUID_TEXT}


@pytest.mark.parametrize("way", [before, wrap], ids=lambda way: way.__name__)
@pytest.mark.parametrize("fail_fast", [False, True])
def test_an_object_is_rejected_for_a_part_that_nobody_was_told_of(way: Any, fail_fast: bool):
    extractor = Extractor(dict[str, list[way(int)]], json_only=True, fail_fast=fail_fast)
    with pytest.raises(MismatchError) as caught:  # noqa: PT012 # which of them raises depends on `fail_fast`
        extractor.feed('{"a":[{"part":1},{"part":"x"}]}')
        extractor.finish()
    assert [(rejection.path, rejection.json) for rejection in extractor.rejected] == [(("a", 1), '{"part":"x"}')]
    assert (caught.value.path, caught.value.offset) == (("a", 1, "part"), 25)
