"""Partial classes that are written: exactly what, that they can be imported, and that they show their types."""

from __future__ import annotations

import importlib
import importlib.util
import itertools
import subprocess
import sys
from pathlib import Path

import pytest

from partway import Extractor
from partway._stubs import write_stubs
from partway._views import viewer
from partway.errors import UsageError

TYPING = Path(__file__).parent / "typing"
HEAD = """\
from __future__ import annotations
import datetime, enum, typing
from dataclasses import dataclass
from typing import *
from pydantic import *
from typing_extensions import Required, TypeAliasType, TypedDict
from partway import Gate, Whole
"""
_number = itertools.count()


@pytest.fixture
def write(tmp_path, monkeypatch):
    """Make a module of some code, and write the partial classes of its Root."""
    monkeypatch.syspath_prepend(str(tmp_path))

    def written(code, *names):
        module = f"models_{next(_number)}"
        (tmp_path / f"{module}.py").write_text(HEAD + code, "utf-8")
        models = importlib.import_module(module)
        text = write_stubs([getattr(models, name) for name in names or ["Root"]])
        (tmp_path / f"{module}_so_far.py").write_text(text, "utf-8")
        return text, models, importlib.import_module(f"{module}_so_far")

    return written


def body(text):
    """The classes alone, without docstrings."""
    start = min(at for word in ("\nclass ", "SoFar = ") if (at := text.find(word)) != -1)
    start = text.rfind("\n", 0, start + 1) + 1
    lines = [line for line in text[start:].splitlines() if '"""' not in line]
    return "\n".join(line for line in lines if line)


