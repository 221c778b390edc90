"""Writing partial classes: `partway stubs shop:Order` gives `class OrderSoFar(BaseModel)`, and one for all it holds.

What is written is to be read, changed and kept by people, so it looks as they, and the formatters of today, write it:
imports sorted, lines of 120 characters at most, a class after those that it names. It is made in two steps. Annotations
are walked first, into expressions whose names are not chosen yet: what a class may be called depends on everything
else in the module, since a field called `date` hides the class `date` from pydantic as well as from type checkers.
"""

from __future__ import annotations

import collections
import collections.abc
import importlib
import keyword
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import reduce
from pathlib import Path as File
from types import UnionType
from typing import Any, Final, ForwardRef, Literal, NewType, TypeAlias, Union, cast

import typing_extensions
from pydantic import Json, RootModel, TypeAdapter
from pydantic.errors import PydanticSchemaGenerationError

from partway._annotations import (
    NoneType,
    Structured,
    args_of,
    bare,
    fields_of,
    is_model,
    is_typed_dict,
    members,
    origin_of,
    spell,
    structured,
)
from partway.errors import UsageError

__all__ = ["write_stubs"]

_WIDTH: Final = 120
_GROWING: Final = (
    list, dict, collections.abc.Sequence, collections.abc.MutableSequence, collections.abc.Collection,
    collections.abc.Iterable, collections.abc.Mapping, collections.abc.MutableMapping,
)  # fmt: skip
"""The containers that are shown with parts that are open."""


def write_stubs(types: Sequence[Any]) -> str:
    """The text of a module with a partial class for each model, dataclass and TypedDict in some types.

    Raises:
        UsageError: There is none, or one cannot be imported by the module.
    """
    walk = _Walk()
    for type_ in types:
        walk.expression(type_)
    if not walk.stubs:
        named = ", ".join(spell(type_) for type_ in types)
        raise UsageError(f"{named}: no model, dataclass or TypedDict in it, so there is nothing to write classes for")
    return _Module(walk, types).text()


# Expressions


@dataclass(frozen=True)
class _Imported:
    """A name of another module; `attributes` are what is looked up in it."""

    module: str
    name: str
    attributes: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Stub:
    """The class that is written for another."""

    of: Structured


@dataclass(frozen=True)
class _Subscript:
    """`head[args]`; without a head, a list."""

    head: _Expression
    args: tuple[_Expression, ...]


@dataclass(frozen=True)
class _Alternatives:
    """`one | other`."""

    parts: tuple[_Expression, ...]


_Expression: TypeAlias = str | _Imported | _Stub | _Subscript | _Alternatives

_ANY: Final = _Imported("typing", "Any")
_CONFIG: Final = _Imported("pydantic", "ConfigDict")


def _either(parts: Iterable[_Expression]) -> _Expression:
    """A union, flat, each member once and `None` last."""
    flat: list[_Expression] = []
    for part in parts:
        flat += part.parts if isinstance(part, _Alternatives) else [part]
    flat.sort(key=lambda part: part == "None")
    found = tuple(dict.fromkeys(flat))
    if _ANY in found:
        return _ANY
    return found[0] if len(found) == 1 else _Alternatives(found)


def _leaves(expression: _Expression) -> Iterator[_Imported | _Stub]:
    """The names in an expression."""
    match expression:
        case _Imported() | _Stub():
            yield expression
        case _Subscript(head, args):
            for part in (head, *args):
                yield from _leaves(part)
        case _Alternatives(parts):
            for part in parts:
                yield from _leaves(part)
        case _:
            pass


@dataclass
class _Class:
    """A class that is to be written: its fields, and what is said of it."""

    of: Structured
    whole: _Expression
    fields: dict[str, _Expression] = field(default_factory=dict)
    arbitrary: bool = False

    def names(self) -> set[str]:
        """The names of what is imported for its annotations."""
        leaves = (leaf for part in self.fields.values() for leaf in _leaves(part))
        return {leaf.name for leaf in leaves if isinstance(leaf, _Imported)}


