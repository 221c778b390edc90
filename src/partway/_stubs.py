"""Writing partial classes: `partway stubs shop:Order` gives `class OrderSoFar(BaseModel)`, and one for all it holds.

What is written is to be read, changed and kept by people, so it looks as they would write it: a class after those that
it names, names without numbers where that can be, no import that is not needed. It is made in three steps. `Walk` goes
through the types and finds out which classes there are, and what stands in their fields. Here each gets its name,
which depends on everything else in the module. `Layout` makes lines of it.
"""

from __future__ import annotations

import keyword
import re
import sys
from collections.abc import Sequence
from typing import Any, Final

from pydantic import RootModel

from partway._annotations import is_model, is_typed_dict, spell
from partway._expressions import ANY, Imported, Stub, either, quoted
from partway._layout import Layout, import_blocks
from partway._stub_walk import StubClass, Walk
from partway.errors import UsageError

__all__ = ["write_stubs"]

_CONFIG: Final = Imported("pydantic", "ConfigDict")


def write_stubs(types: Sequence[Any]) -> str:
    """The text of a module with a partial class for each model, dataclass and TypedDict in some types.

    Raises:
        UsageError: There is none, or one cannot be imported by the module.
    """
    walk = Walk()
    for type_ in types:
        walk.expression(type_)
    if not walk.stubs:
        named = ", ".join(spell(type_) for type_ in types)
        raise UsageError(f"{named}: no model, dataclass or TypedDict in it, so there is nothing to write classes for")
    return _Module(walk, types).text()


