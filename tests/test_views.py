"""Views: what a run shows as a class of the user's own, and how it says that a class cannot show it."""

from __future__ import annotations

import copy
import pickle
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from typing import Annotated, Any, Generic, Literal, NewType, Optional, Protocol, TypeVar

import pytest
from pydantic import BaseModel, ConfigDict, Field, RootModel, computed_field
from pydantic.dataclasses import dataclass as pydantic_dataclass
from typing_extensions import TypedDict

from partway import AsyncRun, AsyncRuns, Extractor, Partial, Run, Runs, stream
from partway._views import viewer
from partway.errors import PartwayError, UsageError


class Step(BaseModel):
    text: str
    minutes: int | None = None


class Author(BaseModel):
    name: str
    home: str = "here"


class Recipe(BaseModel):
    title: str
    steps: list[Step] = []
    author: Author | None = None
    tags: dict[str, list[Step]] = {}


class StepSoFar(BaseModel):
    text: str | None = None
    minutes: int | None = None


class AuthorSoFar(BaseModel):
    name: str | None = None
    home: str | None = None


class RecipeSoFar(BaseModel):
    title: str | None = None
    steps: list[Step | StepSoFar] | None = None
    author: Author | AuthorSoFar | None = None
    tags: dict[str, list[Step | StepSoFar]] | None = None


class ConvertedSoFar(BaseModel):
    """A recipe of which complete parts are converted too."""

    title: str = "?"
    steps: list[StepSoFar] = Field(default_factory=list)
    author: AuthorSoFar | None = None
    tags: dict[str, list[StepSoFar]] | None = None


TEXT = (
    '{"title": "Pan", "steps": [{"text": "Mix", "minutes": 2}, {"text": "Fry"}], '
    '"author": {"name": "Ann"}, "tags": {"a": [{"text": "x"}], "b": []}}'
)


def shown(type_, partial, *deltas):
    """The last view of some text."""
    extractor = Extractor(type_, partial=partial)
    for delta in deltas:
        extractor.feed(delta)
    return extractor.partial


def views(type_, partial, text=TEXT):
    """A view for each character that changed something."""
    run = stream(list(text), type_, partial=partial)
    return list(run), run.result()


# what is shown


def test_what_has_not_arrived_reads_the_default_of_the_users_class():
    view = shown(Recipe, ConvertedSoFar, '{"author": {"na')
    assert (view.title, view.steps, view.tags) == ("?", [], None)
    assert view.model_fields_set == {"author"}
    assert type(view) is ConvertedSoFar
    assert view.author == AuthorSoFar()
    assert view.author.model_fields_set == set()


def test_open_parts_are_of_the_users_classes_and_complete_ones_are_real():
    view = shown(Recipe, RecipeSoFar, '{"steps": [{"text": "Mix"}, {"text": "Fr')
    assert [step.__class__ for step in view.steps] == [Step, StepSoFar]
    assert view == RecipeSoFar(steps=[Step(text="Mix"), StepSoFar(text="Fr")])


def test_where_only_the_partial_class_is_named_complete_parts_are_converted_too():
    view = shown(Recipe, ConvertedSoFar, '{"steps": [{"text": "Mix"}, {"text": "Fr')
    assert view.steps == [StepSoFar(text="Mix"), StepSoFar(text="Fr")]
    assert [step.model_fields_set for step in view.steps] == [{"text"}, {"text"}]


def test_where_only_the_model_is_named_an_open_one_is_its_partial():
    class Shown(BaseModel):
        title: str | None = None
        steps: list[Step] | None = None
        author: Author | None = None
        tags: dict[str, list[Step]] | None = None

    view = shown(Recipe, Shown, '{"steps": [{"text": "Mix"}, {"text": "Fr')
    assert [type(step) for step in view.steps] == [Step, Partial[Step]]


@pytest.mark.parametrize("partial", [RecipeSoFar, ConvertedSoFar])
def test_the_last_view_has_all_and_the_result_is_the_models(partial):
    seen, result = views(Recipe, partial)
    assert all(isinstance(view, partial) for view in seen)
    assert result == Recipe.model_validate_json(TEXT)
    assert seen[-1].author.home == "here"  # the default of a complete one is real
    assert seen[-1].author.model_fields_set == {"name"}
    assert seen[-1].model_dump(exclude_unset=True) == result.model_dump(exclude_unset=True)


