"""The class of the partials: every field optional, immutable, of the user's own shape."""

# a case of a table is one line

from __future__ import annotations

import copy
import dataclasses
import gc
import pickle
import weakref
from datetime import date
from typing import Annotated, Any, Generic, TypeVar

import pytest
from pydantic import (
    Base64Str,
    BaseModel,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    PlainSerializer,
    PlainValidator,
    PrivateAttr,
    ValidationError,
    computed_field,
    field_serializer,
    model_serializer,
    model_validator,
)
from pydantic.dataclasses import dataclass as pydantic_dataclass
from pydantic_core import core_schema

from partway import Extractor, Partial
from partway.errors import UsageError

T = TypeVar("T")


class UnknownToPydantic:
    pass


class Step(BaseModel):
    text: str
    minutes: int = 5


class Recipe(BaseModel):
    title: str = Field(description="What it is called.")
    steps: list[Step] = []
    first: Step | None = None
    by_name: dict[str, Step] = {}
    pair: tuple[Step, int] | None = None
    tags: set[str] = set()
    made: Annotated[date | None, PlainSerializer(lambda made: made and made.year)] = None


class Aliased(BaseModel):
    unit_price: float = Field(alias="unitPrice", exclude=True)
    shown: str = Field("", serialization_alias="SHOWN", repr=False)


class Allowing(BaseModel):
    model_config = ConfigDict(extra="allow")
    a: int = 0


class Area(BaseModel):
    width: int
    height: int

    @computed_field
    @property
    def area(self) -> int:
        return self.width * self.height


class Wide(BaseModel):
    a: int
    b: Area | None = None

    @model_serializer
    def write(self) -> dict[str, int]:
        return {"A": self.a + 1}

    @model_validator(mode="after")
    def fits(self) -> Wide:
        if self.a > 100:
            raise ValueError("a is too wide")
        return self


@dataclasses.dataclass
class Note:
    """Metadata that cannot be hashed, as that of many a library."""

    text: str


class Mask:
    """Metadata that brings a serializer in the schema."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> Any:
        hidden = core_schema.plain_serializer_function_ser_schema(lambda _: "***")
        return {**handler(source), "serialization": hidden}


@dataclasses.dataclass
class UnhashableMask:
    note: str = ""
    __get_pydantic_core_schema__ = Mask.__get_pydantic_core_schema__


class Money:
    def __init__(self, amount: int) -> None:
        self.amount = amount

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Money) and other.amount == self.amount

    def __repr__(self) -> str:
        return f"Money({self.amount})"

    __hash__ = None  # type: ignore[assignment]


class MoneySchema:
    """As pydantic's documentation has it for the types of others."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> Any:
        amount = core_schema.plain_serializer_function_ser_schema(lambda money: money.amount)
        return core_schema.no_info_after_validator_function(Money, core_schema.int_schema(), serialization=amount)


class Noted(BaseModel):
    tags: list[Annotated[str, Note("a chip")]] = []
    sizes: dict[str, Annotated[int, {"unit": "px"}, Field(gt=0)]] = {}
    hidden: list[Annotated[str, UnhashableMask()]] = []
    note: str = ""


class Masked(BaseModel):
    token: Annotated[str, Mask] = ""
    tokens: list[Annotated[str, Mask]] = []
    total: Annotated[Money, MoneySchema] | None = None
    file: Base64Str = ""
    note: str = ""


class Excluding(BaseModel):
    a: str = ""
    key: str = Field("", exclude_if=lambda key: len(key) > 0)
    z: int = 0


class Dated(BaseModel):
    when: date
    text: str = ""

    @field_serializer("when", when_used="unless-none")
    def write(self, value: date) -> str:
        return value.strftime("%d.%m.%Y")


class Private(BaseModel):
    a: int
    text: str = ""
    _secret: str = "s"  # noqa: S105
    _list: list[int] = PrivateAttr(default_factory=list)
    _unset: int


class Magic(BaseModel):
    a: int = 0
    text: str = ""

    def __getattr__(self, name: str) -> Any:
        if name == "magic":
            return f"abracadabra {self.a}"
        raise AttributeError(name)


class Slots(BaseModel):
    __slots__ = ("cache",)
    a: int = 0
    text: str = ""


class Node(BaseModel):
    name: str
    children: list[Node] = []


