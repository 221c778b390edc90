"""What a type says about each place in the JSON: compiled once for a type, from pydantic's own core schema.

Two rules keep the result pydantic's, and each value validated once:

- An atom is validated in JSON mode, from its own JSON text, by pydantic's validator for that place alone. The modes
  differ (`date | str` gives a date for JSON and a string for Python), so nothing is validated in Python mode that
  still has its JSON form.
- A container closes over parts that are validated already. Its *closing validator* is its own core schema with every
  part replaced by `any`: required fields, defaults, extras and lengths are checked, and the parts pass by identity.
  For a model it is the `model-fields` schema and not the `model` schema around it, because pydantic-core puts the
  class's own validator in the place of the latter.

Where a schema runs code on the raw data of an object (before, wrap and plain validators, validators that are told of
other fields, a custom `__init__`, alias paths), no closing validator can stand for it: such an object is validated
from its own JSON text when it closes (`ObjectShape.from_text`). Whatever else is not known here is whole: nothing is
shown until it closes, then pydantic reads its text.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any, Final, TypeAlias

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic_core import CoreConfig, InitErrorDetails, SchemaValidator, core_schema, to_json

from partway._partial import dataclass_maker, model_maker, show_dataclass, show_model
from partway._shapes import ANY, HIDDEN, ArrayShape, DictShape, Field, ObjectShape, Parts, Place, Take
from partway.errors import UsageError

__all__ = ["Plan", "ValidationError", "plan_for", "retitled"]

Schema: TypeAlias = Mapping[str, Any]

_ANY_SCHEMA: Final = core_schema.any_schema()
_BOUNDS: Final = frozenset(("ge", "gt", "le", "lt", "multiple_of", "allow_inf_nan"))
_STRING_BOUNDS: Final = ("min_length", "max_length", "pattern")
_TRANSFORMS: Final = ("strip_whitespace", "to_lower", "to_upper")
_LENGTHS: Final = frozenset(("min_length", "max_length"))
_ARRAYS: Final[dict[str, type]] = {"list": list, "set": set, "frozenset": frozenset, "tuple": tuple}


class Plan:
    """The plan of a whole type.

    Attributes:
        root: The place of the whole value.
        starts: The brackets with which JSON of the type may begin.
        atoms: The other characters with which it may begin, if it need not be an object or an array.
        validate_json: pydantic's validator of the type, for the errors of a result that does not fit.
    """

    __slots__ = ("atoms", "root", "starts", "validate_json")

    def __init__(self, root: Place, adapter: TypeAdapter[Any], brackets: str, atoms: str) -> None:
        self.root = root
        self.starts = brackets
        self.atoms = atoms
        self.validate_json = adapter.validate_json


def plan_for(type_: Any) -> Plan:
    """The plan of a type; made once for a type that can be hashed.

    Raises:
        UsageError: pydantic cannot make a validator of it.
    """
    try:
        return _cached_plan(type_, repr(type_))
    except TypeError:  # it cannot be hashed
        return _make_plan(type_)


def _make_plan(type_: Any) -> Plan:
    if isinstance(type_, BaseModel):
        name = type(type_).__name__
        raise UsageError(f"expected a type, got an instance of {name}: pass {name} itself")
    try:
        adapter: TypeAdapter[Any] = TypeAdapter(type_)
        planner = _Planner()
        root = planner.place(adapter.core_schema, {})
        planner.settle()
    except Exception as error:  # whatever is wrong with a type, pydantic says it in many ways
        raise UsageError(
            f"pydantic cannot validate {type_!r}: pass a model, a dataclass, a TypedDict, "
            "or any other type that pydantic.TypeAdapter takes"
        ) from error
    return Plan(root, adapter, *_first_characters(adapter.core_schema, planner.definitions))


@cache
def _cached_plan(type_: Any, _spelling: str) -> Plan:
    """Keep a plan by its type and how that is spelled: `str | bytes == bytes | str`, and they are not the same."""
    return _make_plan(type_)


def retitled(title: str, error: ValidationError, *keys: str | int) -> ValidationError:
    """The errors of a value under the name of its type, or those of the part at `keys` as errors of the whole."""
    details: list[InitErrorDetails] = []
    for line in error.errors(include_url=False):
        detail = InitErrorDetails(type=line["type"], loc=(*keys, *line["loc"]), input=line["input"])
        if "ctx" in line:
            detail["ctx"] = line["ctx"]
        details.append(detail)
    try:
        return ValidationError.from_exception_data(title, details, "json")
    except (KeyError, TypeError, ValueError):  # a type of error of the user's own has no template
        return error


class _Planner:
    """Walks one core schema. A model that refers to itself comes back to the same `Place`."""

    def __init__(self) -> None:
        self.definitions: dict[str, Schema] = {}
        self.places: dict[str, Place] = {}
        self.unsettled: set[Place] = set()
        """The places that are being planned: what is taken from one of them is taken again in the end."""
        self.waiting: list[tuple[Place, Schema, CoreConfig]] = []

    def settle(self) -> None:
        """Plan the places again that had taken something from an unsettled one."""
        for place, schema, config in self.waiting:
            self._describe(place, schema, config)

    def place(self, schema: Schema, config: CoreConfig) -> Place:
        """The place that a schema describes; `config` is that of the model around it."""
        kind = schema["type"]
        if kind == "definitions":
            self.definitions.update((part["ref"], part) for part in schema["definitions"])
            return self.place(schema["schema"], config)
        if kind == "json-or-python":
            return self.place(schema["json_schema"], config)
        if kind == "default" and schema.get("on_error", "raise") == "raise":
            return self.place(schema["schema"], config)
        if kind == "definition-ref":
            known = self.places.get(schema["schema_ref"])
            if known is None:
                known = self.places[schema["schema_ref"]] = Place(self.parser(schema, config))
                self.unsettled.add(known)
                known.become(self.place(self.definitions[schema["schema_ref"]], config))
                self.unsettled.discard(known)
            return known
        parse = self.parser(schema, config)
        place = Place(parse, _from_json(parse))
        self._describe(place, schema, config)
        return place

    def _describe(self, place: Place, schema: Schema, config: CoreConfig) -> None:
        take = place.takes["number"]
        match schema["type"]:
            case "any":
                place.become(ANY)
            case "nullable":
                inner = self.place(schema["schema"], config)
                if inner in self.unsettled:
                    self.waiting.append((place, schema, config))
                place.streams, place.object, place.array = inner.streams, inner.object, inner.array
                place.takes = {**inner.takes, "null": None}
            case "none":
                place.takes["null"] = None
            case "bool":
                place.takes["boolean"] = None
            case "int" if not schema.keys() & _BOUNDS:
                place.takes["number"] = _exact_int(take)
            case "float" if not schema.keys() & _BOUNDS and config.get("allow_inf_nan", True):
                place.takes["number"] = _exact_float(take)
            case "str" if not any(schema.get(k, config.get("str_" + k)) for k in _TRANSFORMS):
                place.streams = True
                if not any(schema.get(k, config.get("str_" + k)) is not None for k in _STRING_BOUNDS):
                    place.takes["string"] = None
            case "list" | "set" | "frozenset" | "tuple":
                place.array = self._array(schema, config)
            case "dict":
                place.object = self._dict(schema, config)
            case "model" | "dataclass" | "typed-dict":
                place.object = self._object(schema, place.parse)
            case "function-after" | "function-before" | "function-wrap":
                self._around(place, schema, config)
            case _:
                pass

    def _around(self, place: Place, schema: Schema, config: CoreConfig) -> None:
        """A container is shown as it grows though a function runs on it in the end; an atom is not, it may change."""
        inner = self.place(schema["schema"], config)
        if inner in self.unsettled:
            self.waiting.append((place, schema, config))
        told = schema["function"]["type"] != "no-info"  # of other fields, of the mode, of the context
        if schema["type"] != "function-after" or told:
            if isinstance(inner.object, ObjectShape):
                place.object = inner.object.closing(place.parse, from_text=True)
            return
        after = self.validator({**schema, "schema": _ANY_SCHEMA}, config).validate_python
        if inner.array is not None:
            array = inner.array
            place.array = ArrayShape(array.make, array.rest, _chain(array.close, after), array.first)
        match inner.object:
            case DictShape(key=key, values=values, close=close):
                place.object = DictShape(key, values, _chain(close, after))
            case ObjectShape(from_text=True) as shape:
                place.object = shape.closing(place.parse, from_text=True)
            case ObjectShape() as shape:
                place.object = shape.closing(_chain(shape.close, after))
            case None:
                pass

    def _array(self, schema: Schema, config: CoreConfig) -> ArrayShape | None:
        make = _ARRAYS[schema["type"]]
        shallow: dict[str, Any] = {**schema, "strict": False}  # its parts come in a list, which JSON mode takes for all
        if make is not tuple:
            items = schema.get("items_schema")
            shallow["items_schema"] = _ANY_SCHEMA
            bounded = make is not list or schema.keys() & _LENGTHS
            close = self.validator(shallow, config).validate_python if bounded else None
            return ArrayShape(make, ANY if items is None else self.place(items, config), close)
        variadic, items = schema.get("variadic_item_index"), schema["items_schema"]
        if variadic is not None and variadic != len(items) - 1:
            return None  # what an element is depends on how many follow
        places = tuple(self.place(item, config) for item in items)
        shallow["items_schema"] = [_ANY_SCHEMA] * len(items)
        close = self.validator(shallow, config).validate_python
        if variadic is None:
            return ArrayShape(tuple, ANY, close, places)
        return ArrayShape(tuple, places[-1], close, places[:-1])

    def _dict(self, schema: Schema, config: CoreConfig) -> DictShape:
        keys, values = schema.get("keys_schema"), schema.get("values_schema")
        key = None if keys is None else self.place(keys, config).takes["string"]
        shallow = {**schema, "keys_schema": _ANY_SCHEMA, "values_schema": _ANY_SCHEMA}
        close = self.validator(shallow, config).validate_python if schema.keys() & _LENGTHS else None
        return DictShape(key, ANY if values is None else self.place(values, config), close)

    def _object(self, schema: Schema, parse: Callable[[str], Any]) -> ObjectShape | None:
        config: CoreConfig = schema.get("config") or {}
        inner = schema if schema["type"] == "typed-dict" else schema["schema"]
        if schema.get("root_model") or inner["type"] not in ("model-fields", "dataclass-args", "typed-dict"):
            return self._wrapped(schema, parse)
        named = _named_fields(inner)
        fields: dict[str, Field] = {}
        for name, field in named:
            place = HIDDEN if _is_told(field["schema"]) else self.place(field["schema"], config)
            fields.update((key, Field(name, place)) for key in _keys(name, field, config))
        show = self._show(schema)
        title = str(config.get("title") or schema["cls"].__name__)
        extra, forbidden = self._extra(inner, config)
        if _needs_text(schema, [field for _, field in named]):
            return ObjectShape(title, fields, extra, parse, show, forbidden=forbidden, from_text=True)
        return ObjectShape(title, fields, extra, self._closing(schema, inner, config), show, forbidden=forbidden)

    def _wrapped(self, schema: Schema, parse: Callable[[str], Any]) -> ObjectShape | None:
        """A model whose fields stand inside a function of its own: shown by the fields, read from the text."""
        inner = schema["schema"]
        while inner["type"].startswith("function-") and "schema" in inner:
            inner = inner["schema"]
        if schema.get("root_model") or inner["type"] not in ("model-fields", "dataclass-args"):
            return None
        shape = self._object({**schema, "schema": inner}, parse)
        return shape and shape.closing(parse, from_text=True)

    def _show(self, schema: Schema) -> Callable[[Parts], Any]:
        match schema["type"]:
            case "model":
                return show_model(schema["cls"])
            case "dataclass":
                return show_dataclass(schema["cls"])
            case _:
                return lambda parts: {**parts()[0], **parts()[1]}

    def _extra(self, inner: Schema, config: CoreConfig) -> tuple[Place, ValidationError | None]:
        """The place of keys that are no field's; the error of one, where there may be none."""
        behavior = inner.get("extra_behavior") or config.get("extra_fields_behavior") or "ignore"
        if behavior == "allow":
            extras = inner.get("extras_schema")
            return (ANY if extras is None else self.place(extras, config)), None
        if behavior == "ignore":
            return HIDDEN, None
        detail = InitErrorDetails(type="extra_forbidden", loc=(), input=None)
        return HIDDEN, ValidationError.from_exception_data("", [detail], "json")

    def _closing(self, schema: Schema, inner: Schema, config: CoreConfig) -> Callable[[Any], Any]:
        """Make the closing validator of a model, dataclass or TypedDict."""
        fields = inner["fields"]
        shallow: Any = (
            {name: _shallow(field) for name, field in fields.items()}
            if isinstance(fields, Mapping)
            else [_shallow(field) for field in fields]
        )
        closing: Any = {**inner, "fields": shallow, "computed_fields": []}
        if "extras_schema" in inner:
            closing["extras_schema"] = _ANY_SCHEMA
        validate = SchemaValidator(closing, config).validate_python
        match schema["type"]:
            case "model":
                return model_maker(schema["cls"], validate, schema.get("post_init"))
            case "dataclass":
                return dataclass_maker(schema["cls"], validate)
            case _:
                return validate

    def parser(self, schema: Schema, config: CoreConfig) -> Callable[[str], Any]:
        """What makes a value of JSON text by this schema; compiled when it is first needed."""
        compiled: SchemaValidator | None = None

        def parse(text: str) -> Any:
            nonlocal compiled
            if compiled is None:
                compiled = self.validator(schema, config)
            return compiled.validate_json(text)

        return parse

    def validator(self, schema: Schema, config: CoreConfig) -> SchemaValidator:
        """Compile a part of the core schema on its own."""
        part: Any = schema
        if self.definitions and _refers(schema):
            if schema.get("ref") in self.definitions:
                part = core_schema.definition_reference_schema(schema["ref"])
            part = {"type": "definitions", "schema": part, "definitions": list(self.definitions.values())}
        return SchemaValidator(part, config)


