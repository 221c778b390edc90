"""What can be drawn of a type before anything of its value has arrived."""

from __future__ import annotations

import copy
import dataclasses
import json
import pickle
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, Generic, Literal, NamedTuple, NotRequired, Optional, TypeVar, Union
from uuid import UUID

import pytest
from pydantic import (
    AliasChoices,
    AliasPath,
    BaseModel,
    ConfigDict,
    Field,
    PlainValidator,
    RootModel,
    SecretStr,
    TypeAdapter,
    WithJsonSchema,
    create_model,
)
from pydantic.alias_generators import to_camel
from typing_extensions import TypeAliasType, TypedDict

from partway import Extractor, Opened, UsageError
from partway._skeleton import Skeleton, skeleton

T = TypeVar("T")
INTEGER = {"kind": "number", "format": "integer"}
STRING = {"kind": "string"}


class Level(Enum):
    """How hard it is."""

    EASY = "easy"
    HARD = "hard"


class Mixed(Enum):
    ONE = 1
    TWO = "two"


class Step(BaseModel):
    """One thing to do."""

    text: str = Field(description="in the imperative")
    minutes: int | None = None


class Recipe(BaseModel):
    title: str
    level: Level = Level.EASY
    steps: list[Step] = Field(default=[], title="What to do")
    cooked_on: date | None = None
    tags: dict[str, list[str]] = {}
    rating: tuple[int, str] = (0, "")
    source: Step | str | None = Field(None, description="where it comes from")


class Tree(BaseModel):
    """A tree."""

    label: str
    children: list[Tree] = []
    parent: Tree | None = Field(None, description="whence it came")


class House(BaseModel):
    """A house."""

    number: int


class Two(BaseModel):
    front_house: House
    back: House | None = None
    named: House = Field(title="The Third", description="last")


class Camel(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel)
    unit_price: Decimal
    made_on: datetime | None = None


class Aliased(BaseModel):
    class_: str = Field(alias="class")
    kept: int = Field(alias="@kept", title="@Kept it")


class ByName(BaseModel):
    model_config = ConfigDict(validate_by_name=True)
    one: int = Field(alias="uno")


@dataclasses.dataclass
class Plain:
    b: int
    a: str = ""


class AroundByName(BaseModel):
    model_config = ConfigDict(validate_by_name=True)
    own: House = Field(alias="house")
    listed: list[Plain] = Field(alias="list")


class OnlyByName(BaseModel):
    model_config = ConfigDict(validate_by_name=True, validate_by_alias=False)
    one: int = Field(alias="uno")


class Choosing(BaseModel):
    one: int = Field(validation_alias=AliasChoices("first", "uno", AliasPath("deep", "one")))
    two: str = Field("", validation_alias=AliasPath("deep", 2))


class Cat(BaseModel):
    kind: Literal["cat"] = Field(alias="Kind")
    lives: int
    home: House


class Dog(BaseModel):
    kind: Literal["dog", "wolf"] = Field(alias="Kind")
    lives: float
    home: House


class Box(BaseModel, Generic[T]):
    content: T


class Names(RootModel[list[str]]):
    """Who is there."""


class Total(TypedDict):
    b: int
    a: NotRequired[list[str]]


class Spot(NamedTuple):
    x: int
    y: float = 0.5


class Extra(BaseModel):
    model_config = ConfigDict(extra="allow")
    known: str = ""


class Forbidding(BaseModel):
    model_config = ConfigDict(extra="forbid")
    known: str = ""


class Strange:
    """No type of pydantic's."""


class Holder(BaseModel):
    model_config = ConfigDict(arbitrary_types_allowed=True)
    call: Callable[[int], int] = print
    strange: Strange
    plain: Annotated[int, PlainValidator(int)] = 0
    default: str | Strange = Strange()


Nested = TypeAliasType("Nested", "int | list[Nested] | dict[str, Nested] | None")