class Box(BaseModel, Generic[T]):
    content: T
    label: str = ""


class Chain(BaseModel, Generic[T]):
    content: T
    next: Chain[T] | None = None
    others: list[Chain[T]] = []


with pytest.warns(UserWarning, match="shadows an attribute"):

    class Shadowing(BaseModel):
        model_config = ConfigDict(protected_namespaces=())
        json: str = ""
        copy: list[int] = []
        schema: dict[str, int] = {}


@dataclasses.dataclass
class Standard:
    a: int
    b: str = "default"
    items: list[Step] = dataclasses.field(default_factory=list)


@dataclasses.dataclass(slots=True)
class Slotted:
    a: int
    b: str = "default"


@dataclasses.dataclass(frozen=True, slots=True)
class FrozenSlotted:
    a: int
    b: str = "default"


@dataclasses.dataclass
class PostInit:
    a: int
    b: str = ""

    def __post_init__(self) -> None:
        self.a += 1


@dataclasses.dataclass
class Init:
    a: int
    factor: dataclasses.InitVar[int]
    b: str = ""


@pydantic_dataclass
class Pydantic:
    a: int = Field(alias="A")
    b: str = ""


MODELS = [Recipe, Aliased, Allowing, Area, Wide, Dated, Private, Magic, Slots, Node, Box[int], Chain[Step], Shadowing]
DATACLASSES = [Standard, Slotted, FrozenSlotted, PostInit, Init, Pydantic]

# A model, JSON that has begun, and what is dumped of it.
DUMPS: list[tuple[type[BaseModel], str, dict[str, Any]]] = [
    (Recipe, "{", {}),
    (Recipe, '{"title":"So', {"title": "So"}),
    (Recipe, '{"steps":[{"text":"a"},{"minutes":3', {"steps": [{"text": "a"}, {}]}),
    (Recipe, '{"steps":[3,{"text":"a', {"steps": [None, {"text": "a"}]}),
    (Recipe, '{"first":{"text":"a', {"first": {"text": "a"}}),
    (Recipe, '{"by_name":{"x":{"text":"a', {"by_name": {"x": {"text": "a"}}}),
    (Recipe, '{"pair":[{"text":"a', {"pair": ({"text": "a"},)}),
    (Recipe, '{"tags":["a","b', {"tags": {"a"}}),
    (Recipe, '{"made":"2026-01-02"', {"made": 2026}),
    (Recipe, '{"made":null,', {"made": None}),
    (Aliased, '{"unitPrice":1.5,"shown":"s', {"shown": "s"}),
    (Allowing, '{"b":{"c":[1,"x', {"b": {"c": [1, "x"]}}),
    (Area, '{"width":3,', {"width": 3}),
    (Wide, '{"a":3,"b":{"width":2,"height":2},', {"a": 3, "b": {"width": 2, "height": 2, "area": 4}}),
    (Wide, '{"a":3,"b":{"width":2,', {"a": 3, "b": {"width": 2}}),
    (Dated, '{"when":"2026-01-02",', {"when": "02.01.2026"}),
    (Dated, '{"when":"never","text":"x', {"text": "x"}),
    (Chain[Step], '{"next":{"content":{"text":"b', {"next": {"content": {"text": "b"}}}),
    (Chain[Step], '{"others":[{"content":{"text":"a"},"next":{', {"others": [{"content": {"text": "a"}, "next": {}}]}),
    (Private, '{"a":1,"text":"x', {"a": 1, "text": "x"}),
    (Magic, '{"a":1,"text":"x', {"a": 1, "text": "x"}),
    (Slots, '{"a":1,"text":"x', {"a": 1, "text": "x"}),
    (Node, '{"name":"a","children":[{"name":"b', {"name": "a", "children": [{"name": "b"}]}),
    (Box[list[Step]], '{"content":[{"text":"a', {"content": [{"text": "a"}]}),
    (Noted, '{"tags":["a","b', {"tags": ["a", "b"]}),
    (Noted, '{"sizes":{"a":1,"b":2,', {"sizes": {"a": 1, "b": 2}}),
    (Noted, '{"hidden":["s3cr', {"hidden": ["***"]}),
    (Masked, '{"token":"s3cr', {"token": "***"}),
    (Masked, '{"token":"s","tokens":["s3cr', {"token": "***", "tokens": ["***"]}),
    (Masked, '{"total":5,"note":"x', {"total": 5, "note": "x"}),
    (Masked, '{"file":"aGk=","note":"x', {"file": "aGk=", "note": "x"}),
    (Excluding, '{"a":"x","key":"s3cr', {"a": "x"}),
    (Excluding, '{"key":"","a":"x', {"key": "", "a": "x"}),
    (Shadowing, '{"json":"x","copy":[1],"schema":{"a":1,', {"json": "x", "copy": [1], "schema": {"a": 1}}),
]  # fmt: skip