def _shallow(field: Schema) -> Schema:
    """A field whose value is validated already; its default stays."""
    schema = field["schema"]
    return {**field, "schema": {**schema, "schema": _ANY_SCHEMA} if schema["type"] == "default" else _ANY_SCHEMA}


def _named_fields(inner: Schema) -> list[tuple[str, Schema]]:
    fields = inner["fields"]
    return list(fields.items()) if isinstance(fields, Mapping) else [(field["name"], field) for field in fields]


def _keys(name: str, field: Schema, config: CoreConfig) -> Iterable[str]:
    """The JSON keys whose value is that of a field. A path into a value names none: it shows in the end."""
    alias = field.get("validation_alias")
    if alias is None:
        return (name,)
    paths = [[alias]] if isinstance(alias, str) else [alias] if isinstance(alias[0], str) else alias
    keys = [path[0] for path in paths if len(path) == 1] if config.get("validate_by_alias", True) else []
    return (*keys, name) if config.get("validate_by_name") else keys


def _needs_text(schema: Schema, fields: list[Schema]) -> bool:
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
        if field.get("init_only") or field.get("init") is False or _is_told(inner):
            return True
        if inner["type"] == "default" and (inner.get("validate_default") or inner.get("on_error", "raise") != "raise"):
            return True
    return bool((schema.get("config") or {}).get("validate_default"))