CASES: list[tuple[Any, dict[str, Any]]] = [
    (str, STRING),
    (int, INTEGER),
    (float, {"kind": "number"}),
    (bool, {"kind": "boolean"}),
    (None, {"kind": "null"}),
    (Any, {"kind": "any"}),
    (Callable, {"kind": "any"}),
    (bytes, {"kind": "string", "format": "binary"}),
    (date, {"kind": "string", "format": "date"}),
    (timedelta, {"kind": "string", "format": "duration"}),
    (UUID, {"kind": "string", "format": "uuid"}),
    (SecretStr, {"kind": "string", "format": "password"}),
    (Decimal, {"kind": "number", "format": "decimal"}),
    (
        Level,
        {"kind": "string", "title": "Level", "description": "How hard it is.", "choices": ["easy", "hard"]},
    ),
    (Mixed, {"kind": "any", "title": "Mixed", "choices": [1, "two"]}),
    (Literal["a"], {"kind": "string", "choices": ["a"]}),
    (Literal["a", "b", None], {"kind": "string", "nullable": True, "choices": ["a", "b"]}),
    (Literal[1, True], {"kind": "any", "choices": [1, True]}),
    (Literal[None], {"kind": "null"}),
    (Optional[int], {**INTEGER, "nullable": True}),
    (Optional[Any], {"kind": "any", "nullable": True}),
    (Union[int, str], {"kind": "any", "options": [INTEGER, STRING]}),
    (Union[None, int, str], {"kind": "any", "nullable": True, "options": [INTEGER, STRING]}),
    (Union[date, str], {"kind": "string", "options": [{"kind": "string", "format": "date"}, STRING]}),
    (list, {"kind": "array", "items": {"kind": "any"}}),
    (list[int], {"kind": "array", "items": INTEGER}),
    (set[str], {"kind": "array", "items": STRING}),
    (tuple[int, str], {"kind": "array", "prefix": [INTEGER, STRING]}),
    (tuple[int, ...], {"kind": "array", "items": INTEGER}),
    (tuple[()], {"kind": "array"}),
    (dict, {"kind": "object", "values": {"kind": "any"}}),
    (dict[str, int], {"kind": "object", "values": INTEGER}),
    (
        dict[Annotated[str, Field(pattern="^a")], int],
        {"kind": "object", "values": INTEGER},
    ),
    (
        Spot,
        {"kind": "array", "prefix": [{**INTEGER, "title": "X"}, {"kind": "number", "title": "Y"}]},
    ),
    (Names, {"kind": "array", "title": "Names", "description": "Who is there.", "items": STRING}),
    (
        Box[int],
        {
            "kind": "object",
            "title": "Box[int]",
            "fields": [{"name": "content", "title": "Content", "required": True, **INTEGER}],
        },
    ),
    (
        Total,
        {
            "kind": "object",
            "title": "Total",
            "fields": [
                {"name": "b", "title": "B", "required": True, **INTEGER},
                {"name": "a", "title": "A", "kind": "array", "items": STRING},
            ],
        },
    ),
    (
        Plain,
        {
            "kind": "object",
            "title": "Plain",
            "fields": [
                {"name": "b", "title": "B", "required": True, **INTEGER},
                {"name": "a", "title": "A", "kind": "string"},
            ],
        },
    ),
    (
        Extra,
        {
            "kind": "object",
            "title": "Extra",
            "fields": [{"name": "known", "title": "Known", "kind": "string"}],
            "values": {"kind": "any"},
        },
    ),
    (
        Forbidding,
        {"kind": "object", "title": "Forbidding", "fields": [{"name": "known", "title": "Known", "kind": "string"}]},
    ),
    (
        Holder,
        {
            "kind": "object",
            "title": "Holder",
            "fields": [
                {"name": "call", "kind": "any", "title": "Call"},
                {"name": "strange", "kind": "any", "title": "Strange", "required": True},
                {"name": "plain", "kind": "any", "title": "Plain"},
                {"name": "default", "kind": "any", "title": "Default", "options": [STRING, {"kind": "any"}]},
            ],
        },
    ),
    (
        Tree,
        {
            "kind": "object",
            "title": "Tree",
            "description": "A tree.",
            "ref": "Tree",
            "fields": [
                {"name": "label", "kind": "string", "title": "Label", "required": True},
                {
                    "name": "children",
                    "kind": "array",
                    "title": "Children",
                    "items": {
                        "kind": "object",
                        "title": "Tree",
                        "description": "A tree.",
                        "ref": "Tree",
                        "recursive": True,
                    },
                },
                {
                    "name": "parent",
                    "kind": "object",
                    "title": "Parent",
                    "description": "whence it came",
                    "nullable": True,
                    "ref": "Tree",
                    "recursive": True,
                },
            ],
        },
    ),
    (
        Nested,
        {
            "kind": "any",
            "nullable": True,
            "ref": "Nested",
            "options": [
                INTEGER,
                {"kind": "array", "items": {"kind": "any", "nullable": True, "ref": "Nested", "recursive": True}},
                {"kind": "object", "values": {"kind": "any", "nullable": True, "ref": "Nested", "recursive": True}},
            ],
        },
    ),
    # schemas that a user has written
    (Annotated[Any, WithJsonSchema({"type": ["string", "null"]})], {"kind": "string", "nullable": True}),
    (Annotated[Any, WithJsonSchema({"type": ["string", "integer"]})], {"kind": "any", "options": [STRING, INTEGER]}),
    (Annotated[Any, WithJsonSchema({"allOf": [{"type": "string"}], "title": "A"})], {"kind": "string", "title": "A"}),
    (Annotated[Any, WithJsonSchema({"anyOf": [True, {"type": "null"}]})], {"kind": "any", "nullable": True}),
    (Annotated[Any, WithJsonSchema({"items": {"type": "string"}})], {"kind": "array", "items": STRING}),
    (
        Annotated[Any, WithJsonSchema({"properties": {"a": True}})],
        {"kind": "object", "fields": [{"name": "a", "kind": "any"}]},
    ),
    (Annotated[Any, WithJsonSchema({"const": None})], {"kind": "null"}),
    (Annotated[Any, WithJsonSchema({"enum": [1, 2.5]})], {"kind": "number", "choices": [1, 2.5]}),
    (Annotated[Any, WithJsonSchema({"enum": [[1], [2]]})], {"kind": "array", "choices": [[1], [2]]}),
    (Annotated[Any, WithJsonSchema({"const": {"a": 1}})], {"kind": "object", "choices": [{"a": 1}]}),
    (Annotated[Any, WithJsonSchema({"type": "object"})], {"kind": "object", "values": {"kind": "any"}}),
    (Annotated[Any, WithJsonSchema({"type": "tensor", "title": 3})], {"kind": "any"}),
    (Annotated[Any, WithJsonSchema({"$ref": "https://example.org/schema"})], {"kind": "any"}),
]  # fmt: skip