def partial_of(tp: Any, text: str) -> Any:
    extractor = Extractor(tp, json_only=True)
    extractor.feed(text)
    return extractor.partial


# ------------------------------------------------------------------------------------------------- tests


@pytest.mark.parametrize("cls", MODELS + DATACLASSES)
def test_a_partial_class_is_a_subclass_made_once(cls: type):
    made = Partial[cls]
    assert issubclass(made, cls)
    assert made is Partial[cls]
    assert made is not cls
    assert made.__module__ == cls.__module__
    assert cls.__name__ in made.__name__


@pytest.mark.parametrize("cls", MODELS)
def test_the_partial_class_of_a_partial_class_is_itself(cls: type):
    assert Partial[Partial[cls]] is Partial[cls]


@pytest.mark.parametrize("cls", MODELS)
def test_every_field_is_optional(cls: type[BaseModel]):
    blank = Partial[cls]()
    assert blank.model_fields_set == set()
    assert [getattr(blank, name) for name in cls.model_fields] == [None] * len(cls.model_fields)
    assert not any(field.is_required() for field in Partial[cls].model_fields.values())


@pytest.mark.parametrize("cls", DATACLASSES)
def test_every_field_of_a_dataclass_is_optional(cls: type):
    blank = Partial[cls]()
    assert [getattr(blank, field.name) for field in dataclasses.fields(cls)] == [None] * len(dataclasses.fields(cls))


@pytest.mark.parametrize("tp", [int, list[Step], "Recipe", None, Recipe(title="x"), 3])
def test_only_models_and_dataclasses_have_a_partial_class(tp: Any):
    with pytest.raises(UsageError, match="takes a model or a dataclass"):
        Partial[tp]


@pytest.mark.parametrize("cls", MODELS)
def test_what_an_extractor_shows_is_of_the_partial_class(cls: type[BaseModel]):
    partial = partial_of(cls, "{")
    assert type(partial) is Partial[cls]
    assert isinstance(partial, cls)


@pytest.mark.parametrize(("cls", "text", "dump"), DUMPS)
def test_what_has_arrived_is_dumped_without_a_warning(cls: type[BaseModel], text: str, dump: dict[str, Any]):
    partial = partial_of(cls, text)
    assert partial.model_dump(exclude_unset=True) == dump
    assert partial_of(cls, text).model_dump_json(exclude_unset=True) is not None
    assert isinstance(partial.model_dump(), dict)
    assert isinstance(partial.model_dump(mode="json", by_alias=True), dict)


@pytest.mark.parametrize(("cls", "text", "dump"), DUMPS)
def test_a_copy_is_equal_and_of_the_same_class(cls: type[BaseModel], text: str, dump: dict[str, Any]):
    ways = [copy.copy, copy.deepcopy, lambda partial: pickle.loads(pickle.dumps(partial))]  # noqa: S301
    if cls is not Shadowing:
        ways.append(lambda partial: partial.model_copy())
    if cls in (Node, Box[list[Step]]) or "Box" in cls.__name__:
        ways = ways[:2]
    for way in ways:
        for looked_at in (False, True):
            partial = partial_of(cls, text)
            if looked_at:
                repr(partial)
            made = way(partial)
            assert type(made) is type(partial)
            assert made == partial
            assert repr(made) == repr(partial)
            assert made.model_fields_set == partial.model_fields_set
            assert made.model_dump(exclude_unset=True) == dump
            with pytest.raises(AttributeError):
                made.no_such_thing  # noqa: B018