CASES = {
    "fields of all kinds": (
        (
            "class Root(BaseModel):\n a: str\n b: int | None = 3\n c: Annotated[float, Field(gt=0)]\n d: Any\n"
            " e: ClassVar[int] = 1\n _f: int = 0\n g: bool = Field(alias='G')\n h: Literal['x', 2]\n i: object\n"
        ),
        (
            "class RootSoFar(BaseModel):\n    a: str | None = None\n    b: int | None = None\n"
            "    c: float | None = None\n"
            '    d: Any = None\n    g: bool | None = None\n    h: Literal["x", 2] | None = None\n    i: Any = None'
        ),
    ),
    "nested": (
        (
            "class In(BaseModel):\n x: int\nclass Root(BaseModel):\n a: In\n b: list[In]\n c: dict[str, In]\n"
            " d: tuple[In, int]\n e: tuple[In, ...]\n f: Optional[In]\n g: dict[str, list[In]]\n"
        ),
        (
            "class InSoFar(BaseModel):\n    x: int | None = None\nclass RootSoFar(BaseModel):\n"
            "    a: In | InSoFar | None = None\n    b: list[In | InSoFar] | None = None\n"
            "    c: dict[str, In | InSoFar] | None = None\n    d: tuple[In | InSoFar | int, ...] | None = None\n"
            "    e: tuple[In | InSoFar, ...] | None = None\n    f: In | InSoFar | None = None\n"
            "    g: dict[str, list[In | InSoFar]] | None = None"
        ),
    ),
    "inherited": (
        "class Base(BaseModel):\n a: int\nclass Root(Base):\n b: str\n",
        "class RootSoFar(BaseModel):\n    a: int | None = None\n    b: str | None = None",
    ),
    "no fields": ("class Root(BaseModel):\n pass\n", "class RootSoFar(BaseModel):"),
    "recursive": (
        "class Root(BaseModel):\n parts: list[Root]\n",
        "class RootSoFar(BaseModel):\n    parts: list[Root | RootSoFar] | None = None",
    ),
    "each in the other": (
        "class Other(BaseModel):\n a: Root | None\nclass Root(BaseModel):\n b: Other\n",
        (
            "class OtherSoFar(BaseModel):\n    a: Root | RootSoFar | None = None\nclass RootSoFar(BaseModel):\n"
            "    b: Other | OtherSoFar | None = None\nOtherSoFar.model_rebuild()"
        ),
    ),
    "through one that is whole": (
        "class A(BaseModel):\n b: B\nclass B(BaseModel):\n r: list[Root]\nclass Root(BaseModel):\n a: A\n",
        (
            "class BSoFar(BaseModel):\n    r: list[Root | RootSoFar] | None = None\nclass ASoFar(BaseModel):\n"
            "    b: B | BSoFar | None = None\nclass RootSoFar(BaseModel):\n    a: A | ASoFar | None = None\n"
            "BSoFar.model_rebuild()\nASoFar.model_rebuild()"
        ),
    ),
    "a dataclass": (
        "@dataclass\nclass Root:\n a: int\n b: list[Root]\n",
        "class RootSoFar(BaseModel):\n    a: int | None = None\n    b: list[Root | RootSoFar] | None = None",
    ),
    "a TypedDict": (
        "class In(BaseModel):\n x: int\nclass Root(TypedDict):\n a: int\n b: list[In]\n",
        (
            "class InSoFar(BaseModel):\n    x: int | None = None\nclass RootSoFar(TypedDict, total=False):\n"
            "    a: int\n    b: list[In | InSoFar]"
        ),
    ),
    "a TypedDict of odd keys": (
        "Root = TypedDict('Root', {'a b': int, 'it\\'s': str})\n",
        (
            'RootSoFar = TypedDict(\n    "RootSoFar",\n    {\n        "a b": int,\n        "it\'s": str,\n    },\n'
            "    total=False,\n)"
        ),
    ),
    "generic": (
        (
            "T = TypeVar('T')\nclass Box(BaseModel, Generic[T]):\n it: T\n"
            "class Root(BaseModel):\n a: Box[int]\n b: Box[Any]\n"
        ),
        (
            "class BoxIntSoFar(BaseModel):\n    it: int | None = None\nclass BoxAnySoFar(BaseModel):\n"
            "    it: Any = None\n"
            "class RootSoFar(BaseModel):\n    a: Box[int] | BoxIntSoFar | None = None\n"
            "    b: Box[Any] | BoxAnySoFar | None = None"
        ),
    ),
    "fields that hide types": (
        "class Root(BaseModel):\n date: datetime.date\n int: list[int]\n str: bool\n",
        (
            "class RootSoFar(BaseModel):\n    date: date_ | None = None\n    int: list[int_] | None = None\n"
            "    str: bool | None = None"
        ),
    ),
    "a class with a name that is needed": (
        "class Any(BaseModel):\n x: int\nclass Root(BaseModel):\n a: Any\n b: typing.Any\n",
        None,
    ),
    "a name that is taken": (
        "class InSoFar(BaseModel):\n x: int\nclass In(BaseModel):\n y: InSoFar\nclass Root(BaseModel):\n a: In\n",
        None,
    ),
    "named types": (
        (
            "class In(BaseModel):\n x: int\nIns = TypeAliasType('Ins', list[In])\nclass Root(BaseModel):\n a: Ins\n"
            " b: JsonValue\n c: Id\nId = NewType('Id', int)\n"
        ),
        (
            "class InSoFar(BaseModel):\n    x: int | None = None\nclass RootSoFar(BaseModel):\n"
            "    a: list[In | InSoFar] | None = None\n    b: JsonValue | None = None\n    c: Id | None = None"
        ),
    ),
    "bare containers": (
        (
            "class Root(BaseModel):\n a: list\n b: dict\n c: tuple\n d: tuple[()]\n"
            " e: Callable[[int], str] | None\n f: type[int]\n"
        ),
        (
            "class RootSoFar(BaseModel):\n    a: list[Any] | None = None\n    b: dict[Any, Any] | None = None\n"
            "    c: tuple[Any, ...] | None = None\n    d: tuple[()] | None = None\n"
            "    e: Callable[[int], str] | None = None\n    f: type[int] | None = None"
        ),
    ),
    "literals": (
        "class E(enum.Enum):\n A = 1\nclass Root(BaseModel):\n a: Literal['a\"b', \"it's\", None, True, E.A, -1]\n",
        "class RootSoFar(BaseModel):\n    a: Literal['a\"b', \"it's\", None, True, E.A, -1] | None = None",
    ),
    "a root model": (
        "class In(BaseModel):\n x: int\nclass Root(RootModel[list[In]]):\n pass\n",
        (
            "class InSoFar(BaseModel):\n    x: int | None = None\nclass RootSoFar(RootModel[Any]):\n"
            "    root: list[In | InSoFar] | None = None"
        ),
    ),
    "what pydantic must be told of": (
        "class Odd: pass\nclass Root(BaseModel, arbitrary_types_allowed=True):\n a: list[Odd]\n",
        (
            "class RootSoFar(BaseModel):\n    model_config = ConfigDict(arbitrary_types_allowed=True)\n"
            "    a: list[Odd] | None = None"
        ),
    ),
    "a class in a class": (
        "class Outer:\n class In(BaseModel):\n  x: int\nclass Root(BaseModel):\n a: Outer.In\n",
        (
            "class OuterInSoFar(BaseModel):\n    x: int | None = None\nclass RootSoFar(BaseModel):\n"
            "    a: Outer.In | OuterInSoFar | None = None"
        ),
    ),
    "what is whole": (
        (
            "class In(BaseModel):\n x: int\n@dataclass\nclass Data:\n a: Annotated[In, Whole()]\n b: In\n"
            "class Keys(TypedDict):\n a: Required[Annotated[In, Whole()]]\n"
            "class Root(BaseModel):\n a: Annotated[In, Whole()]\n b: Annotated[In | None, Whole()] = None\n"
            " c: Annotated[In, Whole()] | Data\n d: Annotated[tuple[In, int], Whole()]\n"
            " e: list[Annotated[In, Whole()]]\n f: Annotated[list[In], Gate()]\n g: Keys\n"
            " h: Annotated[Keys, Whole()]\n"
        ),
        (
            "class InSoFar(BaseModel):\n    x: int | None = None\nclass DataSoFar(BaseModel):\n"
            "    a: In | None = None\n    b: In | InSoFar | None = None\nclass KeysSoFar(TypedDict, total=False):\n"
            "    a: In\nclass RootSoFar(BaseModel):\n    a: In | None = None\n    b: In | None = None\n"
            "    c: In | Data | DataSoFar | None = None\n    d: tuple[In, int] | None = None\n"
            "    e: list[In | InSoFar] | None = None\n    f: list[In | InSoFar] | None = None\n"
            "    g: KeysSoFar | None = None\n    h: Keys | None = None"
        ),
    ),
    "a set": (
        "class In(BaseModel, frozen=True):\n x: int\nclass Root(BaseModel):\n a: set[In]\n",
        "class RootSoFar(BaseModel):\n    a: set[In] | None = None",
    ),
    "a model of protected names": (
        "class Root(BaseModel):\n model_config = ConfigDict(protected_namespaces=())\n model_validate_it: int\n",
        (
            "class RootSoFar(BaseModel):\n    model_config = ConfigDict(protected_namespaces=())\n"
            "    model_validate_it: int | None = None"
        ),
    ),
    **{
        f"a name of {length} characters": (
            (
                f"class In(BaseModel):\n x: int\nclass Root(BaseModel):\n {'a' * length}: dict[str, list[In]]\n"
                f" {'b' * length}: Literal['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine']\n"
                f" {'c' * length}: Any\n"
            ),
            None,
        )
        for length in (*range(44, 120, 5), *range(100, 112))
    },
    **{
        f"a line near the end, {length}": (
            (
                f"class Root(TypedDict):\n {'a' * length}: dict[str, list[int]]\n"
                f" {'b' * length}: int | str | bool | None\n"
            ),
            None,
        )
        for length in range(85, 112)
    },
    **{
        f"{count} choices": (
            (
                f"class Root(BaseModel):\n a: Literal[{', '.join(repr(f'choice{n}') for n in range(count))}]\n"
                f" b: dict[str, Literal[{', '.join(repr(f'choice{n}') for n in range(count))}] | int]\n"
            ),
            None,
        )
        for count in (5, 8, 9, 10, 11, 15)
    },
}


