"""The peers that have a language of types of their own, or are written in another one.

What pydantic's types say is said again here in the terms of LangDiff and of BAML, as their documentation advises for
streams. The AI SDK runs on node.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from datetime import date, datetime
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any, cast

from pydantic import Field

from benchmarks.compared import models
from benchmarks.compared.cases import CASES, Case
from benchmarks.compared.peers import MissingError, Peer, Tell
from benchmarks.compared.story import CALLS, Shown, Story, Told, anew, fed, see, show

BAML = {
    "enum": """
enum Color {
  Red @alias("red")
  Green @alias("green")
}
class Lamp {
  room string
  color Color
}""",
    "member": """
enum Level {
  Low @alias("low")
  High @alias("high")
  Highest @alias("highest")
}
class Ticket {
  title string
  level Level
}""",
    "date": """
class Trip {
  place string
  day string @stream.done
}""",
    "datetime": """
class Train {
  place string
  leaves string @stream.done
}""",
    "number": """
class Town {
  people int
  name string
}""",
    "union": """
class Circle {
  kind "circle" @stream.not_null
  radius int
}
class Square {
  kind "square" @stream.not_null
  side int
}
class Drawing {
  shapes (Circle | Square)[]
}""",
    "validator": """
class Span {
  start int
  end int
  @@assert(ordered, {{ this.end >= this.start }})
}
class Booking {
  name string
  span Span
}""",
    "element": """
class Line {
  sku string
  count int
}
class Order {
  lines Line[]
}""",
    "null": """
class Person {
  name string
  nickname string? @stream.with_state
  age int?
}""",
    "escape": """
class Place {
  name string
}""",
    "truncated": """
