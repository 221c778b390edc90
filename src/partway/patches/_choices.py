"""What may dump the value of one place, as pydantic's core schema says.

A schema may have a serializer of the user's, or of pydantic's own with rules of its own; then nothing is known of how
the dump comes about. Whatever is not listed here is taken for such a one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from pydantic_core import SchemaSerializer

from partway._schema import Schema, choices_of, refers

__all__ = ["ATOMS", "BUILT_IN", "Schemas", "dumped_key", "looks_around", "unwrapped"]

_WRAPPERS: Final = frozenset(("default", "nullable", "function-after", "function-before", "function-wrap"))
"""Schemas that say nothing of how a value is dumped, unless they have a serializer of their own."""

ATOMS: Final[Mapping[str, tuple[type, ...]]] = {
    "str": (str,),
    "int": (int,),
    "float": (float,),
    "bool": (bool,),
    "none": (type(None),),
    "literal": (str, int, bool, type(None)),
    "any": (str, int, float, bool, type(None)),
}
"""What each schema leaves as it is."""

BUILT_IN: Final = ATOMS.keys() | {
    "date", "datetime", "time", "timedelta", "decimal", "uuid", "bytes", "enum", "list", "tuple", "set", "frozenset",
    "dict", "model", "dataclass", "typed-dict",
}  # fmt: skip
"""Schemas whose serializers pass on what is not theirs."""


def unwrapped(schema: Schema) -> Schema:
    """The schema inside what says nothing of how a value is dumped."""
    while schema["type"] in _WRAPPERS and "serialization" not in schema:
        schema = schema["schema"]
    return schema


def dumped_key(name: str, field: Schema, dumped: set[str]) -> str | None:
    """The key that a field is dumped under."""
    if field.get("serialization_exclude") or name not in dumped:
        return None
    key: str = field.get("serialization_alias", name)
    return key


def looks_around(field: Schema) -> bool:
    """Whether the serializer of a field looks at the object around it."""
    if field.get("serialization_exclude_if") is not None:
        return True
    serialization = unwrapped(field["schema"]).get("serialization") or {}
    return bool(serialization.get("is_field_serializer"))


def _as_a_list(schema: Schema) -> bool:
    """Whether the serializer of a schema is pydantic's own for sequences, which dumps a list as any list is dumped."""
    function = schema["serialization"].get("function")
    return schema["type"] == "json-or-python" and getattr(function, "__name__", "") == "serialize_sequence_via_list"


class Schemas:
    """The core schema of one type, with what it refers to.

    Attributes:
        root: The schema of the whole.
    """

    def __init__(self, schema: Schema) -> None:
        self._definitions: dict[str, Schema] = {}
        while schema["type"] == "definitions":
            self._definitions.update((part["ref"], part) for part in schema["definitions"])
            schema = schema["schema"]
        self.root = schema

    def resolved(self, schema: Schema) -> Schema:
        """The schema that a reference refers to; any other as it is."""
        while schema["type"] == "definition-ref" and "serialization" not in schema:
            schema = self._definitions[schema["schema_ref"]]
        return schema

    def choices(self, schema: Schema) -> tuple[list[Schema] | None, bool]:
        """The schemas that may dump a value here, and whether no function of the user's runs on it.

        `None` if a serializer of the user's dumps it, or something else of which nothing is known.
        """
        found: list[Schema] = []
        direct = True
        todo = [schema]
        refs: set[str] = set()
        while todo:
            part = todo.pop()
            if "serialization" in part and not _as_a_list(part):
                return None, False
            match part["type"]:
                case kind if kind in _WRAPPERS:
                    direct &= not kind.startswith("function-")
                    todo.append(part["schema"])
                    if kind == "nullable":
                        found.append({"type": "none"})
                case "union" | "tagged-union":
                    todo += choices_of(part).values()
                case "json-or-python":
                    todo.append(part["json_schema"])
                case "definition-ref":
                    if part["schema_ref"] not in refs:
                        refs.add(part["schema_ref"])
                        todo.append(self._definitions[part["schema_ref"]])
                case _:
                    found.append(part)
        return list({id(part): part for part in found}.values()), direct

    def is_around(self, schema: Schema) -> bool:
        """Whether a serializer of the user's may dump a value here, one that is not that of the value's own class."""
        schema = self.resolved(schema)
        if "serialization" in schema:
            own = schema["cls"].__pydantic_decorators__.model_serializers if schema["type"] == "model" else {}
            return all(one.func != schema["serialization"].get("function") for one in own.values())
        if schema["type"] in ("union", "tagged-union"):
            return any(self.is_around(choice) for choice in choices_of(schema).values())
        return schema["type"] in _WRAPPERS and self.is_around(schema["schema"])

    def serializer(self, schema: Schema, config: Schema) -> Any:
        """Compile the serializer of a place."""
        part: Any = schema
        own = getattr(schema.get("cls"), "__pydantic_serializer__", None)
        if schema["type"] == "model" and "serialization" not in schema and isinstance(own, SchemaSerializer):
            return own
        if self._definitions and refers(schema):
            if schema.get("ref") in self._definitions:
                part = {"type": "definition-ref", "schema_ref": schema["ref"]}
            part = {"type": "definitions", "schema": part, "definitions": list(self._definitions.values())}
        settings: Any = config or None
        return SchemaSerializer(part, settings)