@pytest.mark.parametrize(("code", "expected"), CASES.values(), ids=CASES)
def test_what_is_written_is_as_expected_and_shows_its_type(write, code, expected):
    text, models, so_far = write(code)
    if expected is not None:
        assert body(text) == expected
    assert viewer(models.Root, so_far.RootSoFar)
    if so_far.RootSoFar.__class__.__name__ == "ModelMetaclass":
        so_far.RootSoFar()


def test_the_whole_module_reads_as_people_write_it(write):
    text, models, _ = write("class In(BaseModel):\n x: int\nclass Root(BaseModel):\n a: list[In]\n b: datetime.date\n")
    assert (
        text
        == f'''\
"""What has arrived of Root, for `stream(..., partial=...)`. Written by `partway stubs`."""

from datetime import date

from pydantic import BaseModel

from {models.__name__} import In


class InSoFar(BaseModel):
    """In, as far as it has arrived."""

    x: int | None = None


class RootSoFar(BaseModel):
    """Root, as far as it has arrived."""

    a: list[In | InSoFar] | None = None
    b: date | None = None
'''
    )


def test_the_classes_of_several_types_are_written_once_and_show_what_arrives(write):
    text, models, so_far = write(
        "class In(BaseModel):\n x: int\n y: str\nclass A(BaseModel):\n i: In\nclass B(BaseModel):\n i: list[In]\n",
        "A",
        "B",
    )
    assert text.count("class InSoFar") == 1
    extractor = Extractor(models.B, partial=so_far.BSoFar)
    extractor.feed('{"i": [{"x": 1, "y": "a"}, {"x": 2')
    extractor.feed(', "y": "b')
    assert extractor.partial == so_far.BSoFar(i=[models.In(x=1, y="a"), so_far.InSoFar(x=2, y="b")])


