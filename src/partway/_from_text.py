"""Which objects pydantic can only validate from their JSON text, and not from parts that are validated already.

Read off the core schema: code of the user's makes the object, or a validator is told of the fields beside it; an alias
leads into a value; a default is validated.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from partway._schema import Schema, choices_of, is_pydantics

__all__ = ["is_told", "needs_text"]

_INNER: Final = (
    "schema", "items_schema", "keys_schema", "values_schema", "json_schema", "lax_schema", "strict_schema",
    "arguments_schema", "return_schema",
)  # fmt: skip
"""Where schemas stand in the schema of what is no object with fields, for JSON."""


def needs_text(schema: Schema, fields: Iterable[Schema], definitions: Mapping[str, Schema]) -> bool:
    """Whether an object can only be validated from its JSON text."""
    if schema.get("custom_init"):
        return True
    if schema.get("post_init") and (
        schema["type"] == "dataclass" or schema["cls"].model_post_init.__name__ != "init_private_attributes"
    ):
        return True  # it may raise, which is a validation error
    for field in fields:
        alias = field.get("validation_alias")
        if alias is not None and not isinstance(alias, str):
            return True
        inner = field["schema"]
        if field.get("init_only") or field.get("init") is False or is_told(inner, definitions):
            return True
        if inner.get("validate_default") or inner.get("on_error", "raise") != "raise":
            return True
    return bool((schema.get("config") or {}).get("validate_default"))


def is_told(schema: Schema, definitions: Mapping[str, Schema]) -> bool:
    """Whether a validator of this field, or of a part of it, is told of the fields before it.

    Inside an object with fields of its own it is told of these. A model's own validators are taken to look at
    the model alone: they run without a field around it, too. Pydantic's (`Base64Str`, `ByteSize`, `FilePath`) do.
    """
    seen: set[str] = set()
    todo = [schema]
    while todo:
        part = todo.pop()
        function = part.get("function")
        with_info = isinstance(function, Mapping) and function.get("type") == "with-info"
        if with_info and not is_pydantics(part) and not _is_of_model(part, definitions):
            return True
        match part["type"]:
            case "definition-ref" if part["schema_ref"] not in seen:
                seen.add(part["schema_ref"])
                todo.append(definitions[part["schema_ref"]])
            case "model" if part.get("root_model"):
                todo.append(part["schema"])
            case "definition-ref" | "model" | "dataclass" | "typed-dict":
                pass
            case "union" | "tagged-union":
                todo += choices_of(part).values()
            case "tuple":
                todo += part["items_schema"]
            case "chain":
                todo += part["steps"]
            case "named-tuple":  # its fields are none to their validators
                todo += [field["schema"] for field in part["fields"]]
            case "arguments":  # of a NamedTuple, inside a "call", as older versions of pydantic have it
                todo += [argument["schema"] for argument in part["arguments_schema"]]
            case _:
                todo += [part[name] for name in _INNER if name in part]
    return False


def _is_of_model(schema: Schema, definitions: Mapping[str, Schema]) -> bool:
    """Whether the function of a schema is a validator that a model has for itself."""
    inner = schema
    while inner["type"].startswith("function-") and "schema" in inner:
        inner = inner["schema"]
        if inner["type"] == "definition-ref":
            inner = definitions[inner["schema_ref"]]
    if inner["type"] != "model":
        return False
    own = inner["cls"].__pydantic_decorators__.model_validators.values()
    return any(validator.func == schema["function"]["function"] for validator in own)
