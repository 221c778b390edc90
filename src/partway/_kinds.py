"""What a core schema of pydantic's says about the JSON that fits it: read off the schema, without pydantic.

Two questions are asked. With which characters may a document of the type begin (`first_characters`)? That narrows the
search in prose, where a wrong guess costs an answer, so it is narrow. And which kinds of JSON value could fit at all
(`kinds`)? That rules members of a union out, where a wrong "no" would give a wrong value, so whatever is not known to
be impossible is possible: in front of a function that sees raw data everything is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import Enum
from typing import Any, Final

from partway._schema import Schema, is_pydantics
from partway._shapes import ATOMS, STARTS

__all__ = ["EVENTS", "first_characters", "is_pure", "kinds", "yields_to_text"]

EVENTS: Final = ATOMS | STARTS
"""ijson's events with which a value begins."""

_TEXT_LIKE: Final = frozenset(("string",))
_NUMBER_LIKE: Final = frozenset(("string", "number"))
_ACCEPTS: Final[dict[str, frozenset[str]]] = {
    **dict.fromkeys(("bool", "int", "float"), frozenset(("string", "number", "boolean"))),
    "none": frozenset(("null",)),
    **dict.fromkeys(("dataclass", "typed-dict", "dict"), frozenset(("start_map",))),
    **dict.fromkeys(("list", "set", "frozenset", "tuple"), frozenset(("start_array",))),
    **dict.fromkeys(("bytes", "uuid", "url", "multi-host-url", "json"), _TEXT_LIKE),
    **dict.fromkeys(("decimal", "date", "datetime", "time", "timedelta", "complex"), _NUMBER_LIKE),
}
_PLAIN: Final = frozenset(
    ("none", "bool", "int", "float", "decimal", "str", "bytes", "date", "time", "datetime", "timedelta", "uuid", "url",
     "multi-host-url", "literal")
)  # fmt: skip
"""Atoms that pydantic validates without running code of the user's."""


def kinds(schema: Schema, definitions: Mapping[str, Schema], config: Mapping[str, Any]) -> frozenset[str]:
    """The kinds of JSON value that may fit a schema, as ijson's events; what is left out fits for sure not."""
    return _accepted(schema, definitions, config, frozenset())


def _accepted(
    schema: Schema, definitions: Mapping[str, Schema], config: Mapping[str, Any], seen: frozenset[str]
) -> frozenset[str]:
    parts: Iterable[Schema]
    match schema["type"]:
        case "definition-ref":
            ref = schema["schema_ref"]
            if ref in seen:
                return frozenset()  # nothing that is not said elsewhere
            return _accepted(definitions[ref], definitions, config, seen | {ref})
        case "str":
            coerced = schema.get("coerce_numbers_to_str") or config.get("coerce_numbers_to_str")
            return _NUMBER_LIKE if coerced else _TEXT_LIKE
        case "literal":
            return _TEXT_LIKE if all(isinstance(value, str) for value in schema["expected"]) else ATOMS
        case "enum" if knows_its_values(schema):
            values = [member.value for member in schema["members"]]
            return _TEXT_LIKE if all(isinstance(value, str) for value in values) else EVENTS
        case "nullable":
            return _accepted(schema["schema"], definitions, config, seen) | {"null"}
        case "default" if schema.get("on_error", "raise") == "raise":
            parts = (schema["schema"],)
        case "function-after":
            parts = (schema["schema"],)
        case "json-or-python":
            parts = (schema["json_schema"],)
        case "lax-or-strict":
            parts = (schema["lax_schema"], schema["strict_schema"])
        case "union":
            parts = [choice[0] if isinstance(choice, tuple) else choice for choice in schema["choices"]]
        case "tagged-union":
            parts = [choice for choice in schema["choices"].values() if isinstance(choice, Mapping)]
        case "model" if not schema.get("root_model"):
            return frozenset(("start_map",))
        case "model":
            parts = (schema["schema"],)
        case "model-fields" | "dataclass-args":
            return frozenset(("start_map",))
        case kind:
            return _ACCEPTS.get(kind, EVENTS)
    return frozenset().union(*(_accepted(part, definitions, config, seen) for part in parts))


def knows_its_values(schema: Schema) -> bool:
    """Whether an enum takes no other values than its own; pydantic runs its `_missing_`, said in the schema or not."""
    return not schema.get("missing") and schema["cls"]._missing_.__func__ is Enum._missing_.__func__  # type: ignore[attr-defined]


def is_pure(schema: Schema, definitions: Mapping[str, Schema]) -> bool:
    """Whether a schema is that of an atom which pydantic validates without running code of the user's."""
    match schema["type"]:
        case "definition-ref":
            return is_pure(definitions[schema["schema_ref"]], definitions)
        case "nullable":
            return is_pure(schema["schema"], definitions)
        case "default":
            return schema.get("on_error", "raise") == "raise" and is_pure(schema["schema"], definitions)
        case "enum":
            return knows_its_values(schema)
        case kind:
            return kind in _PLAIN