def test_the_order_is_always_the_same(write):
    code = "class In(BaseModel):\n x: set[int]\n" + "".join(
        f"class C{n}(BaseModel):\n a: In\n b: Literal['{n}', {n}]\n" for n in range(9)
    )
    text, models, _ = write(code + "class Root(BaseModel):\n c: C1 | C5 | C2 | C8 | None\n")
    program = (
        f"import {models.__name__} as m; from partway._stubs import write_stubs; print(write_stubs([m.Root]), end='')"
    )
    for seed in ("1", "2"):
        ran = subprocess.run(  # noqa: S603  # our own
            [sys.executable, "-c", program],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join([str(Path(models.__file__).parent), *sys.path])},
            capture_output=True,
            text=True,
            check=True,
        )
        assert ran.stdout == text


def test_models_of_the_same_name_in_two_modules(monkeypatch):
    monkeypatch.syspath_prepend(str(TYPING))
    text = write_stubs([importlib.import_module("shop").Order])
    assert text == (TYPING / "shop_so_far.py").read_text("utf-8"), "partway stubs shop:Order writes something else now"
    assert "from shop_returns import Item as ShopReturnsItem\n" in text
    order, so_far = importlib.import_module("shop").Order, importlib.import_module("shop_so_far").OrderSoFar
    extractor = Extractor(order, partial=so_far)
    extractor.feed('{"items": [{"NAME": "a", "Price": 1.50}], "returned": [{"reason": "to')
    view = extractor.partial
    assert view.returned[0].reason == "to"
    assert type(view.returned[0]).__name__ == "ShopReturnsItemSoFar"
    assert view.items[0].name == "a"
    assert str(view.items[0].price) == "1.5"


def test_what_is_written_is_formatted_and_sorted(write, tmp_path):
    if importlib.util.find_spec("ruff") is None:
        pytest.skip("ruff is not installed: it is in the extra dev")
    for code, _ in CASES.values():
        write(code)
    for command in (["format", "--check", "--diff"], ["check", "--select", "I,F,UP"]):
        files = sorted(str(path) for path in tmp_path.glob("*_so_far.py"))
        assert len(files) == len(CASES)
        arguments = [sys.executable, "-m", "ruff", *command, "--isolated", "--no-cache", "--line-length=120"]
        ran = subprocess.run([*arguments, *files], cwd=tmp_path, capture_output=True, text=True, check=False)  # noqa: S603  # our own
        assert ran.returncode == 0, ran.stdout + ran.stderr


REFUSED = {
    "no model": ("Root = list[int]\n", "no model, dataclass or TypedDict in it"),
    "in a function": (
        "def make():\n class In(BaseModel):\n  x: int\n return In\nIn = make()\nclass Root(BaseModel):\n a: In\n",
        "cannot be imported from",
    ),
    "of another name": ("Other = create_model('Some', x=(int, 1))\nRoot = Other\n", "cannot be imported from"),
    "a field that is no name": (
        "@dataclass\nclass Root:\n _x: int\n",
        r"Root\._x: pydantic has no fields of that name",
    ),
}


@pytest.mark.parametrize(("code", "message"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_written_is_said(write, code, message):
    with pytest.raises(UsageError, match=message):
        write(code)
