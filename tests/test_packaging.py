"""What the package is, seen from outside: its names, its dependencies, and which part may know which."""

from __future__ import annotations

import ast
import importlib
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import pytest

import partway

if TYPE_CHECKING:
    from collections.abc import Iterator

PROJECT = Path(__file__).parent.parent
SOURCE = PROJECT / "src" / "partway"

# The flow of the design, from left to right: a module imports only modules that stand above it here.
FLOW = [
    "events",
    "errors",
    "_limits",
    "_compiled",
    "_paths",
    "_extent",
    "providers",
    "sse",
    "_objects",
    "_beginning",
    "_forms",
    "_landmarks",
    "_fence",
    "_strings",
    "_diagnose",
    "_lexemes",
    "_reader",
    "_markers",
    "_schema",
    "_from_text",
    "_shapes",
    "_kinds",
    "_unions",
    "_annotations",
    "_partial",
    "_misfits",
    "_view_makers",
    "_views",
    "_plan",
    "_snapshot",
    "_settle",
    "_frames",
    "_builder",
    "_operations",
    "_mismatch",
    "_prose",
    "_core",
    "_extractor",
    "_splitter",  # the core ends here
    "_listeners",
    "hooks",
    "_calls",
    "_feeds",
    "_steps",
    "_json_schema",
    "_skeleton",
    "_inlet",
    "_answer",
    "_intake",
    "_recorder",
    "_base_run",
    "_run",
    "_stream",
    "_router",
    "_pump",
    "_runs",
    "_documents",
    "_choices",
    "_arguments",
    "_tools",
    "__init__",
    "patches",
    "_recording",
    "_load_type",
    "_expressions",
    "_layout",
    "_stub_walk",
    "_stubs",
    "_output",
    "_replay",
    "_inspect",
    "web",
    "_outline",
    "_page",
    "_follow",
    "terminal",
    "notebook",
    "cli",
]
CORE = FLOW[: FLOW.index("_splitter") + 1]

# Who may import what is not of Python's own, other than for type checkers.
FOREIGN = {
    "ijson": {"_reader"},
    "pydantic": {
        "_plan",
        "_partial",
        "_json_schema",
        "_annotations",
        "_snapshot",
        "_view_makers",
        "_stub_walk",
        "_stubs",
        "_arguments",
        "patches",
        "web",
    },
    "pydantic_core": {"_plan", "_partial", "_view_makers", "patches"},
    # pydantic depends on it
    "typing_extensions": {
        "_annotations",
        "_views",
        "_extractor",
        "_base_run",
        "_run",
        "_runs",
        "_stub_walk",
        "_intake",
    },
    "click": {"cli"},
    "rich": {"terminal", "_inspect"},
    "starlette": {"web"},
    "uvicorn": {"web"},
}

IO_AND_CLOCKS = {"asyncio", "http", "os", "pathlib", "select", "socket", "ssl", "subprocess", "threading", "time"}

FILES = sorted(SOURCE.rglob("*.py"))


def name_of(file: Path) -> str:
    """A module's name in FLOW: `cli`, and `providers` for all of providers/."""
    return file.relative_to(SOURCE).parts[0].removesuffix(".py")


def imports(file: Path, *, runtime_only: bool = False) -> Iterator[str]:
    """The full names of the modules that a file imports, anywhere in it."""
    tree = ast.parse(file.read_text("utf-8"))
    skipped: set[ast.AST] = set()
    if runtime_only:
        for node in ast.walk(tree):
            if isinstance(node, ast.If) and ast.unparse(node.test) in ("TYPE_CHECKING", "typing.TYPE_CHECKING"):
                skipped.update(inner for statement in node.body for inner in ast.walk(statement))
    for node in ast.walk(tree):
        if node in skipped:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file.name}: a relative import; the project writes them in full"
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                yield inner if is_module(inner) else str(node.module)


def is_module(name: str) -> bool:
    path = SOURCE.parent.joinpath(*name.split("."))
    return name.startswith("partway.") and (path.is_dir() or path.with_suffix(".py").exists())


def parts_of_ours(file: Path) -> set[str]:
    """The modules of FLOW that a file imports."""
    names = [name.split(".") for name in imports(file)]
    return {parts[1] if len(parts) > 1 else "__init__" for parts in names if parts[0] == "partway"}