class _Walk:
    """Goes through annotations; each class with fields is met once, after those that it names.

    Attributes:
        stubs: What is to be written, in this order.
    """

    def __init__(self) -> None:
        self.stubs: dict[Structured, _Class] = {}
        self._met: set[Structured] = set()
        self._whole_of: dict[_Expression, Structured] = {}
        self._aliases: list[Any] = []
        self._arbitrary: dict[Any, bool] = {}

    def expression(self, annotation: Any, *, is_open: bool = True) -> _Expression:
        """How to write an annotation; `is_open`: what stands there may be incomplete."""
        if isinstance(annotation, typing_extensions.TypeAliasType):
            return self._alias(annotation, is_open=is_open)
        origin = origin_of(annotation)
        if origin in (Union, UnionType):
            return _either(self.expression(arg, is_open=is_open) for arg in args_of(annotation))
        plain = bare(annotation)
        if plain is not annotation and plain is not NoneType:
            inner = args_of(annotation)[0] if hasattr(annotation, "__metadata__") else plain
            return self.expression(inner, is_open=is_open)
        if isinstance(plain, str | ForwardRef):
            return self.expression(self._resolved(plain), is_open=is_open)
        if plain is NoneType:
            return "None"
        if plain is Any or plain is object or plain is Json:
            return _ANY
        if plain is Ellipsis:
            return "..."
        if origin is Literal:
            return _Subscript(_Imported("typing", "Literal"), tuple(map(_literal, args_of(plain))))
        if isinstance(plain, list):
            return _Subscript("", tuple(self.expression(arg, is_open=False) for arg in plain))
        found = structured(plain)
        return self._structured(found, is_open=is_open) if found is not None else self._plain(plain, is_open=is_open)

    def _alias(self, alias: Any, *, is_open: bool) -> _Expression:
        """A named type is kept by its name if it refers to itself, and else by what it stands for."""
        if any(alias is outer for outer in self._aliases):
            raise _RecursiveError(alias)
        self._aliases.append(alias)
        try:
            return self.expression(alias.__value__, is_open=is_open)
        except _RecursiveError as error:
            if error.alias is not alias:
                raise
            return _imported(alias, alias.__name__)
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

    def _structured(self, found: Structured, *, is_open: bool) -> _Expression:
        whole = "" if is_open and is_typed_dict(found.cls) else self._whole(found)
        if not is_open:
            return whole
        if found not in self._met:
            self._met.add(found)
            if whole and self._whole_of.setdefault(whole, found) != found:
                raise UsageError(f"{spell(found.type)} was imported twice: name all types by module, or all by file")
            stub = _Class(found, whole)
            for name, annotation in fields_of(found).items():
                if not is_typed_dict(found.cls) and (keyword.iskeyword(name) or name.startswith("_")):
                    raise UsageError(
                        f"{spell(found.type)}.{name}: pydantic has no fields of that name; write it by hand"
                    )
                stub.fields[name] = self.expression(annotation)
                stub.arbitrary = stub.arbitrary or self._is_arbitrary(annotation)
            self.stubs[found] = stub
        return _Stub(found) if is_typed_dict(found.cls) else _Alternatives((whole, _Stub(found)))

    def _whole(self, found: Structured) -> _Expression:
        cls, args = found.cls, found.args
        generic = getattr(cls, "__pydantic_generic_metadata__", None)
        if generic and generic["origin"] is not None:
            cls, args = generic["origin"], generic["args"]
        elif not args:
            args = (Any,) * len(getattr(cls, "__parameters__", ()))
        name = _imported(cls, cls.__qualname__)
        return _Subscript(name, tuple(self.expression(arg, is_open=False) for arg in args)) if args else name

    def _plain(self, plain: Any, *, is_open: bool) -> _Expression:
        """A class, a container, or any other type without fields."""
        kind, args = origin_of(plain) or plain, args_of(plain)
        if kind is tuple:
            if not args and origin_of(plain) is tuple:
                return _Subscript(_imported(tuple, "tuple"), ("()",))
            elements = [self.expression(arg, is_open=is_open) for arg in args or (Any,) if arg is not ...]
            if not is_open and ... not in args and args:
                return _Subscript(_imported(tuple, "tuple"), tuple(elements))
            return _Subscript(_imported(tuple, "tuple"), (_either(elements), "..."))
        if not isinstance(kind, type | NewType):
            return _ANY
        head = _imported(kind, getattr(kind, "__qualname__", kind.__name__))
        if not args and kind in _ARITY:
            args = (Any,) * _ARITY[kind]
        if not args:
            return head
        *front, last = args
        return _Subscript(
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
            if args := args_of(member):
                if any(self._is_arbitrary(arg) for arg in args if not isinstance(arg, list)):
                    return True
            elif isinstance(member, type):
                if member not in self._arbitrary:
                    try:
                        TypeAdapter(member)
                    except PydanticSchemaGenerationError:
                        self._arbitrary[member] = True
                    else:
                        self._arbitrary[member] = False
                if self._arbitrary[member]:
                    return True
        return False


_ARITY: Final[dict[Any, int]] = {list: 1, set: 1, frozenset: 1, dict: 2, collections.deque: 1, type: 1}
"""How many arguments there are where none is written."""


class _RecursiveError(Exception):
    """A named type refers to itself."""

    def __init__(self, alias: Any) -> None:
        super().__init__()
        self.alias = alias


def _literal(value: Any) -> _Expression:
    match value:
        case Enum():
            name = _imported(type(value), type(value).__qualname__)
            return _Imported(name.module, name.name, (*name.attributes, value.name))
        case str():
            return _quoted(value)
        case bytes():
            return f"b{_quoted(value.decode('latin-1'))}"
        case _:
            return repr(value)


def _quoted(text: str) -> str:
    """A string as formatters write it: in double quotes, unless these would have to be escaped more often."""
    quote = "'" if text.count('"') > text.count("'") else '"'
    body = repr(text + "'\"")[1:-4]  # with both in it, `repr` takes single quotes and escapes them
    return quote + re.sub(r"\\.|\"", lambda found: _requoted(found[0], quote), body) + quote


def _requoted(piece: str, quote: str) -> str:
    return f"\\{piece[-1]}" if piece[-1] == quote else piece[-1] if piece in ("\\'", '"') else piece


def _imported(value: Any, qualname: str) -> _Imported:
    """Where a class is imported from."""
    name, *attributes = qualname.split(".")
    where = value.__module__
    for module in _public(where):
        try:
            found = reduce(getattr, [name, *attributes], importlib.import_module(module))
        except (AttributeError, ImportError):
            continue
        if found is value:
            return _Imported(_name_of(module), name, tuple(attributes))
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


def _name_of(module: str) -> str:
    """The name under which others import a module, which may have been run, or loaded from its file."""
    loaded = sys.modules[module]
    spec = getattr(loaded, "__spec__", None)
    if module != "__main__" and not (spec is not None and spec.name.startswith("partway_model_")):
        return module
    if module == "__main__" and spec is not None:
        return str(spec.name)
    if getattr(loaded, "__file__", None) is None:
        raise UsageError(f"{module} is no file that could be imported: put the models into one")
    file = File(cast("str", loaded.__file__)).resolve()
    name, folder = file.stem, file.parent
    while (folder / "__init__.py").exists():
        name, folder = f"{folder.name}.{name}", folder.parent
    return name


# The module


class _Module:
    """Chooses the names, and writes everything down."""

    def __init__(self, walk: _Walk, types: Sequence[Any]) -> None:
        self._types = types
        self._classes = list(walk.stubs.values())
        self._order = {stub.of: index for index, stub in enumerate(self._classes)}
        self._latest = self._latest_named()
        self._forward = any(
            isinstance(leaf, _Stub) and self._order[leaf.of] >= index
            for index, stub in enumerate(self._classes)
            for part in stub.fields.values()
            for leaf in _leaves(part)
        )
        self._names: dict[_Imported | _Stub, str] = {}
        self._imports: dict[str, dict[str, str]] = {}
        # A field hides a class of the same name from the annotations of its own class, and nowhere else.
        self._taken = {
            name for stub in self._classes for name in stub.fields if name.endswith("SoFar") or name in stub.names()
        }
        # A TypedDict cannot say this for itself: it goes by the model that it stands in.
        self._arbitrary = any(stub.arbitrary for stub in self._classes if is_typed_dict(stub.of.cls))
        self._choose_names()

    def _latest_named(self) -> list[int]:
        """For each class the last one that has to be there before pydantic can complete it."""
        latest: list[int] = []
        for index, stub in enumerate(self._classes):
            named = {
                self._order[leaf.of]
                for part in stub.fields.values()
                for leaf in _leaves(part)
                if isinstance(leaf, _Stub)
            }
            latest.append(max([index, *(at if at >= index else latest[at] for at in named)]))
        return latest

    def _choose_names(self) -> None:
        bases = [self._base(stub) for stub in self._classes]
        if any(base.name == "RootModel" for base in bases):
            bases.append(_ANY)
        if any(self._config(stub) for stub in self._classes):
            bases.append(_CONFIG)
        for name in dict.fromkeys(bases):
            self._import(name)
        leaves = [leaf for stub in self._classes for part in stub.fields.values() for leaf in _leaves(part)]
        imported = {leaf for leaf in leaves if isinstance(leaf, _Imported)}
        for name in sorted(imported, key=lambda name: (name.module != "builtins", name.module, name.name)):
            self._import(name)
        for stub in self._classes:
            self._names[_Stub(stub.of)] = self._free(self._names_for(stub))

    def _names_for(self, stub: _Class) -> list[str]:
        """What the class may be called that is written for another, the best first."""
        cls = stub.of.cls
        qualname, bracket, args = spell(stub.of.type).partition("[")
        generic = getattr(cls, "__pydantic_generic_metadata__", None)
        qualname = cls.__qualname__ if not (generic and generic["origin"]) else generic["origin"].__qualname__
        module = cls.__module__.rpartition(".")[2]
        known = self._names.get(stub.whole) if isinstance(stub.whole, _Imported) else None
        named = [known or qualname.rpartition(".")[2], qualname, f"{module}_{qualname}"]
        return [f"{_title(name + bracket + args)}SoFar" for name in named]

    def _import(self, leaf: _Imported) -> None:
        known = self._imports.setdefault(leaf.module, {})
        if leaf.name not in known:
            module = leaf.module.rpartition(".")[2]
            name = leaf.name
            known[leaf.name] = self._free([name, _title(module) + name if name[:1].isupper() else f"{name}_"])
        self._names[leaf] = ".".join([known[leaf.name], *leaf.attributes])

    def _free(self, wanted: list[str]) -> str:
        """The first name that is not taken, or the last with a number."""
        numbered = (f"{wanted[-1]}{number}" for number in range(2, sys.maxsize))
        name = next(name for names in (wanted, numbered) for name in names if name not in self._taken)
        self._taken.add(name)
        return name

    def _base(self, stub: _Class) -> _Imported:
        if is_typed_dict(stub.of.cls):
            return _Imported("typing_extensions", "TypedDict")
        is_root = is_model(stub.of.cls) and issubclass(stub.of.cls, RootModel)
        return _Imported("pydantic", "RootModel" if is_root else "BaseModel")

    def _config(self, stub: _Class) -> list[str]:
        if is_typed_dict(stub.of.cls):
            return []
        config = ["arbitrary_types_allowed=True"] if stub.arbitrary or self._arbitrary else []
        if any(name.startswith("model_") for name in stub.fields):
            config.append("protected_namespaces=()")
        return config

    def text(self) -> str:
        """The whole module."""
        roots = ", ".join(spell(type_) for type_ in self._types)
        classes = ["\n".join(self._class(stub)) for stub in self._classes]
        rebuilt = [
            f"{self._names[_Stub(stub.of)]}.model_rebuild()"
            for index, stub in enumerate(self._classes)
            if self._latest[index] > index and not is_typed_dict(stub.of.cls)
        ]
        parts = [
            f'"""What has arrived of {roots}, for `stream(..., partial=...)`. Written by `partway stubs`."""',
            *self._import_blocks(),
        ]
        head = "\n\n".join(parts)
        tail = ["\n".join(rebuilt)] if rebuilt else []
        gap = "\n\n\n" if classes[0].startswith("class ") else "\n\n"
        return head + gap + "\n\n\n".join([*classes, *tail]) + "\n"

    def _import_blocks(self) -> Iterator[str]:
        if self._forward:
            yield "from __future__ import annotations"
        sections: dict[int, list[str]] = {}
        for module in sorted(self._imports, key=_natural):
            names = self._imports[module]
            lines = sections.setdefault(_section(module), [])
            plain = sorted((name for name in names if names[name] == name and module != "builtins"), key=_member_order)
            aliased = [name for name in names if names[name] != name]
            statements = {
                (_member_order(name), 1): [f"from {module} import {name} as {names[name]}"] for name in aliased
            }
            if plain:
                statements[_member_order(plain[0]), 0] = _from(module, plain)
            lines += [line for order in sorted(statements) for line in statements[order]]
        for section in sorted(sections):
            if sections[section]:
                yield "\n".join(sections[section])

    def _class(self, stub: _Class) -> list[str]:
        name, base = self._names[_Stub(stub.of)], self._names[self._base(stub)]
        described = f'"""{spell(stub.of.type)}, as far as it has arrived."""'
        if is_typed_dict(stub.of.cls):
            if not all(key.isidentifier() and not keyword.iskeyword(key) for key in stub.fields):
                return self._functional(name, base, stub)
            fields = [line for key, part in stub.fields.items() for line in self._field(key, part, "")]
            return [f"class {name}({base}, total=False):", f"    {described}", *([""] if fields else []), *fields]
        base = f"{base}[{self._names[_ANY]}]" if base == self._names.get(_Imported("pydantic", "RootModel")) else base
        lines = [f"class {name}({base}):", f"    {described}", ""]
        if config := self._config(stub):
            lines += [f"    model_config = {self._names[_CONFIG]}({', '.join(config)})", ""]
        for key, part in stub.fields.items():
            lines += self._field(key, part if part == _ANY else _either([part, "None"]), " = None")
        return lines if lines[-1] else lines[:-1]

    def _functional(self, name: str, base: str, stub: _Class) -> list[str]:
        """A TypedDict of which keys are no names."""
        lines = [f"{name} = {base}(", f'    "{name}",', "    {"]
        for key, part in stub.fields.items():
            lines += self._laid(part, 8, f"{_quoted(key)}: ", ",")
        return [*lines, "    },", "    total=False,", ")"]

    def _field(self, name: str, part: _Expression, default: str) -> list[str]:
        flat = f"    {name}: {self._flat(part)}"
        if len(flat + default) <= _WIDTH:
            return [flat + default]
        if default and not isinstance(part, _Subscript | _Alternatives) and len(flat) + len(" = (") > _WIDTH:
            return [flat + default]
        if default and len(flat) + len(" = (") <= _WIDTH:
            return [f"{flat} = (", f"        {default.removeprefix(' = ')}", "    )"]
        if isinstance(part, _Subscript) and len(f"    {name}: {self._flat(part.head)}[") <= _WIDTH:
            return self._laid(part, 4, f"{name}: ", "")
        return [f"    {name}: (", *self._laid(part, 8, "", ""), f"    ){default}"]

    def _flat(self, expression: _Expression) -> str:
        match expression:
            case str():
                return expression
            case _Subscript(head, args):
                return f"{self._flat(head)}[{', '.join(map(self._flat, args))}]"
            case _Alternatives(parts):
                return " | ".join(map(self._flat, parts))
            case _:
                return self._names[expression]

    def _laid(self, expression: _Expression, indent: int, before: str, after: str) -> list[str]:
        """An expression in as few lines as fit, broken where formatters break it."""
        space = " " * indent
        flat = f"{space}{before}{self._flat(expression)}{after}"
        if len(flat) <= _WIDTH:
            return [flat]
        match expression:
            case _Alternatives(parts):
                lines = []
                for index, part in enumerate(parts):
                    last = index == len(parts) - 1
                    lines += self._laid(part, indent, "| " if index else before, after if last else "")
                return lines
            case _Subscript(head, args):
                inner = f"{space}    {', '.join(map(self._flat, args))}"
                lines = [inner]
                if len(inner) > _WIDTH:
                    comma = "," if len(args) > 1 else ""
                    lines = [line for arg in args for line in self._laid(arg, indent + 4, "", comma)]
                return [f"{space}{before}{self._flat(head)}[", *lines, f"{space}]{after}"]
            case _:
                return [flat]


def _title(name: str) -> str:
    """`box[int]` as `BoxInt`: the words of a name, each with a capital."""
    return "".join(word[:1].upper() + word[1:] for word in re.split(r"[\W_]+", name))


def _section(module: str) -> int:
    """Where an import stands: Python's own, those that are installed, those of the project."""
    root = module.partition(".")[0]
    if root in sys.stdlib_module_names:
        return 0
    file = str(getattr(sys.modules.get(root), "__file__", None) or "")
    return (
        1
        if root in ("pydantic", "typing_extensions") or {"site-packages", "dist-packages"} & {*File(file).parts}
        else 2
    )


def _from(module: str, names: list[str]) -> list[str]:
    line = f"from {module} import {', '.join(names)}"
    return [line] if len(line) <= _WIDTH else [f"from {module} import (", *(f"    {name}," for name in names), ")"]


def _natural(name: str) -> tuple[tuple[int, int], ...]:
    """Order names as people do: `a9` before `a10`."""
    pieces = re.findall(r"\d+|\D", name.lower())
    return tuple((ord("0"), int(piece)) if piece[0].isdigit() else (ord(piece), 0) for piece in pieces)


def _member_order(name: str) -> tuple[int, tuple[tuple[int, int], ...], str]:
    """Order the names of an import: constants, classes, the rest."""
    kind = 0 if name.isupper() and len(name) > 1 else 1 if name[:1].isupper() else 2
    return kind, _natural(name), name