@pytest.mark.parametrize(("type_", "told"), CASES, ids=lambda part: repr(part)[:60])
def test_a_type_gives_this_skeleton(type_, told):
    assert skeleton(type_).as_dict() == told


@pytest.mark.parametrize(
    "type_", [type_ for type_, _ in CASES] + [Recipe, Two, list[Recipe]], ids=lambda t: repr(t)[:60]
)
def test_a_skeleton_goes_over_a_wire_as_it_is(type_):
    told = skeleton(type_).as_dict()
    assert json.loads(json.dumps(told, allow_nan=False)) == told


def names(model: type[BaseModel]) -> list[tuple[Any, ...]]:
    return [(field.name, field.title, *field.other_names) for field in skeleton(model).fields]


@pytest.mark.parametrize(
    ("model", "told"),
    [
        (
            Recipe,
            [
                ("title", "Title"),
                ("level", "Level"),
                ("steps", "What to do"),
                ("cooked_on", "Cooked On"),
                ("tags", "Tags"),
                ("rating", "Rating"),
                ("source", "Source"),
            ],
        ),
        (Two, [("front_house", "Front House"), ("back", "Back"), ("named", "The Third")]),
        (Camel, [("unitPrice", "Unit Price"), ("madeOn", "Made On")]),
        (Aliased, [("class", "Class"), ("@kept", "@Kept it")]),
        (ByName, [("uno", "One", "one")]),
        (AroundByName, [("house", "Own", "own"), ("list", "Listed", "listed")]),
        (OnlyByName, [("one", "One")]),
        (Choosing, [("first", "One", "uno"), ("two", "Two")]),
    ],
    ids=lambda part: getattr(part, "__name__", ""),
)
def test_fields_stand_in_the_models_order_under_their_json_keys_with_titles_for_people(model, told):
    assert names(model) == told