@pytest.mark.parametrize(("cls", "text", "dump"), DUMPS)
def test_equal_partials_are_equal_before_anybody_looked(cls: type[BaseModel], text: str, dump: dict[str, Any]):
    assert partial_of(cls, text) == partial_of(cls, text)
    if any(value is not None for value in dump.values()):
        assert partial_of(cls, text) != partial_of(cls, "{")


@pytest.mark.parametrize(("cls", "text", "dump"), DUMPS)
def test_a_partial_cannot_be_changed(cls: type[BaseModel], text: str, dump: dict[str, Any]):  # noqa: ARG001
    for name in cls.model_fields:
        with pytest.raises(ValidationError, match="frozen"):
            setattr(partial_of(cls, text), name, 1)
        with pytest.raises(ValidationError, match="frozen"):
            delattr(partial_of(cls, text), name)


def test_what_has_not_arrived_reads_none_and_is_told_from_null():
    partial = partial_of(Recipe, '{"first":null,')
    assert (partial.title, partial.steps, partial.first) == (None, None, None)
    assert partial.model_fields_set == {"first"}


def test_model_fields_set_names_extras_too():
    partial = partial_of(Allowing, '{"b":1,"c":"x')
    assert partial.model_fields_set == {"b", "c"}
    assert partial.model_extra == {"b": 1, "c": "x"}
    assert (partial.b, partial.c, partial.a) == (1, "x", None)


def test_every_first_look_finds_the_same():
    def fresh() -> Any:
        return partial_of(Recipe, '{"title":"So')

    assert fresh().title == "So"
    assert fresh().__dict__["title"] == "So"
    assert vars(fresh())["title"] == "So"
    assert fresh().model_fields_set == {"title"}
    assert dict(fresh())["title"] == "So"
    assert fresh().model_extra is None
    assert fresh().__pydantic_fields_set__ == {"title"}
    assert repr(fresh()).startswith("Partial[Recipe](title='So'")
    assert str(fresh()).startswith("title='So'")
    assert fresh().model_copy(update={"title": "x"}).title == "x"
    assert hasattr(fresh(), "title")
    assert not hasattr(fresh(), "no_such_thing")


def test_private_attributes_have_their_defaults():
    partial = partial_of(Private, '{"a":1,')
    assert (partial._secret, partial._list) == ("s", [])
    with pytest.raises(AttributeError):
        partial._unset  # noqa: B018


@pytest.mark.skipif(
    not hasattr(PrivateAttr(), "default_factory_takes_validated_data"), reason="this pydantic makes none of the fields"
)
def test_a_private_attribute_that_is_made_of_the_fields_waits_for_them():
    class Made(BaseModel):
        a: int
        text: str = ""
        _twice: int = PrivateAttr(default_factory=lambda fields: fields["a"] * 2)

    extractor = Extractor(Made)
    extractor.feed('{"a":1,"text":"x')
    assert extractor.partial.text == "x"
    assert not hasattr(extractor.partial, "_twice")
    extractor.feed('"}')
    assert extractor.finish()._twice == 2


def test_a_getattr_of_the_models_own_is_asked():
    partial = partial_of(Magic, '{"a":1,')
    assert partial.magic == "abracadabra 1"
    with pytest.raises(AttributeError):
        partial.other  # noqa: B018


def test_slots_of_the_models_own_stay():
    partial = partial_of(Slots, '{"a":1,')
    assert partial.a == 1
    with pytest.raises(AttributeError):
        partial.cache  # noqa: B018


def test_computed_fields_are_not_inherited():
    assert "area" not in Partial[Area].model_computed_fields
    assert "area" in Area.model_computed_fields


def test_the_model_itself_is_left_as_it_was():
    partial_of(Wide, "{")
    assert Wide(a=1).model_dump() == {"A": 2}
    assert Area(width=2, height=3).model_dump()["area"] == 6
    with pytest.raises(ValidationError):
        Recipe()


def test_a_class_that_looks_at_its_subclasses_does_not_see_partials():
    seen: list[type] = []

    class Registry(BaseModel):
        def __init_subclass__(cls, *, tag: str, **kwargs: Any) -> None:
            super().__init_subclass__(**kwargs)
            seen.append(cls)

        @classmethod
        def __pydantic_init_subclass__(cls, *, tag: str, **_: Any) -> None:
            seen.append(cls)

    class Entry(Registry, tag="entry"):
        text: str

    @dataclasses.dataclass
    class Base:
        def __init_subclass__(cls, *, tag: str) -> None:
            seen.append(cls)

    @dataclasses.dataclass
    class Row(Base, tag="row"):
        text: str

    assert seen == [Entry, Entry, Row]
    assert partial_of(Entry, '{"text":"x').text == "x"
    assert partial_of(Row, '{"text":"x').text == "x"
    assert seen == [Entry, Entry, Row]