@pytest.mark.parametrize("partial", [RecipeSoFar, ConvertedSoFar])
def test_what_has_arrived_is_what_an_ordinary_partial_has(partial):
    extractor = Extractor(Recipe)
    viewed = Extractor(Recipe, partial=partial)
    for character in TEXT:
        assert viewed.feed(character) == extractor.feed(character)
        if extractor.partial is not None:
            ordinary = extractor.partial.model_dump(exclude_unset=True)
            assert viewed.partial.model_dump(exclude_unset=True) == ordinary
            assert viewed.partial.model_dump_json(exclude_unset=True)


@pytest.mark.parametrize("partial", [RecipeSoFar, ConvertedSoFar])
@pytest.mark.parametrize("look", [True, False])
def test_a_complete_part_is_the_same_object_in_each_further_view(partial, look):
    seen = []
    for view in stream(list(TEXT), Recipe, partial=partial):
        if look:
            assert view.model_fields_set is not None
        seen.append(view)
    first = next(view for view in seen if view.author is not None and view.tags is not None)
    for view in seen[seen.index(first) :]:
        assert view.author is first.author
        assert view.steps is first.steps
        assert view.steps[0] is first.steps[0]
    assert seen[-1].tags["a"] is next(view for view in seen if view.tags and "b" in view.tags).tags["a"]


def test_a_view_that_is_looked_at_late_does_not_displace_a_newer_one():
    extractor = Extractor(Recipe, partial=ConvertedSoFar)
    extractor.feed('{"steps": [{"text": "Mi')
    old = extractor.partial
    extractor.feed('x"}], "title": "')
    new = extractor.partial
    steps = new.steps
    assert old.steps == [StepSoFar(text="Mi")]
    extractor.feed("P")
    assert extractor.partial.steps is steps


def test_the_partial_is_the_same_until_something_changes():
    run = stream([TEXT[:30], TEXT[30:]], Recipe, partial=RecipeSoFar)
    for view in run:
        assert run.partial is view


def test_events_items_and_errors():
    assert next(stream([TEXT], Recipe, partial=ConvertedSoFar).items("steps[*]")) == Step(text="Mix", minutes=2)
    run = stream([TEXT[:20]], Recipe, partial=RecipeSoFar)
    with pytest.raises(PartwayError) as caught:
        run.result()
    assert caught.value.partial == RecipeSoFar(title="Pan")


def test_the_classes_of_runs_take_one_type_or_two_at_run_time():
    for cls in (Run, AsyncRun, Runs, AsyncRuns, Extractor):
        assert cls[Recipe].__origin__ is cls
        assert cls[Recipe, RecipeSoFar].__args__ == (Recipe, RecipeSoFar)


def test_an_async_run_shows_views():
    import asyncio  # noqa: PLC0415

    async def source():
        for character in TEXT:
            yield character

    async def collect():
        run = stream(source(), Recipe, partial=RecipeSoFar)
        return [view async for view in run], await run.result()

    seen, result = asyncio.run(collect())
    assert isinstance(seen[0], RecipeSoFar)
    assert isinstance(seen[-1], RecipeSoFar)
    assert type(result) is Recipe


# what a view is before and after it was looked at