class _Module:
    """Chooses the names, and writes everything down.

    The order of imports and classes decides who gets a name that several want, so it is the same in every run.
    """

    def __init__(self, walk: Walk, types: Sequence[Any]) -> None:
        self._types = types
        self._classes = list(walk.stubs.values())
        self._order = {stub.of: index for index, stub in enumerate(self._classes)}
        self._latest = self._latest_named()
        self._forward = any(
            self._order[named] >= index for index, stub in enumerate(self._classes) for named in stub.stubs()
        )
        self._layout = Layout(lambda leaf: self._names[leaf])
        self._names: dict[Imported | Stub, str] = {}
        self._imports: dict[str, dict[str, str]] = {}
        # A field hides a class of the same name from the annotations of its own class, and nowhere else.
        self._taken = {name for stub in self._classes for name in stub.hides()}
        self._taken |= {name for stub in self._classes for name in stub.fields if name.endswith("SoFar")}
        # A TypedDict cannot say this for itself: it goes by the model that it stands in.
        self._arbitrary = any(stub.arbitrary for stub in self._classes if is_typed_dict(stub.of.cls))
        self._choose_names()

    def _latest_named(self) -> list[int]:
        """For each class the last one that has to be there before pydantic can complete it."""
        latest: list[int] = []
        for index, stub in enumerate(self._classes):
            named = [self._order[of] for of in stub.stubs()]
            latest.append(max([index, *(at if at >= index else latest[at] for at in named)]))
        return latest

    def _choose_names(self) -> None:
        """Name what is always needed first, then builtins, and last what is written: that can be called anything."""
        bases = [self._base(stub) for stub in self._classes]
        if any(base.name == "RootModel" for base in bases):
            bases.append(ANY)
        if any(self._config(stub) for stub in self._classes):
            bases.append(_CONFIG)
        for name in dict.fromkeys(bases):
            self._import(name)
        imported = {leaf for stub in self._classes for leaf in stub.leaves() if isinstance(leaf, Imported)}
        for name in sorted(imported, key=lambda name: (name.module != "builtins", name.module, name.name)):
            self._import(name)
        for stub in self._classes:
            self._names[Stub(stub.of)] = self._free(self._names_for(stub))

    def _names_for(self, stub: StubClass) -> list[str]:
        """What the class may be called that is written for another, the best first."""
        cls = stub.of.cls
        qualname, bracket, args = spell(stub.of.type).partition("[")
        generic = getattr(cls, "__pydantic_generic_metadata__", None)
        qualname = cls.__qualname__ if not (generic and generic["origin"]) else generic["origin"].__qualname__
        module = cls.__module__.rpartition(".")[2]
        known = self._names.get(stub.whole) if isinstance(stub.whole, Imported) else None
        named = [known or qualname.rpartition(".")[2], qualname, f"{module}_{qualname}"]
        return [f"{_titled(name + bracket + args)}SoFar" for name in named]

    def _import(self, leaf: Imported) -> None:
        """Have it imported, under another name if its own is taken."""
        known = self._imports.setdefault(leaf.module, {})
        if leaf.name not in known:
            module = leaf.module.rpartition(".")[2]
            name = leaf.name
            known[leaf.name] = self._free([name, _titled(module) + name if name[:1].isupper() else f"{name}_"])
        self._names[leaf] = ".".join([known[leaf.name], *leaf.attributes])

    def _free(self, wanted: list[str]) -> str:
        """The first name that is not taken, or the last with a number."""
        numbered = (f"{wanted[-1]}{number}" for number in range(2, sys.maxsize))
        name = next(name for names in (wanted, numbered) for name in names if name not in self._taken)
        self._taken.add(name)
        return name

    def _base(self, stub: StubClass) -> Imported:
        if is_typed_dict(stub.of.cls):
            return Imported("typing_extensions", "TypedDict")
        is_root = is_model(stub.of.cls) and issubclass(stub.of.cls, RootModel)
        return Imported("pydantic", "RootModel" if is_root else "BaseModel")

    def _config(self, stub: StubClass) -> list[str]:
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
            f"{self._names[Stub(stub.of)]}.model_rebuild()"
            for index, stub in enumerate(self._classes)
            if self._latest[index] > index and not is_typed_dict(stub.of.cls)
        ]
        parts = [
            f'"""What has arrived of {roots}, for `stream(..., partial=...)`. Written by `partway stubs`."""',
            *(["from __future__ import annotations"] if self._forward else []),
            *import_blocks(self._imports),
        ]
        head = "\n\n".join(parts)
        tail = ["\n".join(rebuilt)] if rebuilt else []
        gap = "\n\n\n" if classes[0].startswith("class ") else "\n\n"
        return head + gap + "\n\n\n".join([*classes, *tail]) + "\n"

    def _class(self, stub: StubClass) -> list[str]:
        name, base = self._names[Stub(stub.of)], self._names[self._base(stub)]
        described = f'"""{spell(stub.of.type)}, as far as it has arrived."""'
        if is_typed_dict(stub.of.cls):
            if not all(key.isidentifier() and not keyword.iskeyword(key) for key in stub.fields):
                return self._functional(name, base, stub)
            fields = [line for key, part in stub.fields.items() for line in self._layout.field(key, part, "")]
            return [f"class {name}({base}, total=False):", f"    {described}", *([""] if fields else []), *fields]
        base = f"{base}[{self._names[ANY]}]" if base == self._names.get(Imported("pydantic", "RootModel")) else base
        lines = [f"class {name}({base}):", f"    {described}", ""]
        if config := self._config(stub):
            lines += [f"    model_config = {self._names[_CONFIG]}({', '.join(config)})", ""]
        for key, part in stub.fields.items():
            lines += self._layout.field(key, part if part == ANY else either([part, "None"]), " = None")
        return lines if lines[-1] else lines[:-1]

    def _functional(self, name: str, base: str, stub: StubClass) -> list[str]:
        """A TypedDict of which keys are no names."""
        lines = [f"{name} = {base}(", f'    "{name}",', "    {"]
        for key, part in stub.fields.items():
            lines += self._layout.laid(part, 8, f"{quoted(key)}: ", ",")
        return [*lines, "    },", "    total=False,", ")"]


def _titled(name: str) -> str:
    """`box[int]` as `BoxInt`: the words of a name, each with a capital."""
    return "".join(word[:1].upper() + word[1:] for word in re.split(r"[\W_]+", name))
