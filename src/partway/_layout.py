"""Lines of source code, laid out as the formatters of today lay them out, at 120 characters.

What `partway stubs` writes goes into somebody's repository. There a formatter and a linter run, and a file that they
change at once would be a file that differs from what is written the next time. So the rules are those of ruff and
Black for what occurs in annotations, and of isort for imports; a test runs ruff over every case.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path as File
from typing import Final

from partway._expressions import Alternatives, Expression, Imported, Stub, Subscript

__all__ = ["Layout", "import_blocks"]

_WIDTH: Final = 120


class Layout:
    """Lays out annotations.

    Args:
        name_of: What a class is called.
    """

    def __init__(self, name_of: Callable[[Imported | Stub], str]) -> None:
        self._name_of = name_of

    def field(self, name: str, part: Expression, default: str) -> list[str]:
        """A field of a class; `default` has the equals sign, and may be empty."""
        flat = f"    {name}: {self._flat(part)}"
        if len(flat + default) <= _WIDTH:
            return [flat + default]
        if default and not isinstance(part, Subscript | Alternatives) and len(flat) + len(" = (") > _WIDTH:
            return [flat + default]
        if default and len(flat) + len(" = (") <= _WIDTH:
            return [f"{flat} = (", f"        {default.removeprefix(' = ')}", "    )"]
        if isinstance(part, Subscript) and len(f"    {name}: {self._flat(part.head)}[") <= _WIDTH:
            return self.laid(part, 4, f"{name}: ", "")
        return [f"    {name}: (", *self.laid(part, 8, "", ""), f"    ){default}"]

    def laid(self, expression: Expression, indent: int, before: str, after: str) -> list[str]:
        """An expression in as few lines as fit, broken where formatters break it."""
        space = " " * indent
        flat = f"{space}{before}{self._flat(expression)}{after}"
        if len(flat) <= _WIDTH:
            return [flat]
        match expression:
            case Alternatives(parts):
                lines = []
                for index, part in enumerate(parts):
                    last = index == len(parts) - 1
                    lines += self.laid(part, indent, "| " if index else before, after if last else "")
                return lines
            case Subscript(head, args):
                inner = f"{space}    {', '.join(map(self._flat, args))}"
                lines = [inner]
                if len(inner) > _WIDTH:
                    comma = "," if len(args) > 1 else ""
                    lines = [line for arg in args for line in self.laid(arg, indent + 4, "", comma)]
                return [f"{space}{before}{self._flat(head)}[", *lines, f"{space}]{after}"]
            case _:
                return [flat]

    def _flat(self, expression: Expression) -> str:
        match expression:
            case str():
                return expression
            case Subscript(head, args):
                return f"{self._flat(head)}[{', '.join(map(self._flat, args))}]"
            case Alternatives(parts):
                return " | ".join(map(self._flat, parts))
            case _:
                return self._name_of(expression)


def import_blocks(imports: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    """The blocks of imports, sorted.

    Args:
        imports: For each module the names that are taken from it, and what each is called here.
    """
    sections: dict[int, list[str]] = {}
    for module in sorted(imports, key=_natural):
        names = imports[module]
        lines = sections.setdefault(_section(module), [])
        plain = sorted((name for name in names if names[name] == name and module != "builtins"), key=_member_order)
        aliased = [name for name in names if names[name] != name]
        statements = {(_member_order(name), 1): [f"from {module} import {name} as {names[name]}"] for name in aliased}
        if plain:
            statements[_member_order(plain[0]), 0] = _from(module, plain)
        lines += [line for order in sorted(statements) for line in statements[order]]
    for section in sorted(sections):
        if sections[section]:
            yield "\n".join(sections[section])


def _section(module: str) -> int:
    """Where an import stands: Python's own, those that are installed, those of the project."""
    root = module.partition(".")[0]
    if root in sys.stdlib_module_names:
        return 0
    file = File(str(getattr(sys.modules.get(root), "__file__", None) or ""))
    is_installed = root in ("pydantic", "typing_extensions") or {"site-packages", "dist-packages"} & {*file.parts}
    return 1 if is_installed else 2


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
