"""What is written where a type stands, before it is known what the things in it are called.

A name can be chosen only when everything else in the module is known: a field called `date` hides the class `date`,
from pydantic as well as from type checkers, and two modules may each have an `Item`. So an expression holds where a
class comes from, or for which class one is written, and `_stubs` gives these their names. Equal expressions are
equal values, which is how a union loses its repetitions.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from functools import reduce
from typing import Any, Final, TypeAlias

from partway._annotations import Structured
from partway._load_type import module_name
from partway.errors import UsageError

__all__ = [
    "ANY",
    "Alternatives",
    "Expression",
    "Imported",
    "Stub",
    "Subscript",
    "either",
    "imported",
    "leaves",
    "literal",
    "quoted",
]


@dataclass(frozen=True)
class Imported:
    """A name of another module; `attributes` are what is looked up in it."""

    module: str
    name: str
    attributes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Stub:
    """The class that is written for another."""

    of: Structured


@dataclass(frozen=True)
class Subscript:
    """`head[args]`; without a head, a list."""

    head: Expression
    args: tuple[Expression, ...]


@dataclass(frozen=True)
class Alternatives:
    """`one | other`."""

    parts: tuple[Expression, ...]


Expression: TypeAlias = str | Imported | Stub | Subscript | Alternatives

ANY: Final = Imported("typing", "Any")


def either(parts: Iterable[Expression]) -> Expression:
    """A union, flat, each member once and `None` last."""
    flat: list[Expression] = []
    for part in parts:
        flat += part.parts if isinstance(part, Alternatives) else [part]
    flat.sort(key=lambda part: part == "None")
    found = tuple(dict.fromkeys(flat))
    if ANY in found:
        return ANY
    return found[0] if len(found) == 1 else Alternatives(found)


def leaves(expression: Expression) -> Iterator[Imported | Stub]:
    """The names in an expression."""
    match expression:
        case Imported() | Stub():
            yield expression
        case Subscript(head, args):
            for part in (head, *args):
                yield from leaves(part)
        case Alternatives(parts):
            for part in parts:
                yield from leaves(part)
        case _:
            pass


def imported(value: Any, qualname: str) -> Imported:
    """Where a class is imported from."""
    name, *attributes = qualname.split(".")
    where = value.__module__
    for module in _public(where):
        try:
            found = reduce(getattr, [name, *attributes], importlib.import_module(module))
        except (AttributeError, ImportError):
            continue
        if found is value:
            return Imported(module_name(module), name, tuple(attributes))
    raise UsageError(
        f"{qualname} cannot be imported from {where}: define it at the top level of a module, by that name"
    )


def _public(module: str) -> list[str]:
    """Where a name of a module may be found, the best place first: no module is private, or pydantic's own."""
    if module.startswith("pydantic."):
        return ["pydantic", module]
    parts = module.split(".")
    private = next((index for index, part in enumerate(parts) if part.startswith("_") and index), None)
    return [module] if private is None else [".".join(parts[:private]), module]


def literal(value: Any) -> Expression:
    match value:
        case Enum():
            name = imported(type(value), type(value).__qualname__)
            return Imported(name.module, name.name, (*name.attributes, value.name))
        case str():
            return quoted(value)
        case bytes():
            return f"b{quoted(value.decode('latin-1'))}"
        case _:
            return repr(value)


def quoted(text: str) -> str:
    """A string as formatters write it: in double quotes, unless these would have to be escaped more often."""
    quote = "'" if text.count('"') > text.count("'") else '"'
    body = repr(text + "'\"")[1:-4]  # with both in it, `repr` takes single quotes and escapes them
    return quote + re.sub(r"\\.|\"", lambda found: _requoted(found[0], quote), body) + quote


def _requoted(piece: str, quote: str) -> str:
    return f"\\{piece[-1]}" if piece[-1] == quote else piece[-1] if piece in ("\\'", '"') else piece