LOOKS = {
    "isinstance": lambda view: isinstance(view, RecipeSoFar),
    "== from the left": lambda view: view == RecipeSoFar(title="Pa"),
    "== from the right": lambda view: RecipeSoFar(title="Pa") == view,
    "repr": lambda view: repr(view) == repr(RecipeSoFar(title="Pa")),
    "vars": lambda view: vars(view)["title"] == "Pa",
    "iteration": lambda view: dict(view)["title"] == "Pa",
    "copy": lambda view: copy.copy(view) == RecipeSoFar(title="Pa"),
    "deepcopy": lambda view: copy.deepcopy(view) == RecipeSoFar(title="Pa"),
    "model_copy": lambda view: view.model_copy() == RecipeSoFar(title="Pa"),
    "pickle": lambda view: pickle.loads(pickle.dumps(view)) == RecipeSoFar(title="Pa"),  # noqa: S301  # our own
    "model_dump": lambda view: view.model_dump(exclude_unset=True) == {"title": "Pa"},
    "model_dump_json": lambda view: view.model_dump_json(exclude_unset=True) == '{"title":"Pa"}',
    "validated": lambda view: RecipeSoFar.model_validate(view).title == "Pa",
    "hasattr": lambda view: hasattr(view, "title") and not hasattr(view, "titel"),
}


@pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS)
def test_a_view_is_what_it_shows_however_it_is_looked_at(look):
    view = shown(Recipe, RecipeSoFar, '{"title": "Pa')
    assert look(view)
    assert view.title == "Pa"
    assert type(view) is RecipeSoFar
    assert look(view)


def test_a_copy_of_a_view_becomes_one_too():
    copied = copy.copy(shown(Recipe, RecipeSoFar, '{"title": "Pa'))
    assert copied.title == "Pa"
    assert type(copied) is RecipeSoFar


def test_a_view_can_be_changed_if_its_class_can():
    view = shown(Recipe, RecipeSoFar, '{"title": "Pa')
    view.title = "mine"
    assert view.title == "mine"

    class Frozen(RecipeSoFar, frozen=True):
        pass

    view = shown(Recipe, Frozen, '{"title": "Pa')
    with pytest.raises(ValueError, match="frozen"):
        view.title = "mine"
    assert hash(view.title)


def test_no_code_of_the_users_class_runs_but_what_it_computes_is_there():
    class Shown(RecipeSoFar):
        _note: str = "private"

        def model_post_init(self, _context):
            raise AssertionError

        @computed_field
        def size(self) -> int:
            return len(self.title or "")

    view = shown(Recipe, Shown, '{"title": "Pa')
    assert view._note == "private"
    assert view.model_dump(include={"size"}) == {"size": 2}


def test_nothing_is_put_together_before_somebody_looks():
    looked = []

    class Watched(list):
        def __len__(self):
            looked.append(self)
            return super().__len__()

    made = viewer(Recipe, ConvertedSoFar)(Recipe.model_construct(title="x", steps=Watched([Step(text="a")])))
    assert not looked
    assert made.steps == [StepSoFar(text="a")]
    assert looked


# every kind of class and place


@dataclass
class Point:
    x: int
    y: int | None = None
    note: Step | None = None


@dataclass
class PointSoFar:
    x: int = -1
    y: int | None = None
    note: Step | StepSoFar | None = None


@dataclass(frozen=True, slots=True)
class PointView:
    x: int | None = None
    y: int | None = None
    note: StepSoFar | None = field(default=None)


class PointModel(BaseModel):
    x: int | None = None
    y: int | None = None
    note: Step | StepSoFar | None = None


@pydantic_dataclass
class Pydantic:
    x: int
    y: int | None = None
    note: Step | None = None


@pydantic_dataclass
class PydanticSoFar:
    x: int | None = Field(default=None)
    y: int | None = None
    note: Step | StepSoFar | None = Field(default_factory=lambda: None)


class Pair(TypedDict):
    a: str
    step: Step


class PairSoFar(TypedDict, total=False):
    a: str
    step: Step | StepSoFar


class Node(BaseModel):
    name: str
    children: list[Node] = []


class NodeSoFar(BaseModel):
    name: str | None = None
    children: list[NodeSoFar] | None = None


X = TypeVar("X")


class Box(BaseModel, Generic[X]):
    content: X


class BoxSoFar(BaseModel, Generic[X]):
    content: X | None = None


class Color(Enum):
    RED = "red"


class A(BaseModel):
    kind: Literal["a"]
    a: str


class B(BaseModel):
    kind: Literal["b"]
    b: str


class ASoFar(BaseModel):
    kind: Literal["a"] | None = None
    a: str | None = None


class BSoFar(BaseModel):
    kind: Literal["b"] | None = None
    b: str | None = None