def _is_told(schema: Schema) -> bool:
    """Whether a validator of this field is told of the fields before it."""
    while True:
        function = schema.get("function")
        if isinstance(function, Mapping) and function.get("type") == "with-info":
            return True
        if "schema" not in schema or schema["type"] in ("model", "dataclass"):
            return False
        schema = schema["schema"]


def _refers(schema: Any) -> bool:
    """Whether a definition is referred to anywhere in a schema."""
    if isinstance(schema, Mapping):
        return schema.get("type") == "definition-ref" or any(_refers(part) for part in schema.values())
    return isinstance(schema, (list, tuple)) and any(_refers(part) for part in schema)


def _from_json(parse: Callable[[str], Any]) -> Take:
    """Validate an atom from its JSON text, written anew."""
    return lambda atom: parse(to_json(atom).decode() if isinstance(atom, str) else json.dumps(atom))


def _exact_int(take: Take) -> Take:
    assert take is not None  # noqa: S101  # only `Any` takes numbers as they are
    return lambda number: number if type(number) is int else take(number)


def _exact_float(take: Take) -> Take:
    assert take is not None  # noqa: S101  # as above
    return lambda number: number if type(number) is float else take(number)


def _chain(first: Take, then: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return then if first is None else lambda value: then(first(value))


def _first_characters(schema: Schema, definitions: Mapping[str, Schema]) -> tuple[str, str]:
    """The brackets and the other characters with which JSON of a type may begin."""
    kinds = _kinds(schema, definitions, set())
    return "".join(bracket for bracket in "{[" if bracket in kinds), "".join(sorted(kinds - {"{", "["}))


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


def _kinds(schema: Schema, definitions: Mapping[str, Schema], seen: set[str]) -> frozenset[str]:
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
            return _kinds(schema["schema"], definitions, seen) | frozenset("n")
        case "json-or-python":
            parts = (schema["json_schema"],)
        case "model" if not schema.get("root_model"):
            return _OBJECT
        case kind if ("schema" in schema and kind not in _STARTS) or kind == "model":
            parts = (schema["schema"],)
        case kind:
            return _STARTS.get(kind, _UNKNOWN)
    return frozenset().union(*(_kinds(part, definitions, seen) for part in parts))


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
