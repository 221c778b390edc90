"""Models whose partials are copied, pickled, and read in another process: so they stand in a module of their own."""

from __future__ import annotations

import dataclasses
import sys
from typing import Annotated, Any, Generic, Literal, Optional, TypeVar, Union

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PrivateAttr
from typing_extensions import TypedDict  # pydantic wants that of it below Python 3.12

from partway import Extractor, PartwayError

T = TypeVar("T")


class Step(BaseModel):
    text: str
    minutes: int = 5


class Cat(BaseModel):
    kind: Literal["cat"]
    name: str = ""


class Dog(BaseModel):
    kind: Literal["dog"]
    tricks: list[str] = []


@dataclasses.dataclass
class Point:
    x: int
    label: str = ""


class Size(TypedDict, total=False):
    width: int
    unit: str


class Recipe(BaseModel):
    title: str
    steps: list[Step] = []
    first: Step | None = None
    by_name: dict[str, Step] = {}
    pair: tuple[Step, int] | None = None
    tags: set[str] = set()
    pet: Annotated[Union[Cat, Dog], Field(discriminator="kind")] | None = None
    either: Union[Step, Dog, None] = None
    point: Point | None = None
    size: Size | None = None


class Node(BaseModel):
    name: str
    children: list[Node] = []


class Box(BaseModel, Generic[T]):
    item: T
    label: str = ""


BoxOfSteps = Box[list[Step]]  # pydantic puts a class that is made here into the module, so that it can be found


class Open(BaseModel):
    model_config = ConfigDict(extra="allow")
    a: int = 0


class Private(BaseModel):
    a: str
    b: str = ""
    _secret: str = "s"  # noqa: S105  # no password
    _list: list[int] = PrivateAttr(default_factory=lambda: [1])


class Aliased(BaseModel):
    unit_price: float = Field(alias="unitPrice")
    label: str = Field("", serialization_alias="LABEL")


class StepSoFar(BaseModel):
    text: str = ""
    minutes: Optional[int] = None


class RecipeSoFar(BaseModel):
    title: str = ""
    steps: list[Step | StepSoFar] = []
    first: Step | StepSoFar | None = None
    by_name: dict[str, Step | StepSoFar] = {}
    pair: tuple[Step | StepSoFar, int] | None = None
    tags: set[str] = set()
    pet: Any = None
    either: Any = None
    point: Any = None
    size: Any = None


def refused(value: int) -> int:
    raise ValueError(f"{value} is refused")


class Strict(BaseModel):
    number: Annotated[int, AfterValidator(refused)]


def partial_of(type_: Any, text: str, **options: Any) -> Any:
    extractor: Any = Extractor(type_, **options)
    extractor.feed(text)
    return extractor.partial


def error_of(type_: Any, text: str, **options: Any) -> PartwayError:
    """Raised in a process of a pool, and pickled to be raised where the result is waited for."""
    extractor: Any = Extractor(type_, **options)
    extractor.feed(text)
    try:
        extractor.finish()
    except PartwayError as error:
        return error
    raise AssertionError(text)


def fail(type_: Any, text: str) -> None:
    raise error_of(type_, text)


# A type, and a text of which a partial is left at its end.
PARTIALS: list[tuple[Any, str, dict[str, Any]]] = [
    (Recipe, '{"title": "Te', {}),
    (Recipe, '{"title": "Tea", "steps": [{"text": "Boil."}, {"text": "Po', {}),
    (
        Recipe,
        '{"title": "T", "first": {"text": "a", "minutes": 1}, "by_name": {"x": {"text": ""}, "y": {"text": "c',
        {},
    ),
    (
        Recipe,
        '{"title": "", "pair": [{"text": ""}, 1], "tags": ["a"], "pet": {"kind": "dog", "tricks": ["si',
        {},
    ),
    (Recipe, '{"title": "T", "either": {"tricks": ["a", "b', {}),
    (Recipe, '{"title": "T", "point": {"x": 1, "label": "no', {}),
    (Recipe, '{"title": "T", "size": {"width": 1, "unit": "c', {}),
    (Recipe, '{"title": 7, "steps": [{"text": 7}, {"te', {}),
    (Recipe, '{"title": "T", "first": null, ', {}),
    (Node, '{"name": "a", "children": [{"name": "b", "children": [{"name": "c', {}),
    (BoxOfSteps, '{"item": [{"text": "a"}, {"text": "b', {}),
    (Open, '{"a": 1, "x": [1, 2], "y": {"z": "', {}),
    (Private, '{"a": "x', {}),
    (Aliased, '{"unitPrice": 1.5, "label": "x', {}),
    (Point, '{"x": 1, "label": "x', {}),
    (list[Step], '[{"text": "a"}, {"text": "b', {}),
    (dict[str, Step], '{"a": {"text": "a"}, "b": {"text": "b', {}),
    (Size, '{"width": 1, "unit": "c', {}),
    (Recipe, '{"title": "T", "steps": [{"text": "Boil."}, {"text": "Po', {"partial": RecipeSoFar}),
    (Recipe, '{"title": "T", "by_name": {"a": {"text": "x', {"partial": RecipeSoFar}),
]

ERRORS: list[tuple[Any, str]] = [
    (Step, '{"text": "Po'),
    (Step, "nothing"),
    (Step, '{"text": "a", "minutes": nope}'),
    (Step, '{"text": 1, "minutes": "x"}'),
    (list[Step], '[{"text": "a"}, {"minutes": 3}]'),
    (Strict, '{"number": 3}'),
]

if __name__ == "__main__":  # a process that has made no partial class reads what another has written
    import pickle

    if sys.argv[1] == "write":
        pickle.dump([partial_of(type_, text, **options) for type_, text, options in PARTIALS[:-2]], sys.stdout.buffer)
    else:
        for partial in pickle.load(sys.stdin.buffer):  # noqa: S301  # our own
            print(repr(partial))  # noqa: T201  # it is what is asked for