class Titled(Protocol):
    @property
    def title(self) -> str | None: ...


UserId = NewType("UserId", int)
Root = RootModel[list[Step]]


class Atoms(BaseModel):
    model_config = ConfigDict(populate_by_name=True)
    a: Annotated[int, Field(ge=0)]
    b: Color
    c: date | None
    d: UserId
    e: Literal["x", 1]
    f: set[int]
    g: Any = None
    h: tuple[int, str] = (1, "")
    i: bool = Field(default=False, alias="I")


class AtomsSoFar(BaseModel):
    a: float | None = None
    b: Color | None = None
    c: Optional[date] = None
    d: int | None = None
    e: str | int | None = None
    f: frozenset[int] | set[int] | None = None
    g: Any = None
    h: tuple[int | str, ...] | None = None
    i: bool = False


CASES = {
    "a dataclass": (Point, PointSoFar, '{"y": 2, "note": {"text": "a', PointSoFar(y=2, note=StepSoFar(text="a"))),
    "a whole dataclass": (Point, PointSoFar, '{"x": 1, "note": {"text": "a"}}', PointSoFar(x=1, note=Step(text="a"))),
    "a frozen dataclass with slots": (
        Point,
        PointView,
        '{"x": 1, "note": {"text": "a"}}',
        PointView(x=1, note=StepSoFar(text="a")),
    ),
    "a model for a dataclass": (Point, PointModel, '{"y": 2, "note": {', PointModel(y=2, note=StepSoFar())),
    "a dataclass of pydantic's": (Pydantic, PydanticSoFar, '{"x": 1', None),
    "and a part of it": (Pydantic, PydanticSoFar, '{"x": 1,', PydanticSoFar(x=1)),
    "a TypedDict": (Pair, PairSoFar, '{"a": "b", "step": {"text": "c', {"a": "b", "step": StepSoFar(text="c")}),
    "a whole TypedDict": (Pair, PairSoFar, '{"a": "b", "step": {"text": "c"}}', {"a": "b", "step": Step(text="c")}),
    "a TypedDict as it is": (Pair, Pair, '{"a": "b', {"a": "b"}),
    "a recursive model": (
        Node,
        NodeSoFar,
        '{"name": "a", "children": [{"name": "b"}, {"name": "c", "children": [{}',
        NodeSoFar(name="a", children=[NodeSoFar(name="b", children=[]), NodeSoFar(name="c", children=[NodeSoFar()])]),
    ),
    "a generic model": (Box[Step], BoxSoFar[StepSoFar], '{"content": {"text": "a', None),
    "a list at the top": (list[Step], list[StepSoFar], '[{"text": "a"}, {"t', [StepSoFar(text="a"), StepSoFar()]),
    "one with real ones": (
        list[Step],
        list[Step | StepSoFar],
        '[{"text": "a"}, {"text": "b',
        [Step(text="a"), StepSoFar(text="b")],
    ),
    "a dict at the top": (dict[str, Step], dict[str, StepSoFar], '{"k": {"text": "a', {"k": StepSoFar(text="a")}),
    "a tuple": (tuple[int, Step], tuple[int | Step | StepSoFar, ...], '[1, {"text": "a', (1, StepSoFar(text="a"))),
    "a pair": (tuple[int, Step], tuple[int, StepSoFar], '[1, {"text": "a"}]', (1, StepSoFar(text="a"))),
    "a tuple of two models": (
        tuple[Step, Node],
        tuple[Step | StepSoFar | Node | NodeSoFar, ...],
        '[{"text": "a"}, {"name": "b',
        (Step(text="a"), NodeSoFar(name="b")),
    ),
    "a generic model by its name alone": (
        list[Box],
        list[Box[Any] | BoxSoFar[Any]],
        '[{"content": 1}, {"content": "x"',
        [Box(content=1), BoxSoFar[Any](content="x")],
    ),
    "lists of lists": (list[list[Step]], list[list[StepSoFar]], '[[], [{"text": "a', [[], [StepSoFar(text="a")]]),
    "what was rejected": (list[Step], list[StepSoFar], '[{"text": 1}, 5, {"text": "a"', None),
    "a union told apart": (
        list[Annotated[A | B, Field(discriminator="kind")]],
        list[A | B | ASoFar | BSoFar],
        '[{"kind": "b", "b": "x"}, {"kind": "a", "a": "y"}]',
        [B(kind="b", b="x"), A(kind="a", a="y")],
    ),
    "atoms": (
        Atoms,
        AtomsSoFar,
        '{"a": 1, "b": "red", "c": null, "d": 2, "e": "x", "f": [1], "g": [{}], "h": [3], "I": true}',
        None,
    ),
    "atoms, open": (
        Atoms,
        AtomsSoFar,
        '{"a": 1, "b": "red", "c": null, "d": 2, "e": "x", "f": [1], "g": [{}], "I": true, "h": [3',
        AtomsSoFar(a=1, b=Color.RED, d=2, e="x", f={1}, g=[{}], h=(), i=True),
    ),
    "an atom": (str, str, '"ab', None),
    "nothing yet": (Recipe, RecipeSoFar, "", None),
    "a class that is there already": (Recipe, Recipe, '{"title": "a"}', Recipe(title="a")),
    "either": (Recipe, Recipe | RecipeSoFar, '{"title": "a', RecipeSoFar(title="a")),
    "either, whole": (Recipe, Recipe | RecipeSoFar, '{"title": "a"}', Recipe(title="a")),
    "a root model": (Root, Root, '[{"text": "a"}]', Root([Step(text="a")])),
}


