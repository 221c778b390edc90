"""From types to the classes that are to show them: each class with fields is met once, after those that it names.

Annotations are walked and not pydantic's core schema, since what is written must read as its author wrote the model.
Where something may still be open, `Step` becomes `Step | StepSoFar`; where only what is complete is ever shown, as in
a set, in the key of a dict or in the argument of a generic, it stays `Step`. That is the one thing that the walk has
to carry along.
"""

from __future__ import annotations

import collections
import collections.abc
import keyword
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import UnionType
from typing import Any, Final, ForwardRef, Literal, NewType, Union

import typing_extensions
from pydantic import Json, TypeAdapter
from pydantic.errors import PydanticSchemaGenerationError

from partway._annotations import (
    SEQUENCES,
    NoneType,
    Structured,
    args_of,
    bare,
    fields_of,
    is_typed_dict,
    is_whole,
    members,
    origin_of,
    spell,
    structured,
    whole_fields,
)
from partway._expressions import (
    ANY,
    Alternatives,
    Expression,
    Imported,
    Stub,
    Subscript,
    either,
    imported,
    leaves,
    literal,
)
from partway.errors import UsageError

__all__ = ["StubClass", "Walk"]

_GROWING: Final = (list, dict, *SEQUENCES, collections.abc.Mapping, collections.abc.MutableMapping)
"""The containers that are shown with parts that are open."""
_ARITY: Final[dict[Any, int]] = {list: 1, set: 1, frozenset: 1, dict: 2, collections.deque: 1, type: 1}
"""How many arguments there are where none is written."""


@dataclass
class StubClass:
    """A class that is to be written: its fields, and what is said of it."""

    of: Structured
    whole: Expression
    fields: dict[str, Expression] = field(default_factory=dict)
    arbitrary: bool = False

    def leaves(self) -> Iterator[Imported | Stub]:
        """What its annotations name."""
        for part in self.fields.values():
            yield from leaves(part)

    def stubs(self) -> set[Structured]:
        """The classes for which others are written that it names."""
        return {leaf.of for leaf in self.leaves() if isinstance(leaf, Stub)}

    def hides(self) -> set[str]:
        """The fields that would hide what its annotations import, by names."""
        return self.fields.keys() & {leaf.name for leaf in self.leaves() if isinstance(leaf, Imported)}