class Job {
  title string
  retries int?
  urgent bool?
}""",
}
"""The types in the language of BAML; it has no dates, and no defaults."""
_SAME = {"prose": "member", "broken": "member"}

_BAML_FRAME = """
generator python {
  output_type "python/pydantic"
  output_dir ".."
  version "%s"
  default_client_mode sync
}
client<llm> Nobody {
  provider openai
  options {
    model "none"
    api_key "none"
  }
}
"""
_BAML_FUNCTION = """
function Get%s(text: string) -> %s {
  client Nobody
  prompt #"{{ text }}"#
}
"""


def _baml(_: Path | None) -> Tell:
    if shutil.which("baml-cli", path=_path()) is None:
        raise MissingError("`baml-cli` is not on the path")
    os.environ["BAML_LOG"] = "off"
    names = {case.name: case.model.__name__ for case in CASES}
    parts = [_BAML_FRAME % version("baml-py"), *BAML.values()]
    parts += [_BAML_FUNCTION % (names[name], names[name]) for name in BAML]
    with tempfile.TemporaryDirectory(prefix="baml") as folder:
        source = Path(folder) / "baml_src" / "main.baml"
        source.parent.mkdir()
        source.write_text("\n".join(parts), encoding="utf-8")
        run = subprocess.run(
            ["baml-cli", "generate"],  # noqa: S607  # found above
            cwd=folder,
            env={**os.environ, "PATH": _path()},
            capture_output=True,
            text=True,
            check=False,
        )
        if run.returncode:
            raise MissingError(f"`baml-cli generate` failed: {_first_line(run.stderr)}")
        sys.path.insert(0, folder)
        try:
            client = import_module("baml_client").b
        finally:
            sys.path.remove(folder)

    def tell(case: Case) -> Story:
        function = f"Get{names[_SAME.get(case.name, case.name)]}"
        return anew(case.text, getattr(client.parse_stream, function), getattr(client.parse, function), case.told)

    return tell


def _first_line(text: str) -> str:
    return next((line.strip() for line in text.splitlines() if line.strip()), "it does not say why")


def _path() -> str:
    """Where commands are looked for: beside this Python first."""
    return os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", "")))


def _langdiff(_: Path | None) -> Tell:
    ld = import_module("langdiff")
    shape = Annotated[models.Circle | models.Square, Field(discriminator="kind")]
    fields = {
        "enum": {"room": ld.String, "color": ld.Atom[models.Color]},
        "member": {"title": ld.String, "level": ld.Atom[models.Level]},
        "date": {"place": ld.String, "day": ld.Atom[date]},
        "datetime": {"place": ld.String, "leaves": ld.Atom[datetime]},
        "number": {"people": ld.Atom[int], "name": ld.String},
        "union": {"shapes": ld.Atom[list[shape]]},
        "default": {"title": ld.String, "retries": ld.Atom[int], "urgent": ld.Atom[bool]},
        "validator": {"name": ld.String, "span": ld.Atom[models.Span]},
        "element": {"lines": ld.List[models.Line]},
        "null": {"name": ld.String, "nickname": ld.Atom[str | None], "age": ld.Atom[int | None]},
        "escape": {"name": ld.String},
        "broken": {"title": ld.String, "level": ld.Atom[models.Level]},
        "truncated": {"title": ld.String, "retries": ld.Atom[int], "urgent": ld.Atom[bool]},
    }

    def tell(case: Case) -> Story:
        root = type(case.model.__name__, (ld.Object,), {"__annotations__": fields[case.name]})()
        value: dict[str, Any] = {}
        for name in fields[case.name]:
            _listen(ld, getattr(root, name), value, name)
        parser = ld.Parser(root)

        def feed(character: str) -> Any:
            parser.push(character)
            return value

        def end() -> Any:
            parser.complete()
            return value

        return fed(case.text, feed, end, case.told)

    return tell


def _listen(ld: Any, place: Any, value: dict[str, Any], name: str) -> None:
    """Put what the callbacks of a place bring into a dict, as its user would."""
    if isinstance(place, ld.String):
        place.on_append(lambda text: value.update({name: value.get(name, "") + text}))
    elif isinstance(place, ld.List):
        place.on_start(lambda: value.update({name: []}))
        place.on_append(lambda element, _: value[name].append(element))
    else:
        place.on_complete(lambda whole: value.update({name: whole}))


_SCRIPT = """
import { readFileSync } from "node:fs";
import { parsePartialJson } from "ai";
const told = [];
for (const text of JSON.parse(readFileSync(0, "utf8"))) {
  const cuts = [];
  for (let n = 0; n <= text.length; n++) cuts.push(await parsePartialJson(text.slice(0, n)));
  told.push(cuts);
}
console.log(JSON.stringify(told));
"""


def _ai(folder: Path | None) -> Tell:
    _ai_version(folder)
    texts = [case.text for case in CASES]
    run = subprocess.run(  # noqa: S603  # the script above
        ["node", "--input-type=module", "-e", _SCRIPT],  # noqa: S607  # wherever it is installed
        input=json.dumps(texts),
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    if run.returncode:
        raise MissingError(f"node failed: {_first_line(run.stderr)}")
    by_text = dict(zip(texts, json.loads(run.stdout), strict=True))

    def tell(case: Case) -> Story:
        CALLS.clear()
        shown = [
            show(cut.get("value")) if cut["state"] != "failed-parse" else Shown("nothing") for cut in by_text[case.text]
        ]
        last = by_text[case.text][-1]
        state = "" if last["state"] == "successful-parse" else f"state: {last['state']}"
        return Story(shown, see(lambda: Told(last.get("value"), state), case.told))

    return tell


def _ai_version(folder: Path | None) -> str:
    if folder is None:
        raise MissingError("`--node FOLDER` names no folder in which `npm install ai` was run")
    if shutil.which("node") is None:
        raise MissingError("`node` is not on the path")
    manifest = folder / "node_modules" / "ai" / "package.json"
    if not manifest.is_file():
        raise MissingError("`npm install ai` was not run in the folder of `--node`")
    return cast("str", json.loads(manifest.read_text(encoding="utf-8"))["version"])


PEERS = (
    Peer(
        "LangDiff",
        ("langdiff",),
        "`Parser(root).push`, the same type in its own terms (what must be whole, and a union, is an `Atom`), and what "
        "its callbacks bring",
        _langdiff,
        cannot=(("prose", "takes bare JSON only"),),
    ),
    Peer(
        "BAML",
        ("baml-py",),
        "`b.parse_stream.GetT(so_far)` of code that `baml-cli generate` makes of the same type in its own language; a "
        "date is a string `@stream.done`, a tag is `@stream.not_null`, what may be null is `@stream.with_state`",
        _baml,
        finds=True,
        cannot=(("default", "has no defaults"),),
    ),
    Peer(
        "AI SDK",
        (),
        "`parsePartialJson(so_far)`, which is behind `streamObject`, on node",
        _ai,
        typed=False,
        elsewhere=_ai_version,
    ),
)
