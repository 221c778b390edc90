"""How a core schema of pydantic's is laid out: its members, fields, keys; read off the mapping, without pydantic.

The same thing may be said in several ways (a field's alias is a string, a path, or several paths; fields are a
mapping or a list), and who plans a type should not have to know which.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

__all__ = [
    "Schema", "alias_paths", "choices_of", "fields_of", "inner_of", "is_plain_object", "is_pydantics", "keys_of",
    "path_keys", "refers", "strings_of",
]  # fmt: skip

Schema: TypeAlias = Mapping[str, Any]
"""A core schema, a field of one, or its configuration."""


def is_pydantics(schema: Schema) -> bool:
    """Whether the function of a schema is that of a type of pydantic's own, which looks at the value alone."""
    return getattr(schema["function"]["function"], "__module__", None) in ("pydantic.types", "pydantic.networks")


def choices_of(schema: Schema) -> dict[Any, Schema]:
    """The members of a union: by tag, or by number. A tag may be another one's alias."""
    choices = schema["choices"]
    if not isinstance(choices, Mapping):
        return {n: choice[0] if isinstance(choice, tuple) else choice for n, choice in enumerate(choices)}
    found: dict[Any, Schema] = {}
    for tag, choice in choices.items():
        meant = choice
        while not isinstance(meant, Mapping):
            meant = choices[meant]
        found[tag] = meant
    return found


def strings_of(schema: Schema) -> tuple[str, ...] | None:
    """The values of an enum or a literal, if they are strings."""
    match schema["type"]:
        case "enum":
            values = [member.value for member in schema["members"]]
        case "literal":
            values = [getattr(value, "value", value) for value in schema["expected"]]
        case _:
            return None
    return tuple(dict.fromkeys(values)) if all(isinstance(value, str) for value in values) else None


def fields_of(inner: Schema) -> list[tuple[str, Schema]]:
    """The fields of an object, by name."""
    fields = inner["fields"]
    return list(fields.items()) if isinstance(fields, Mapping) else [(field["name"], field) for field in fields]


def alias_paths(field: Schema) -> list[Sequence[str | int]]:
    """The aliases of a field, as paths from its object."""
    alias = field.get("validation_alias")
    if alias is None:
        return []
    return [[alias]] if isinstance(alias, str) else [alias] if isinstance(alias[0], str) else alias


def path_keys(field: Schema, config: Schema) -> Iterable[str]:
    """The keys of an object where a path begins that leads to a field further below."""
    by_alias = config.get("validate_by_alias", True)
    return (str(path[0]) for path in alias_paths(field) if len(path) > 1 and by_alias)


def keys_of(name: str, field: Schema, config: Schema) -> Iterable[str]:
    """The JSON keys whose value is that of a field. A path into a value names none: it shows in the end."""
    if field.get("validation_alias") is None:
        return (name,)
    by_alias = config.get("validate_by_alias", True)
    keys = [str(path[0]) for path in alias_paths(field) if len(path) == 1 and by_alias]
    return (*keys, name) if config.get("validate_by_name") else keys


def refers(schema: Any) -> bool:
    """Whether a definition is referred to anywhere in a schema."""
    if isinstance(schema, Mapping):
        return schema.get("type") == "definition-ref" or any(refers(part) for part in schema.values())
    return isinstance(schema, (list, tuple)) and any(refers(part) for part in schema)


def is_plain_object(schema: Schema) -> bool:
    """Whether an object of these fields is all that may become of it."""
    inner = schema if schema["type"] == "typed-dict" else schema["schema"]
    return inner["type"] in ("model-fields", "dataclass-args", "typed-dict") and not schema.get("custom_init")


def inner_of(schema: Schema, definitions: Mapping[str, Schema]) -> Schema:
    """The schema inside what only adds a default, a `None` or a function that runs in the end."""
    while True:
        match schema["type"]:
            case "definition-ref":
                schema = definitions[schema["schema_ref"]]
            case "json-or-python":
                schema = schema["json_schema"]
            case "default" if schema.get("on_error", "raise") == "raise":
                schema = schema["schema"]
            case "nullable" | "function-after":
                schema = schema["schema"]
            case "model" if schema.get("root_model"):
                schema = schema["schema"]
            case _:
                return schema