@pytest.mark.parametrize(("type_", "partial", "text", "expected"), CASES.values(), ids=CASES)
def test_each_kind_of_class_and_place(type_, partial, text, expected):
    view = shown(type_, partial, text)
    if expected is not None:
        assert view == expected
        assert view.__class__ is type(expected)
    assert repr(view)
    by_character = shown(type_, partial, *text)
    assert repr(by_character) == repr(view)


def test_generic_views():
    view = shown(Box[Step], BoxSoFar[StepSoFar], '{"content": {"text": "a')
    assert view == BoxSoFar[StepSoFar](content=StepSoFar(text="a"))


def test_what_was_rejected_is_one_of_which_nothing_has_arrived():
    view = shown(list[Step], list[Step | StepSoFar], '[{"text": 1, "minutes": 2}, 5, {"text": "a"}')
    assert view == [StepSoFar(minutes=2), StepSoFar(), Step(text="a")]


def test_a_protocol_is_met_by_the_partial_as_it_is():
    view = shown(Recipe, Titled, '{"title": "a')
    assert type(view) is Partial[Recipe]
    assert view.title == "a"


def test_extra_keys_are_there_if_both_classes_allow_them():
    class Open(BaseModel, extra="allow"):
        a: int

    class OpenSoFar(BaseModel, extra="allow"):
        a: int | None = None

    view = shown(Open, OpenSoFar, '{"b": "x')
    assert view.model_extra == {"b": "x"}
    assert view.model_fields_set == {"b"}


def test_deep_values_are_within_pythons_recursion():
    depth = 95
    text = '{"name": "a", "children": [' * depth
    view = shown(Node, NodeSoFar, text)
    for _ in range(depth - 1):
        view = view.children[-1]
    assert view.name == "a"


# what is wrong with a class


class Wrong:
    class Lacking(BaseModel):
        minutes: int | None = None

    class Untyped(BaseModel):
        text: int | None = None
        minutes: int | None = None

    class Required(BaseModel):
        text: str | None
        minutes: int | None = None

    class NotNone(BaseModel):
        text: str = None  # type: ignore[assignment]
        minutes: int | None = None

    class NoNull(BaseModel):
        text: str | None = None
        minutes: int = 0

    class Typo(BaseModel):
        text: str | None = None
        minutes: int | None = None
        minute: int | None = None

    @dataclass
    class Data:
        text: str
        minutes: int | None = None


class Deep(BaseModel):
    title: str | None = None
    steps: list[Step | Wrong.Lacking] | None = None
    author: Author | AuthorSoFar | None = None
    tags: dict[str, list[str]] | None = None


