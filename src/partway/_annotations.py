"""Reading annotations as people write them: what may stand in a place, and which fields a class has.

Elsewhere pydantic's core schema says what a type is. Partial classes of the user's own are compared with the types
that they show, and written, in the terms of the source code, so here it is annotations, resolved and taken apart.

typing_extensions is at hand because pydantic depends on it; it knows the forms of newer Pythons.
"""

from __future__ import annotations

import collections.abc
import dataclasses
import types
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Final, ForwardRef, Literal, NewType, TypeGuard, TypeVar, Union
from typing import get_args as args_of
from typing import get_origin as origin_of

import typing_extensions
from pydantic import BaseModel

from partway._markers import Whole
from partway.errors import UsageError

__all__ = [
    "SEQUENCES",
    "NoneType",
    "Structured",
    "args_of",
    "bare",
    "fields_of",
    "is_dataclass",
    "is_model",
    "is_typed_dict",
    "is_whole",
    "members",
    "origin_of",
    "spell",
    "structured",
    "whole_fields",
]

NoneType: Final = type(None)
SEQUENCES: Final = (
    collections.abc.Sequence, collections.abc.MutableSequence, collections.abc.Collection, collections.abc.Iterable,
)  # fmt: skip
"""The abstract types that a list may be named by, and is shown as while it grows."""
_WRAPPERS: Final = (
    Annotated, ClassVar, typing_extensions.Final, typing_extensions.Required, typing_extensions.NotRequired,
    typing_extensions.ReadOnly,
)  # fmt: skip


def is_model(type_: Any) -> TypeGuard[type[BaseModel]]:
    """Whether this is a pydantic model."""
    return isinstance(type_, type) and issubclass(type_, BaseModel)


def is_dataclass(type_: Any) -> bool:
    """Whether this is a dataclass, pydantic's or Python's."""
    return isinstance(type_, type) and dataclasses.is_dataclass(type_)


def is_typed_dict(type_: Any) -> bool:
    """Whether this is a TypedDict, of `typing` or of `typing_extensions`."""
    return typing_extensions.is_typeddict(type_)


@dataclasses.dataclass(frozen=True)
class Structured:
    """A model, dataclass or TypedDict, and the arguments if it is a generic dataclass or TypedDict.

    Pydantic makes a class of its own of each `Box[int]`, so a generic model has none here.
    """

    cls: Any
    args: tuple[Any, ...] = ()

    @property
    def type(self) -> Any:
        """The type as it is written."""
        return self.cls[self.args] if self.args else self.cls


def structured(annotation: Any) -> Structured | None:
    """The class with fields that an annotation names, if it names one."""
    cls = origin_of(annotation) or annotation
    if is_model(cls) or is_dataclass(cls) or is_typed_dict(cls):
        return Structured(cls, args_of(annotation))
    return None


def bare(annotation: Any) -> Any:
    """An annotation without what is wrapped around it: `Annotated`, `Final`, `Required`, names of type aliases."""
    while True:
        origin = origin_of(annotation)
        if origin in _WRAPPERS:
            annotation = args_of(annotation)[0]
        elif isinstance(annotation, typing_extensions.TypeAliasType):
            annotation = annotation.__value__
        elif isinstance(origin, typing_extensions.TypeAliasType):
            annotation = _substituted(origin.__value__, _filled(origin.__type_params__, args_of(annotation)))
        elif isinstance(annotation, TypeVar):
            annotation = _of_variable(annotation)
        else:
            return NoneType if annotation is None else annotation


def _of_variable(variable: Any) -> Any:
    """What stands for a type variable that nobody has filled, as pydantic sees it."""
    if (default := getattr(variable, "__default__", typing_extensions.NoDefault)) is not typing_extensions.NoDefault:
        return default
    if variable.__constraints__:
        return Union[variable.__constraints__]  # noqa: UP007  # made of a tuple
    return Any if variable.__bound__ is None else variable.__bound__


def members(annotation: Any) -> list[Any]:
    """What may stand in a place: the members of a union, each without wrappers, or the one type there is."""
    annotation = bare(annotation)
    if origin_of(annotation) in (Union, types.UnionType):
        return [member for arg in args_of(annotation) for member in members(arg)]
    return [annotation]


def fields_of(found: Structured) -> dict[str, Any]:
    """The fields of a class by name, with their annotations.

    Raises:
        UsageError: An annotation names something that cannot be found.
    """
    cls = found.cls
    if is_model(cls):
        if not cls.__pydantic_complete__ and cls.model_rebuild(raise_errors=False) is False:
            raise UsageError(f"{cls.__name__} has an annotation that pydantic cannot resolve: define it before")
        return {name: field.annotation for name, field in cls.model_fields.items()}
    try:
        hints = typing_extensions.get_type_hints(cls)
    except (NameError, TypeError) as error:
        raise UsageError(f"{cls.__name__} has an annotation that cannot be resolved: {error}") from error
    names = [field.name for field in dataclasses.fields(cls)] if dataclasses.is_dataclass(cls) else list(hints)
    filled = _filled(getattr(cls, "__parameters__", ()), found.args)
    return {name: _substituted(hints[name], filled) for name in names}


def whole_fields(found: Structured) -> set[str]:
    """The fields that are shown only when they are complete, since `Whole()` says so of their type."""
    if is_model(found.cls):  # pydantic has taken their annotations apart
        fields = found.cls.model_fields.items()
        return {name for name, field in fields if any(isinstance(mark, Whole) for mark in field.metadata)}
    hints = typing_extensions.get_type_hints(found.cls, include_extras=True)
    return {name for name, annotation in hints.items() if is_whole(annotation)}


def is_whole(annotation: Any) -> bool:
    """Whether an annotation is marked with `Whole()`; what is marked inside of it does not count."""
    while origin_of(annotation) in _WRAPPERS:
        if any(isinstance(mark, Whole) for mark in getattr(annotation, "__metadata__", ())):
            return True
        annotation = args_of(annotation)[0]
    return False


def _filled(variables: tuple[Any, ...], args: tuple[Any, ...]) -> dict[Any, Any]:
    return dict(zip(variables, args, strict=False))  # what has a default may be left out


def _substituted(annotation: Any, filled: Mapping[Any, Any]) -> Any:
    """An annotation with type variables filled in."""
    if isinstance(annotation, TypeVar):
        return filled.get(annotation, annotation)
    parameters = getattr(annotation, "__parameters__", ())
    if not parameters or not filled or isinstance(annotation, type):
        return annotation
    return annotation[tuple(filled.get(parameter, Any) for parameter in parameters)]


def spell(annotation: Any) -> str:
    """An annotation as one would write it, without the names of modules."""
    annotation = bare(annotation)
    origin, args = origin_of(annotation), args_of(annotation)
    if annotation is NoneType:
        return "None"
    if annotation is Ellipsis:
        return "..."
    if origin in (Union, types.UnionType):
        return " | ".join(spell(arg) for arg in args)
    if origin is Literal:
        return f"Literal[{', '.join(_value(arg) for arg in args)}]"
    if isinstance(annotation, list):
        return f"[{', '.join(spell(arg) for arg in annotation)}]"
    if origin is not None and args:
        return f"{spell(origin)}[{', '.join(spell(arg) for arg in args)}]"
    if isinstance(annotation, str | ForwardRef):
        return annotation if isinstance(annotation, str) else annotation.__forward_arg__
    if isinstance(annotation, type | NewType):
        return annotation.__name__
    return repr(annotation).replace("typing_extensions.", "").replace("typing.", "")


def _value(value: Any) -> str:
    return str(value) if hasattr(value, "name") else repr(value)
