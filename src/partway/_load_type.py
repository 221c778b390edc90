"""Finding a type by the name that a user gives on the command line: `module:Name`, a file, `file.py:Name`.

A name may be left out where a file leaves no choice, which is so as long as one class with fields is referred to by
no other: people write the parts of a model beside it. Modules and files are imported, so whatever goes wrong in them
is the user's, and is told as what was asked for and why it failed.

A file is not imported by its own name: that may be the name of another module, `json.py` say. Who has to write an
import of it later, as the stubs do, asks `module_name`.
"""

from __future__ import annotations

import functools
import importlib
import importlib.util
import os
import sys
from pathlib import Path as File
from typing import TYPE_CHECKING, Any, Final, get_args, get_type_hints

from partway._annotations import structured
from partway.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

__all__ = ["load_type", "module_name"]

_OF_FILE: Final = "partway_model_"
"""What the names of modules begin with that were loaded from their files."""


def load_type(named: str, loaded: dict[str, ModuleType] | None = None) -> Any:
    """Find the type that a user names.

    Args:
        named: `module:Name`, `path/to/file.py` or `path/to/file.py:Name`; the name may have dots in it.
        loaded: The modules of types that were found before, by what was written in front of the colon. A file that
            is named twice is loaded once, so that its classes are the same.

    Raises:
        UsageError: There is no such type, or importing the module failed.
    """
    where, _, name = (named, "", "") if named.endswith(".py") else named.rpartition(":")
    if not where:
        raise UsageError(f"{named}: write module:Name, path/to/file.py or path/to/file.py:Name")
    module = (loaded or {}).get(where) or _module(where, named)
    if loaded is not None:
        loaded[where] = module
    if not name:
        return _only_type(module, where)
    try:
        return functools.reduce(getattr, name.split("."), module)
    except AttributeError as error:
        raise UsageError(f"{named}: {where} has no {name}") from error


def module_name(name: str) -> str:
    """The name by which others import a module that is loaded, though it was run, or loaded from its file.

    Raises:
        UsageError: It is no file.
    """
    module = sys.modules[name]
    spec = getattr(module, "__spec__", None)
    if name != "__main__" and not (spec is not None and spec.name.startswith(_OF_FILE)):
        return name
    if name == "__main__" and spec is not None:  # of `python -m`
        return str(spec.name)
    if getattr(module, "__file__", None) is None:
        raise UsageError(f"{name} is no file that could be imported: put the models into one")
    file = File(str(module.__file__)).resolve()
    found, folder = file.stem, file.parent
    while (folder / "__init__.py").exists():
        found, folder = f"{folder.name}.{found}", folder.parent
    return found


def _module(where: str, named: str) -> ModuleType:
    try:
        return _import_file(File(where)) if where.endswith(".py") else _import_module(where)
    except UsageError:
        raise
    except (Exception, SystemExit) as error:
        raise UsageError(f"{named}: importing {where} failed: {type(error).__name__}: {error}") from error


def _import_module(name: str) -> ModuleType:
    sys.path.insert(0, os.getcwd())  # noqa: PTH109  # as `python -m` does; a console script has its own folder there
    return importlib.import_module(name)


def _import_file(file: File) -> ModuleType:
    spec = importlib.util.spec_from_file_location(_OF_FILE + file.stem, file)
    if not file.is_file() or spec is None or spec.loader is None:
        raise UsageError(f"{file}: there is no such file")
    sys.path.insert(0, str(file.resolve().parent))
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # annotations are looked up there
    spec.loader.exec_module(module)
    return module


def _only_type(module: ModuleType, where: str) -> Any:
    """Find the one model, dataclass or TypedDict of a module that none of its others refers to."""
    own = {
        name: value
        for name, value in vars(module).items()
        if isinstance(value, type) and value.__module__ == module.__name__ and structured(value) is not None
    }
    referred = {id(kind) for value in own.values() for kind in _kinds_in(value) if kind is not value}
    roots = {name: value for name, value in own.items() if id(value) not in referred}
    if len(roots) == 1:
        return next(iter(roots.values()))
    if not own:
        raise UsageError(f"{where}: it defines no model, dataclass or TypedDict; name a type: {where}:Name")
    names = ", ".join(roots or own)
    raise UsageError(f"{where}: it defines several types; say which: {where}:Name, one of {names}")


def _kinds_in(value: type) -> Iterator[Any]:
    """Find the classes that a class refers to: its bases, and whatever stands in its annotations."""
    try:
        todo = [*value.__mro__[1:], *get_type_hints(value).values()]
    except (NameError, TypeError):
        todo = [*value.__mro__[1:]]
    while todo:
        kind = todo.pop()
        yield kind
        todo += [*get_args(kind), *([kind.__value__] if hasattr(kind, "__value__") else [])]