def test_a_field_is_described_by_itself_or_else_by_its_class():
    front, back, named = skeleton(Two).fields
    assert [front.description, back.description, named.description] == ["A house.", "A house.", "last"]
    assert front.fields == back.fields == named.fields == skeleton(House).fields


def test_a_tagged_union_names_its_tag_as_it_stands_in_the_json():
    pets = skeleton(list[Annotated[Cat | Dog, Field(discriminator="kind")]]).items
    assert (pets.kind, pets.discriminator) == ("object", "Kind")
    assert [(option.title, option.fields[0].choices) for option in pets.options] == [
        ("Cat", ("cat",)),
        ("Dog", ("dog", "wolf")),
    ]


PLACES: list[tuple[Any, tuple[str | int, ...], Any]] = [
    (Recipe, ("title",), {"name": "title", "kind": "string", "title": "Title", "required": True}),
    (
        Recipe,
        ("steps", 2, "text"),
        {
            "name": "text",
            "kind": "string",
            "title": "Text",
            "description": "in the imperative",
            "required": True,
        },
    ),
    (Recipe, ("tags", "x", 0), STRING),
    (Recipe, ("rating", 1), STRING),
    (Recipe, ("rating", 2), None),
    (Recipe, ("steps", -1), None),
    (Recipe, ("steps", "text"), None),
    (Recipe, ("title", 0), None),
    (Recipe, ("level", "easy"), None),
    (Recipe, ("nothing",), None),
    (Recipe, ("nothing", "at all"), None),
    (Recipe, (0,), None),
    (Recipe, ("source", "minutes"), {"name": "minutes", "title": "Minutes", "nullable": True, **INTEGER}),
    (ByName, ("one",), {"name": "uno", "other_names": ["one"], "title": "One", "required": True, **INTEGER}),
    (ByName, ("uno",), {"name": "uno", "other_names": ["one"], "title": "One", "required": True, **INTEGER}),
    (OnlyByName, ("uno",), None),
    (Any, ("a", 0), {"kind": "any"}),
    (Mixed, ("a",), None),
    (Extra, ("b", "c"), {"kind": "any"}),
    (Forbidding, ("b",), None),
    (
        Cat | Dog,
        ("Kind",),
        {"name": "Kind", "kind": "string", "title": "Kind", "required": True, "choices": ["cat", "dog", "wolf"]},
    ),
    (Cat | Dog, ("home", "number"), {"name": "number", "title": "Number", "required": True, **INTEGER}),
    (
        Cat | Dog,
        ("lives",),
        {
            "name": "lives",
            "kind": "number",
            "title": "Lives",
            "required": True,
            "options": [
                {"name": "lives", "title": "Lives", "required": True, **INTEGER},
                {"name": "lives", "title": "Lives", "required": True, "kind": "number"},
            ],
        },
    ),
    (list[int] | dict[str, str], (0,), INTEGER),
    (list[int] | dict[str, str], ("0",), STRING),
    (Nested, (0, "a", 1, "b"), skeleton(Nested).as_dict()),
    (Tree, ("children", 3, "children", 0), skeleton(Tree).as_dict()),
    (
        Tree,
        ("children", 0, "parent"),
        skeleton(Tree).as_dict()
        | {"name": "parent", "title": "Parent", "description": "whence it came", "nullable": True},
    ),
]  # fmt: skip