class PairWrong(TypedDict):
    a: str
    step: Step


class PairTypo(TypedDict, total=False):
    a: str
    steps: Step


class SetOf(BaseModel, frozen=True):
    a: int


class SetOfSoFar(BaseModel):
    a: int | None = None


class Lengthy(Protocol):
    title: str
    length: int


MISFITS = [
    (Step, Wrong.Lacking, ["Lacking.text: Lacking has no such field, and Step has: write `text: str | None = None`"]),
    (Step, Wrong.Untyped, ["Untyped.text: `str` may arrive here, and `int | None` cannot hold it: write `str`"]),
    (Step, Wrong.Required, ["Required.text: it has no default, which it reads before it has arrived"]),
    (Step, Wrong.NotNone, ["NotNone.text: it reads None before it has arrived, and str has no None"]),
    (Step, Wrong.NoNull, ["NoNull.minutes: null may arrive here, and `int` has no None: write `int | None`"]),
    (Step, Wrong.Typo, ["Typo.minute: Step has no such field, but `minutes`"]),
    (Step, Wrong.Data, ["Data.text: it has no default"]),
    (
        Recipe,
        Deep,
        [
            "Deep.steps[*].text: Lacking has no such field",
            "Deep.tags[*][*]: `Step` may arrive here, and `str` cannot hold it: write `Step | StepSoFar`",
        ],
    ),
    (
        Recipe,
        StepSoFar,
        ["StepSoFar.steps: ", "StepSoFar.text: Recipe has no such field", "list[Step | StepSoFar] | N"],
    ),
    (list[Step], StepSoFar, ["StepSoFar: `list[Step]` may arrive here"]),
    (list[Step], list[int], ["list[int][*]: `Step` may arrive here, and `int` cannot hold it"]),
    (Pair, PairWrong, ["PairWrong.a: it may be absent: make PairWrong a TypedDict(total=False)"]),
    (
        Pair,
        PairTypo,
        ["PairTypo.step: PairTypo has no such field", "PairTypo.steps: Pair has no such field, but `step`"],
    ),
    (Pair, StepSoFar, ["StepSoFar: `Pair` may arrive here"]),
    (set[SetOf], set[SetOfSoFar], ["set[SetOfSoFar][*]: complete ones alone are shown here: write `SetOf`"]),
    (Recipe, Lengthy, ["Lengthy.length: Recipe has no such attribute"]),
    (Literal["a", "b"], Literal["a"], ["Literal['a']: `Literal['a', 'b']` may arrive here"]),
    (Any, int, ["int: anything may arrive here, and `int` cannot hold it: write `Any`"]),
    (dict[str, int], dict[int, int], ["dict[int, int][key]: `str` may arrive"]),
    (tuple[int, str], tuple[int], ["tuple[int]: `tuple[int, str]` may arrive here"]),
    (int, UserId, ["UserId: `int` may arrive here"]),
    (A | B, ASoFar, ["ASoFar: `B` may arrive here, and `ASoFar` cannot hold it: write `B | BSoFar`"]),
    (A | B, ASoFar | Wrong.Lacking, ["Lacking.kind: Lacking has no such field, and A has", "and B has"]),
]


@pytest.mark.parametrize(("type_", "partial", "problems"), MISFITS, ids=lambda case: getattr(case, "__name__", None))
def test_a_class_that_cannot_show_the_type_is_refused_when_the_run_is_made(type_, partial, problems):
    with pytest.raises(UsageError) as caught:
        stream([], type_, partial=partial)
    message = str(caught.value)
    assert "still being written:\n- " in message
    for problem in problems:
        assert problem in message, message


def test_an_instance_is_no_class():
    with pytest.raises(UsageError, match="pass StepSoFar itself"):
        stream([], Step, partial=StepSoFar())


def test_a_name_that_cannot_be_found_is_said():
    class Unresolved(BaseModel):
        text: Missing | None = None  # noqa: F821
        minutes: int | None = None

    with pytest.raises(UsageError, match="Unresolved has an annotation"):
        stream([], Step, partial=Unresolved)