class Walk:
    """Goes through annotations; each class with fields is met once, after those that it names.

    Attributes:
        stubs: What is to be written, in this order.
    """

    def __init__(self) -> None:
        self.stubs: dict[Structured, StubClass] = {}
        self._met: set[Structured] = set()
        self._whole_of: dict[Expression, Structured] = {}
        self._aliases: list[Any] = []
        self._known: dict[type, bool] = {}

    def expression(self, annotation: Any, *, is_open: bool = True) -> Expression:
        """How to write an annotation; `is_open`: what stands there may be incomplete."""
        if isinstance(annotation, typing_extensions.TypeAliasType):
            return self._alias(annotation, is_open=is_open)
        origin = origin_of(annotation)
        if origin in (Union, UnionType):
            return either(self.expression(arg, is_open=is_open) for arg in args_of(annotation))
        plain = bare(annotation)
        if plain is not annotation and plain is not NoneType:
            inner = args_of(annotation)[0] if hasattr(annotation, "__metadata__") else plain
            return self.expression(inner, is_open=is_open)
        if isinstance(plain, str | ForwardRef):
            return self.expression(self._resolved(plain), is_open=is_open)
        if plain is NoneType:
            return "None"
        if plain is Any or plain is object or plain is Json:
            return ANY
        if plain is Ellipsis:
            return "..."
        if origin is Literal:
            return Subscript(Imported("typing", "Literal"), tuple(map(literal, args_of(plain))))
        if isinstance(plain, list):
            return Subscript("", tuple(self.expression(arg, is_open=False) for arg in plain))
        found = structured(plain)
        return self._structured(found, is_open=is_open) if found is not None else self._plain(plain, is_open=is_open)

    def _alias(self, alias: Any, *, is_open: bool) -> Expression:
        """A named type is kept by its name if it refers to itself, and else by what it stands for."""
        if any(alias is outer for outer in self._aliases):
            raise _RecursiveError(alias)
        self._aliases.append(alias)
        try:
            return self.expression(alias.__value__, is_open=is_open)
        except _RecursiveError as error:
            if error.alias is not alias:
                raise
            return imported(alias, alias.__name__)
        finally:
            self._aliases.pop()

    def _resolved(self, name: Any) -> Any:
        """What a name in quotes stands for in a named type; elsewhere pydantic has resolved them."""
        scope = vars(sys.modules[self._aliases[-1].__module__]) if self._aliases else {}
        holder = type("_", (), {"__annotations__": {"it": name}})
        try:
            return typing_extensions.get_type_hints(holder, globalns=scope, include_extras=True)["it"]
        except NameError as error:
            raise UsageError(f"an annotation cannot be resolved: {error}") from error

    def _structured(self, found: Structured, *, is_open: bool) -> Expression:
        whole = "" if is_open and is_typed_dict(found.cls) else self._whole(found)
        if not is_open:
            return whole
        if found not in self._met:
            self._met.add(found)
            if whole and self._whole_of.setdefault(whole, found) != found:
                raise UsageError(f"{spell(found.type)} was imported twice: name all types by module, or all by file")
            stub = StubClass(found, whole)
            whole_ones = whole_fields(found)
            for name, annotation in fields_of(found).items():
                if not is_typed_dict(found.cls) and (keyword.iskeyword(name) or name.startswith("_")):
                    raise UsageError(
                        f"{spell(found.type)}.{name}: pydantic has no fields of that name; write it by hand"
                    )
                stub.fields[name] = self._field(annotation, is_open=name not in whole_ones)
                stub.arbitrary = stub.arbitrary or self._is_arbitrary(annotation)
            self.stubs[found] = stub
        return Stub(found) if is_typed_dict(found.cls) else Alternatives((whole, Stub(found)))

    def _field(self, annotation: Any, *, is_open: bool) -> Expression:
        """What stands in a field; nothing open if it is marked as `Whole()`, or that member of its union.

        In a list it may: what was rejected there reads as one of which nothing has arrived.
        """
        if is_open and origin_of(annotation) in (Union, UnionType):
            return either(self._field(arg, is_open=not is_whole(arg)) for arg in args_of(annotation))
        return self.expression(annotation, is_open=is_open)

    def _whole(self, found: Structured) -> Expression:
        cls, args = found.cls, found.args
        generic = getattr(cls, "__pydantic_generic_metadata__", None)
        if generic and generic["origin"] is not None:
            cls, args = generic["origin"], generic["args"]
        elif not args:
            args = (Any,) * len(getattr(cls, "__parameters__", ()))
        name = imported(cls, cls.__qualname__)
        return Subscript(name, tuple(self.expression(arg, is_open=False) for arg in args)) if args else name

    def _plain(self, plain: Any, *, is_open: bool) -> Expression:
        """A class, a container, or any other type without fields."""
        kind, args = origin_of(plain) or plain, args_of(plain)
        if kind is tuple:
            if not args and origin_of(plain) is tuple:
                return Subscript(imported(tuple, "tuple"), ("()",))
            elements = [self.expression(arg, is_open=is_open) for arg in args or (Any,) if arg is not ...]
            if not is_open and ... not in args and args:
                return Subscript(imported(tuple, "tuple"), tuple(elements))
            return Subscript(imported(tuple, "tuple"), (either(elements), "..."))
        if not isinstance(kind, type | NewType):
            return ANY
        head = imported(kind, getattr(kind, "__qualname__", kind.__name__))
        if not args and kind in _ARITY:
            args = (Any,) * _ARITY[kind]
        if not args:
            return head
        *front, last = args
        return Subscript(
            head,
            (
                *(self.expression(arg, is_open=False) for arg in front),
                self.expression(last, is_open=is_open and kind in _GROWING),
            ),
        )

    def _is_arbitrary(self, annotation: Any) -> bool:
        """Whether pydantic has to be told to take a class that it knows nothing of."""
        for member in members(annotation):
            if structured(member) is not None or origin_of(member) is Literal:
                continue
            args = args_of(member)
            if any(self._is_arbitrary(arg) for arg in args if not isinstance(arg, list)):
                return True
            if not args and isinstance(member, type) and not self._is_known(member):
                return True
        return False

    def _is_known(self, cls: type) -> bool:
        """Whether pydantic can make a schema of a class; found out by trying, once for each."""
        if cls not in self._known:
            try:
                TypeAdapter(cls)
            except PydanticSchemaGenerationError:
                self._known[cls] = False
            else:
                self._known[cls] = True
        return self._known[cls]


class _RecursiveError(Exception):
    """A named type refers to itself."""

    def __init__(self, alias: Any) -> None:
        super().__init__()
        self.alias = alias