@pytest.mark.parametrize(("type_", "path", "told"), PLACES, ids=lambda part: repr(part)[:40])
def test_a_path_leads_to_this_skeleton(type_, path, told):
    found = skeleton(type_).at(*path)
    assert (found and found.as_dict()) == told


def test_without_a_path_it_is_the_whole():
    whole = skeleton(Recipe)
    assert whole.at() is whole
    marked = skeleton(Tree).fields[1].items
    assert marked.recursive
    assert marked.at() == marked.same == skeleton(Tree)
    assert marked.at("label") == skeleton(Tree).at("label")


def test_a_union_that_holds_itself_ends():
    loop = TypeAliasType("loop", "int | list[str] | loop")
    assert skeleton(loop).at(0).as_dict() == STRING
    assert skeleton(loop).at("a") is None


ANSWER = """{
    "title": "Pancakes",
    "level": "easy",
    "steps": [{"text": "Mix", "minutes": null}, {"text": "Fry", "minutes": 5}],
    "cooked_on": "2024-02-29",
    "tags": {"diet": ["vegetarian"], "": []},
    "rating": [5, "good"],
    "source": {"text": "Ask grandmother"}
}"""


@pytest.mark.parametrize(
    ("type_", "text"),
    [
        (Recipe, ANSWER),
        (list[Recipe], f"[{ANSWER}, {ANSWER}]"),
        (Any, ANSWER),
        (Camel, '{"unitPrice": 1.10, "madeOn": null}'),
        (ByName, '{"one": 1}'),
        (OnlyByName, '{"one": 1}'),
        (Choosing, '{"uno": 1}'),
        (Extra, '{"known": "a", "other": {"b": [1]}}'),
        (Tree, '{"label": "a", "children": [{"label": "b", "parent": {"label": "a"}}], "parent": null}'),
        (Nested, '[1, {"a": [null, {}]}]'),
        (list[Annotated[Cat | Dog, Field(discriminator="kind")]], '[{"lives":1, "Kind":"dog", "home": {"number": 1}}]'),
        (Total, '{"b": 1, "a": ["c"]}'),
        (Plain, '{"b": 1, "a": "c"}'),
        (tuple[int, Spot], "[1, [2, 3.5]]"),
        (Box[list[Names]], '{"content": [["a"], []]}'),
    ],
    ids=lambda part: repr(part)[:40],
)  # fmt: skip
def test_every_place_that_an_answer_opens_is_in_the_skeleton_with_its_kind(type_, text):
    TypeAdapter(type_).validate_json(text)
    whole = skeleton(type_)
    events = []
    extractor = Extractor(type_, on_event=events.append, json_only=True)
    seen = set()
    for character in text:
        extractor.feed(character)
        seen.add(extractor.open_path)
    extractor.finish()
    seen |= {event.path for event in events if hasattr(event, "path")}
    assert seen
    assert [path for path in seen if whole.at(*path) is None] == []
    for event in events:
        if isinstance(event, Opened):
            place = whole.at(*event.path)
            assert place.kind in (event.kind, "any") or (event.kind == "null" and place.nullable)


def test_models_that_hold_each_other_are_drawn_once_each_and_at_the_top():
    count = 12
    members = [f"Node{number}" for number in range(count)]
    union = " | ".join(members)
    fields = {"left": (union, ...), "right": (union, ...)}
    models = {name: create_model(name, tag=(Literal[name], ...), **fields) for name in members}
    for model in models.values():
        model.model_rebuild(_types_namespace=models)
    whole = skeleton(Union[tuple(models.values())])
    assert [(option.ref, option.recursive) for option in whole.options] == [(name, False) for name in members]
    left = whole.at("left", "right", "left")
    assert (left.name, left.title, len(left.options)) == ("left", "Left", count)
    assert whole.at("left", "tag").choices == tuple(members)
    assert whole.as_dict() == json.loads(json.dumps(whole.as_dict()))


