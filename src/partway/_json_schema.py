"""pydantic's JSON schema of a type, and how to read it: what stands behind its references, and which lead in circles.

This is beside the core, which reads the core schema: only the JSON schema has titles and descriptions. It is that of
`TypeAdapter(T).json_schema()` with these differences, each for the eye of a reader:

- A place that JSON schema has no words for (a `Callable`, a class of the user's own) is `{}`; pydantic would refuse
  the whole type for it.
- A field without a title is titled by its name in Python. pydantic titles the alias `unitPrice` "Unitprice", and leaves
  a field of a model's or enum's type untitled, so that two fields of one type would bear the same name.
- A `Decimal` is a number; pydantic describes it as a union of number and string.
- A field has all its JSON keys under `NAMES`, where pydantic has the first only.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, TypeAlias

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue

from partway._plan import adapter_for
from partway._schema import alias_paths, fields_of, keys_of
from partway.errors import UsageError

__all__ = ["NAMES", "Definitions", "Schema", "json_schema"]

Schema: TypeAlias = Mapping[str, Any]
"""A JSON schema, or a core schema of which one is made."""

NAMES: Final = "x-partway-names"
"""Where the JSON keys of a field stand in its schema."""

_REF: Final = "#/$defs/"
_UNIONS: Final = ("anyOf", "oneOf")


def json_schema(type_: Any) -> Schema:
    """The JSON schema of what may be given for a type.

    Raises:
        UsageError: pydantic cannot validate the type, or code of the user's own fails to make its JSON schema.
    """
    adapter = adapter_for(type_)
    try:
        return adapter.json_schema(schema_generator=_Generator, mode="validation", by_alias=True)
    except Exception as error:  # raised by what the user has written for the schema
        raise UsageError(
            f"pydantic cannot make a JSON schema of {type_!r}: see that TypeAdapter(...).json_schema() works; "
            "a json_schema_extra or __get_pydantic_json_schema__ may be at fault"
        ) from error


class _Generator(GenerateJsonSchema):
    """pydantic's JSON schema, with the differences that the module names."""

    ignored_warning_kinds = {"skipped-choice", "non-serializable-default"}  # noqa: RUF012  # its base has it so

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._configs: list[Schema] = [{}]

    def handle_invalid_for_json_schema(self, schema: Any, error_info: str) -> JsonSchemaValue:  # noqa: ARG002
        return {}

    def decimal_schema(self, schema: Any) -> JsonSchemaValue:  # noqa: ARG002
        return {"type": "number", "format": "decimal"}

    def model_schema(self, schema: Any) -> JsonSchemaValue:
        self._configs.append(schema.get("config") or {})
        try:
            return super().model_schema(schema)
        finally:
            self._configs.pop()

    def dataclass_schema(self, schema: Any) -> JsonSchemaValue:
        self._configs.append(schema.get("config") or {})
        try:
            return super().dataclass_schema(schema)
        finally:
            self._configs.pop()

    def model_fields_schema(self, schema: Any) -> JsonSchemaValue:
        return self._name(super().model_fields_schema(schema), fields_of(schema), self._configs[-1])

    def dataclass_args_schema(self, schema: Any) -> JsonSchemaValue:
        return self._name(super().dataclass_args_schema(schema), fields_of(schema), self._configs[-1])

    def typed_dict_schema(self, schema: Any) -> JsonSchemaValue:
        return self._name(super().typed_dict_schema(schema), fields_of(schema), schema.get("config") or {})

    def _name(self, described: JsonSchemaValue, named: Iterable[tuple[str, Schema]], config: Schema) -> JsonSchemaValue:
        """Add titles and JSON keys to the fields of an object."""
        properties = described.get("properties", {})
        for name, part in named:
            key = next((str(path[0]) for path in alias_paths(part) if len(path) == 1), name)  # pydantic has it there
            if key not in properties:
                continue
            told = properties[key] = dict(properties[key])
            if told.get("title") in (None, self.get_title_from_name(key)):
                told["title"] = self.get_title_from_name(name)
            told[NAMES] = list(keys_of(name, part, config))
        return described


class Definitions:
    """The definitions that the schemas of one type refer to.

    Attributes:
        recursive: Those that lead to themselves.
    """

    __slots__ = ("_schemas", "recursive")

    def __init__(self, schemas: Mapping[str, Schema]) -> None:
        self._schemas = schemas
        direct = {name: set(_refs(schema)) & schemas.keys() for name, schema in schemas.items()}
        self.recursive = frozenset(name for name in direct if name in _reached(name, direct))

    def resolved(self, schema: Schema) -> tuple[Schema, str, bool]:
        """Follow references, and unions of one: what is said there, its definition, and whether it may be null.

        What stands beside a reference goes before what it refers to. Of a union of several, the members are in `anyOf`.
        """
        followed: list[str] = []
        nullable = False
        while True:
            around = {key: value for key, value in schema.items() if key not in ("$ref", "allOf", *_UNIONS)}
            if "$ref" in schema:
                name = str(schema["$ref"]).removeprefix(_REF)
                target = {} if name in followed else self._schemas.get(name, {})
                followed.append(name)
                schema = {**target, **around}
                continue
            if len(members := schema.get("allOf", ())) == 1:
                schema = {**_mapping(members[0]), **around}
                continue
            members = next((schema[union] for union in _UNIONS if union in schema), ())
            if isinstance(types := schema.get("type"), list):
                bare = {key: value for key, value in around.items() if key not in ("title", "description", NAMES)}
                members = [{**bare, "type": each} for each in types]
                del around["type"]
            others: list[Schema] = [_mapping(member) for member in members if not _is_null(member)]
            nullable |= len(others) < len(members)
            if len(others) == 1:
                schema = {**others[0], **around}
                continue
            return ({**around, "anyOf": others} if others else around), followed[-1] if followed else "", nullable


def _reached(name: str, direct: Mapping[str, set[str]]) -> set[str]:
    reached: set[str] = set()
    waiting = [name]
    while waiting:
        new = direct[waiting.pop()] - reached
        reached |= new
        waiting += new
    return reached


def _refs(schema: Any) -> Iterator[str]:
    """The definitions that a schema refers to in places that are drawn."""
    waiting = [schema]
    while waiting:
        part = waiting.pop()
        if not isinstance(part, Mapping):
            continue
        if "$ref" in part:
            yield str(part["$ref"]).removeprefix(_REF)
        for keyword in ("properties", "patternProperties"):
            waiting += part.get(keyword, {}).values()
        for keyword in ("prefixItems", "allOf", *_UNIONS):
            waiting += part.get(keyword, ())
        waiting += (part.get("items"), part.get("additionalProperties"))


def _mapping(schema: Any) -> Schema:
    """A schema that may be `true`, which says no more than `{}`."""
    return schema if isinstance(schema, Mapping) else {}


def _is_null(schema: Any) -> bool:
    return isinstance(schema, Mapping) and (schema.get("type") == "null" or schema.get("const", ...) is None)