_READS_TEXT: Final = frozenset(
    ("any", "bool", "bytes", "complex", "date", "datetime", "decimal", "enum", "float", "fraction", "int", "json",
     "model", "multi-host-url", "str", "time", "timedelta", "url")
)  # fmt: skip
"""What a JSON string fits at most as exactly as `str`: pydantic converts it, or makes an object of it."""


def yields_to_text(schema: Schema, definitions: Mapping[str, Schema]) -> bool:
    """Whether `str` before a schema in a smart union takes every JSON string that both take.

    To pydantic a JSON string is no exact `str`, since it might stand for another type. So what it fits exactly wins
    wherever it stands: a UUID, and what a function makes of it that runs before, around or instead of a validator.
    """
    return _yields(schema, definitions, frozenset())


def _yields(schema: Schema, definitions: Mapping[str, Schema], seen: frozenset[str]) -> bool:
    match schema["type"]:
        case "definition-ref":
            ref = schema["schema_ref"]
            return ref in seen or _yields(definitions[ref], definitions, seen | {ref})
        case "default" if schema.get("on_error", "raise") != "raise":
            return False
        case "nullable" | "default" | "function-after":
            inner = schema["schema"]
        case "json-or-python":
            inner = schema["json_schema"]
        case "lax-or-strict":  # as the lax one it is never exact
            inner = schema["strict_schema"]
        case "function-wrap" if is_pydantics(schema):  # `AnyUrl` and its kin
            inner = schema["schema"]
        case "union":
            return all(
                _yields(choice[0] if isinstance(choice, tuple) else choice, definitions, seen)
                for choice in schema["choices"]
            )
        case kind:
            return kind in _READS_TEXT or "string" not in _ACCEPTS.get(kind, EVENTS)
    return _yields(inner, definitions, seen)


def first_characters(schema: Schema, definitions: Mapping[str, Schema]) -> tuple[str, str]:
    """The brackets and the other characters with which JSON of a type may begin."""
    starts = _starts(schema, definitions, set())
    return "".join(bracket for bracket in "{[" if bracket in starts), "".join(sorted(starts - {"{", "["}))


_NUMBER: Final = frozenset("-0123456789")
_TEXT: Final = frozenset('"')
_OBJECT: Final = frozenset("{")
_ARRAY: Final = frozenset("[")
_STARTS: Final[dict[str, frozenset[str]]] = {
    "any": _OBJECT | _ARRAY,  # an atom in prose is more often a word than an answer
    "bool": _TEXT | frozenset("tf01"),
    "int": _TEXT | _NUMBER | frozenset("tf"),
    "float": _TEXT | _NUMBER | frozenset("tf"),
    "none": frozenset("n"),
    **dict.fromkeys(("model", "dataclass", "typed-dict", "dict"), _OBJECT),
    **dict.fromkeys(("list", "set", "frozenset", "tuple", "generator"), _ARRAY),
    **dict.fromkeys(("str", "bytes", "uuid", "url", "multi-host-url", "json"), _TEXT),
    **dict.fromkeys(("decimal", "date", "datetime", "time", "timedelta", "complex"), _TEXT | _NUMBER),
}
_UNKNOWN: Final = _OBJECT | _ARRAY | _TEXT | _NUMBER


def _starts(schema: Schema, definitions: Mapping[str, Schema], seen: set[str]) -> frozenset[str]:
    """The characters with which JSON may begin that has a chance to fit a schema."""
    parts: Iterable[Schema]
    match schema["type"]:
        case "definition-ref":
            ref = schema["schema_ref"]
            parts = () if ref in seen else (definitions[ref],)
            seen.add(ref)
        case "literal":
            return _value_starts(schema["expected"])
        case "enum":
            return _value_starts(member.value for member in schema["members"])
        case "union":
            parts = [choice[0] if isinstance(choice, tuple) else choice for choice in schema["choices"]]
        case "tagged-union":
            parts = schema["choices"].values()
        case "nullable":
            return _starts(schema["schema"], definitions, seen) | frozenset("n")
        case "json-or-python":
            parts = (schema["json_schema"],)
        case "model" if not schema.get("root_model"):
            return _OBJECT
        case kind if ("schema" in schema and kind not in _STARTS) or kind == "model":
            parts = (schema["schema"],)
        case kind:
            return _STARTS.get(kind, _UNKNOWN)
    return frozenset().union(*(_starts(part, definitions, seen) for part in parts))


def _value_starts(values: Iterable[Any]) -> frozenset[str]:
    """The characters with which JSON of given values begins; an enum may be a `str` or `int` of its own."""
    starts: set[str] = set()
    for value in values:
        match value:
            case bool():
                starts |= frozenset("tf")
            case str():
                starts |= _TEXT
            case int() | float():
                starts |= _NUMBER
            case None:
                starts |= frozenset("n")
            case _:
                starts |= _UNKNOWN
    return frozenset(starts)