class Branch(BaseModel):
    tree: Tree


class Wood(BaseModel):
    trees: list[Tree] = []


class Grove(BaseModel):
    trees: list[Tree] = []
    age: int = 0


@pytest.mark.parametrize("kinds", [(Wood, Branch), (Branch, Wood)])
def test_a_recursive_model_is_drawn_at_the_shallowest_place(kinds):
    first, second = kinds
    whole = skeleton(create_model("Whole", first=(list[first], ...), second=(list[second], ...)))
    drawn = {path: whole.at(path, 0).as_dict() for path in ("first", "second")}
    branch = drawn["first" if first is Branch else "second"]
    assert branch["fields"][0]["name"] == "tree"
    assert "recursive" not in branch["fields"][0]
    wood = drawn["first" if first is Wood else "second"]
    assert wood["fields"][0]["items"]["recursive"]


def test_members_of_a_union_agree_about_a_recursive_model_that_is_drawn_once():
    whole = skeleton(Wood | Grove)
    assert whole.at("trees") == whole.options[0].fields[0]
    assert whole.at("trees", 5) == skeleton(Tree)


@pytest.mark.parametrize(
    "fields",
    [
        {"place": (list[int], ...)},
        {"place": (list[str], ...)},
        {"place": (tuple[int, int], ...)},
        {"place": (tuple[int], ...)},
        {"place": (tuple[()], ...)},
        {"place": (dict[str, int], ...)},
        {"place": (list[House], ...)},
        {"place": (House, ...)},
    ],
)
def test_members_of_a_union_disagree_about_what_differs_inside(fields):
    one = create_model("One", place=(list[float], ...))
    other = create_model("Other", **fields)
    found = skeleton(one | other).at("place")
    assert [option.as_dict() for option in found.options] == [
        skeleton(each).at("place").as_dict() for each in (one, other)
    ]


def test_models_that_are_used_again_and_again_are_kept_once():
    model: Any = int
    for number in range(60):  # 2 ** 60 ways down
        model = create_model(f"Level{number}", a=(model, ...), b=(model, ...))
    assert skeleton(model).at(*"ab" * 30).as_dict() == {"name": "b", "title": "B", "required": True, **INTEGER}


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, lambda tree: pickle.loads(pickle.dumps(tree))])  # noqa: S301
def test_a_skeleton_is_a_plain_value(copied):
    tree = skeleton(Tree)
    again = copied(tree)
    assert again == tree
    assert hash(again) == hash(tree)
    assert again.at("children", 0, "label") == tree.at("children", 0, "label")
    with pytest.raises(dataclasses.FrozenInstanceError):
        tree.title = "Bush"
    assert skeleton(House) != tree
    assert Skeleton().as_dict() == {"kind": "any"}


class Unfinished(BaseModel):
    missing: NotThere  # noqa: F821  # that is the point


class Broken(BaseModel):
    model_config = ConfigDict(json_schema_extra=lambda schema: schema["nothing"])
    a: int


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (House(number=1), "expected a type, got an instance of House: pass House itself"),
        (3, "pydantic cannot validate 3: pass a model"),
        ("Recipe", "pydantic cannot validate 'Recipe'"),
        (Strange, "pydantic cannot validate <class 'test_skeleton.Strange'>"),
        (Unfinished, "pydantic cannot validate <class 'test_skeleton.Unfinished'>"),
        (Broken, "pydantic cannot make a JSON schema of <class 'test_skeleton.Broken'>"),
    ],
    ids=lambda part: repr(part)[:30],
)
def test_what_pydantic_refuses_is_refused(wrong, said):
    with pytest.raises(UsageError) as caught:
        skeleton(wrong)
    assert str(caught.value).startswith(said)