def foreign_of(file: Path) -> set[str]:
    """The packages of others that a file imports."""
    return {name.split(".")[0] for name in imports(file, runtime_only=True)} - {"partway"} - sys.stdlib_module_names


def test_every_module_has_its_place_in_the_flow():
    assert sorted({name_of(file) for file in FILES}) == sorted(FLOW)


FORMATS = [file for file in FILES if file.parent.name == "providers" and not file.name.startswith("_")]


@pytest.mark.parametrize("file", FORMATS, ids=lambda file: file.stem)
def test_a_format_is_one_short_module(file):
    assert len(file.read_text("utf-8").splitlines()) < 150
    known = {file.stem for file in FORMATS}
    assert not known & {name.rpartition(".")[2] for name in imports(file) if name.startswith("partway.providers.")}


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(SOURCE)))
def test_no_part_imports_one_to_its_right(file):
    name = name_of(file)
    allowed = set(FLOW[: FLOW.index(name)])
    if file.parent != SOURCE:  # a package's modules import each other
        allowed.add(name)
    assert parts_of_ours(file) <= allowed


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(SOURCE)))
def test_only_those_know_other_packages_that_may(file):
    assert all(name_of(file) in FOREIGN.get(package, ()) for package in foreign_of(file))


@pytest.mark.parametrize("package", FOREIGN)
def test_those_that_may_know_another_package_do(package):
    assert {name_of(file) for file in FILES if package in foreign_of(file)} == FOREIGN[package]


@pytest.mark.parametrize("file", [file for file in FILES if name_of(file) in CORE], ids=lambda file: file.stem)
def test_the_core_does_no_io_and_knows_no_clock(file):
    assert not {name.split(".")[0] for name in imports(file)} & IO_AND_CLOCKS


def test_the_package_is_its_names_and_nothing_else():
    tree = ast.parse((SOURCE / "__init__.py").read_text("utf-8"))
    docstring, *froms, names = tree.body
    assert isinstance(docstring, ast.Expr)
    assert all(isinstance(statement, ast.ImportFrom) for statement in froms)
    assert isinstance(names, ast.Assign)
    assert ast.unparse(names.targets[0]) == "__all__"
    assert ast.literal_eval(names.value) == partway.__all__


def test_every_public_name_is_there_once_and_in_order():
    assert partway.__all__ == sorted(set(partway.__all__))
    public = {name for name, value in vars(partway).items() if name[0] != "_" and not isinstance(value, ModuleType)}
    assert set(partway.__all__) == public


@pytest.mark.parametrize("name", ["stream", "Extractor", "Partial", "Limits", "State", "Opened", "UsageError"])
def test_a_name_of_the_design_is_public(name):
    assert name in partway.__all__


@pytest.mark.parametrize("name", partway.__all__)
def test_a_public_name_is_exported_by_the_module_that_defines_it_and_documented(name):
    value = getattr(partway, name)
    module = getattr(value, "__module__", None)
    if module is None or not module.startswith("partway"):  # the alias of a type
        return
    assert name in importlib.import_module(module).__all__
    assert value.__doc__


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(SOURCE)))
def test_a_module_says_what_it_is_and_what_it_exports(file):
    tree = ast.parse(file.read_text("utf-8"))
    assert ast.get_docstring(tree)
    assert any(isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__" for node in tree.body)


def test_type_checkers_are_told_that_there_are_types():
    assert (SOURCE / "py.typed").exists()


def test_the_runtime_dependencies_are_two():
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))["project"]
    assert {re.split(r"[^\w-]", needed)[0] for needed in project["dependencies"]} == {"ijson", "pydantic"}


def test_the_import_brings_no_extra_along():
    program = "import sys, partway; print(sorted({'asyncio', 'click', 'openai', 'rich'} & set(sys.modules)))"
    # what pydantic itself imports is not ours to say
    baseline = program.replace("partway", "pydantic, ijson")
    told = [
        subprocess.run([sys.executable, "-c", each], check=True, capture_output=True, text=True).stdout  # noqa: S603
        for each in (program, baseline)
    ]
    assert told[0] == told[1]