def test_titles_descriptions_and_aliases_are_kept():
    schema = Partial[Recipe].model_json_schema()
    assert schema["title"] == "Recipe"
    assert schema["properties"]["title"]["description"] == "What it is called."
    assert "required" not in schema
    partial = partial_of(Aliased, '{"unitPrice":1.5,"shown":"s')
    assert partial.model_dump(by_alias=True, exclude_unset=True) == {"SHOWN": "s"}
    assert Partial[Aliased](unitPrice=2).unit_price == 2


def test_a_class_that_only_a_validator_knows_may_be_a_field():
    class Known(BaseModel):
        a: Annotated[UnknownToPydantic, PlainValidator(lambda _: UnknownToPydantic())]
        b: str

    extractor = Extractor(Known)
    extractor.feed('{"b": "x')
    assert extractor.partial.b == "x"


def test_complete_parts_are_the_very_objects_of_the_result():
    extractor = Extractor(Recipe)
    extractor.feed('{"first":{"text":"a"},"steps":[{"text":"b"},{"text":"c"}],"by_name":{"x":{"text":"d"}},"title":"')
    partial = extractor.partial
    extractor.feed('Soup"}')
    result = extractor.finish()
    assert type(result) is Recipe
    assert partial.first is result.first
    assert partial.steps[0] is result.steps[0]
    assert partial.steps[1] is result.steps[1]
    assert partial.by_name["x"] is result.by_name["x"]


@pytest.mark.parametrize("cls", DATACLASSES)
def test_a_partial_dataclass_is_copied_and_pickled(cls: type):
    key = "A" if cls is Pydantic else "a"
    partial = partial_of(cls, f'{{"{key}":1,"b":"x')
    assert isinstance(partial, cls)
    assert (partial.a, partial.b) == (1, "x")
    for made in (copy.copy(partial), copy.deepcopy(partial), pickle.loads(pickle.dumps(partial))):  # noqa: S301
        assert type(made) is type(partial)
        assert (made.a, made.b) == (1, "x")


@pydantic_dataclass(config=ConfigDict(extra="allow"))
class AllowingData:
    a: int = 0
    b: str = ""


def test_a_partial_dataclass_has_its_extra_keys():
    partial = partial_of(AllowingData, '{"a":1,"self":2,"more":["x')
    for made in (partial, copy.copy(partial), copy.deepcopy(partial), pickle.loads(pickle.dumps(partial))):  # noqa: S301
        assert vars(made) == {"a": 1, "b": None, "self": 2, "more": ["x"]}


def test_a_frozen_dataclass_has_frozen_partials():
    with pytest.raises(dataclasses.FrozenInstanceError):
        partial_of(FrozenSlotted, '{"a":1,').a = 2


@pytest.mark.parametrize("cls", DATACLASSES)
def test_a_partial_dataclass_cannot_be_changed(cls: type):
    with pytest.raises(dataclasses.FrozenInstanceError):
        partial_of(cls, "{").a = 2


@pytest.mark.parametrize("cls", DATACLASSES)
def test_equal_partial_dataclasses_are_equal(cls: type):
    key = "A" if cls is Pydantic else "a"
    text = f'{{"{key}":1,"b":"x'
    assert partial_of(cls, text) == partial_of(cls, text)
    assert partial_of(cls, text) != partial_of(cls, text + "y")
    assert repr(partial_of(cls, text)) == f"Partial[{cls.__name__}](a=1, b='x'" + (
        ", items=None)" if cls is Standard else ")"
    )


def test_who_asks_when_a_partial_class_goes_gets_the_one_that_stays():
    class Passing(BaseModel):
        a: int = 0

    got: list[type] = []
    watching = [weakref.ref(Partial[Passing], lambda _: got.append(Partial[Passing])) for _ in range(3)]
    gc.collect()
    assert len(got) == len(watching)
    assert {*got} == {Partial[Passing]}
