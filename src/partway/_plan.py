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
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextvars import ContextVar
from functools import cache
from typing import Any, Final, TypeAlias

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic_core import (
    CoreConfig,
    InitErrorDetails,
    PydanticCustomError,
    SchemaError,
    SchemaValidator,
    core_schema,
    to_json,
)

from partway._kinds import EVENTS, first_characters, is_pure, kinds
from partway._markers import MARKS, Gate, Mark
from partway._partial import dataclass_maker, model_maker, show_dataclass, show_model
from partway._shapes import (
    ANY,
    ATOMS,
    HIDDEN,
    ArrayShape,
    DictShape,
    EitherShape,
    Field,
    Member,
    ObjectShape,
    Parts,
    Place,
    Prefixes,
    Take,
    Test,
)
from partway.errors import UsageError

__all__ = ["CONTEXT", "NOT_ALONE", "Plan", "ValidationError", "plan_for", "retitled"]

Schema: TypeAlias = Mapping[str, Any]

_ANY_SCHEMA: Final = core_schema.any_schema()
_BOUNDS: Final = frozenset(("ge", "gt", "le", "lt", "multiple_of", "allow_inf_nan"))
_STRING_BOUNDS: Final = ("min_length", "max_length", "pattern")
_TRANSFORMS: Final = ("strip_whitespace", "to_lower", "to_upper")
_LENGTHS: Final = frozenset(("min_length", "max_length"))
_ARRAYS: Final[dict[str, type]] = {"list": list, "set": set, "frozenset": frozenset, "tuple": tuple}
_LOOSE: Final = frozenset(("int", "float", "bool", "enum"))
"""What a JSON string fits less exactly than it fits `str`, so that in a union `str` takes it."""
_INNER: Final = (
    "schema", "items_schema", "keys_schema", "values_schema", "json_schema", "lax_schema", "strict_schema"
)  # fmt: skip
"""Where schemas stand in the schema of what is no object with fields, for JSON."""
_ANYTHING: Final = Test(EVENTS, {})

CONTEXT: Final[ContextVar[Any]] = ContextVar("partway.validation_context")
"""What validators get as `info.context`, while a plan that was made for that is in use."""


NOT_ALONE: Final = "not alone"
"""The title of errors that say nothing of whether the whole fits."""


class Plan:
    """The plan of a whole type.

    Attributes:
        root: The place of the whole value.
        starts: The brackets with which JSON of the type may begin.
        atoms: The other characters with which it may begin, if it need not be an object or an array.
        validate_json: pydantic's validator of the type, for the errors of a result that does not fit.
    """

    __slots__ = ("atoms", "root", "starts", "validate_json")

    def __init__(self, root: Place, validate_json: Callable[[str], Any], brackets: str, atoms: str) -> None:
        self.root = root
        self.starts = brackets
        self.atoms = atoms
        self.validate_json = validate_json


def plan_for(type_: Any, *, in_context: bool = False) -> Plan:
    """The plan of a type; made once for a type that can be hashed.

    Args:
        type_: The type.
        in_context: Whether validators get `CONTEXT`, which must be set while the plan is in use.

    Raises:
        UsageError: pydantic cannot make a validator of it, or a marker stands where it makes no sense.
    """
    try:
        return _cached_plan(type_, repr(type_), in_context)
    except TypeError:  # it cannot be hashed
        return _make_plan(type_, in_context)


def _make_plan(type_: Any, in_context: bool) -> Plan:
    if isinstance(type_, BaseModel):
        name = type(type_).__name__
        raise UsageError(f"expected a type, got an instance of {name}: pass {name} itself")
    try:
        adapter: TypeAdapter[Any] = TypeAdapter(type_)
        planner = _Planner(in_context, adapter)
        root = planner.place(adapter.core_schema, {})
        planner.settle()
    except UsageError:
        raise
    except Exception as error:  # whatever is wrong with a type, pydantic says it in many ways
        raise UsageError(
            f"pydantic cannot validate {type_!r}: pass a model, a dataclass, a TypedDict, "
            "or any other type that pydantic.TypeAdapter takes"
        ) from error
    if root.gate:
        raise UsageError("Gate() marks a field of an object; the whole value has no object around it")
    validate = adapter.validate_json
    return Plan(
        root,
        (lambda text: validate(text, context=CONTEXT.get())) if in_context else validate,
        *first_characters(adapter.core_schema, planner.definitions),
    )


@cache
def _cached_plan(type_: Any, _spelling: str, in_context: bool) -> Plan:
    """Keep a plan by its type and how that is spelled: `str | bytes == bytes | str`, and they are not the same."""
    return _make_plan(type_, in_context)


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

    def __init__(self, in_context: bool, adapter: TypeAdapter[Any]) -> None:
        self.in_context = in_context
        self.whole = adapter.validator
        schema: Schema = adapter.core_schema
        self.root = schema["schema"].get("schema_ref") if schema["type"] == "definitions" else None
        """The reference to the whole type from inside it, which has a validator already."""
        self.definitions: dict[str, Schema] = {}
        self.places: dict[str, Place] = {}
        self.unsettled: set[Place] = set()
        """The places that are being planned: what is taken from one of them is taken again in the end."""
        self.waiting: list[Callable[[], None]] = []
        """What takes it again."""

    def settle(self) -> None:
        """Plan the places again that had taken something from an unsettled one; one of them may need another."""
        for again in (*self.waiting, *self.waiting):
            again()

    def place(self, schema: Schema, config: CoreConfig) -> Place:
        """The place that a schema describes; `config` is that of the model around it."""
        place = self._unmarked(schema, config)
        for mark in (schema.get("metadata") or {}).get(MARKS, ()):
            place = self._marked(place, mark, schema)
        return place

    def _unmarked(self, schema: Schema, config: CoreConfig) -> Place:
        kind = schema["type"]
        if kind == "definitions":
            self.definitions.update((part["ref"], part) for part in schema["definitions"])
            return self.place(schema["schema"], config)
        if kind == "json-or-python":
            return self.place(schema["json_schema"], config)
        if kind == "default" and schema.get("on_error", "raise") == "raise":
            return self._defaulting(self.place(schema["schema"], config), schema, config)
        if kind == "definition-ref":
            known = self.places.get(schema["schema_ref"])
            if known is None:
                known = self.places[schema["schema_ref"]] = Place(self.parser(schema, config))
                self.unsettled.add(known)
                planned = self.place(self.definitions[schema["schema_ref"]], config)
                known.become(planned)
                self.unsettled.discard(known)
                self.waiting.append(lambda: known.become(planned))
            return known
        parse = self.parser(schema, config)
        place = Place(parse, _from_json(parse))
        self._describe(place, schema, config)
        return place

    def _defaulting(self, place: Place, schema: Schema, config: CoreConfig) -> Place:
        """The place of what has a default; a function in it may ask for the default instead of what has arrived."""
        inner = schema["schema"]
        while inner["type"] == "nullable":
            inner = inner["schema"]
        if not inner["type"].startswith("function-"):
            return place
        parse = self.parser(schema, config)
        take = _from_json(parse)
        return self._kept(
            place, lambda: place.but(parse=parse, takes={kind: old and take for kind, old in place.takes.items()})
        )

    def _marked(self, place: Place, mark: Mark, schema: Schema) -> Place:
        """The same place as a marker has it."""
        if isinstance(mark, Gate):
            return self._kept(place, lambda: place.but(gate=True))
        if not mark.prefix:
            return self._kept(place, lambda: place.but(streams=False, prefixes=None, object=None, array=None))
        values = _strings_of(self._inner(schema))
        if values is None:
            raise UsageError(
                "Whole(prefix=True) marks an enum or a literal of strings, which has a number of values to choose from"
            )
        prefixes = Prefixes(values, _from_json(place.parse))
        return self._kept(place, lambda: place.but(prefixes=prefixes))

    def _kept(self, source: Place, make: Callable[[], Place]) -> Place:
        """Make a place of another one; again in the end, if that one is being planned."""
        made = make()
        if source in self.unsettled:
            self.waiting.append(lambda: made.become(make()))
        return made

    def _describe(self, place: Place, schema: Schema, config: CoreConfig) -> None:
        take = place.takes["number"]
        match schema["type"]:
            case "any":
                place.become(ANY)
            case "nullable":
                inner = self.place(schema["schema"], config)
                if inner in self.unsettled:
                    self.waiting.append(lambda: self._describe(place, schema, config))
                place.become(inner.but(parse=place.parse, takes={**inner.takes, "null": None}))
            case "union" | "tagged-union":
                self._union(place, schema, config)
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
            self.waiting.append(lambda: self._describe(place, schema, config))
        place.gate, place.union = inner.gate, inner.union
        if "serialization" in schema:
            return  # it is for what the function makes, which may be of any class, and not for what grows
        told = schema["function"]["type"] != "no-info"  # of other fields, of the mode, of the context
        if schema["type"] != "function-after" or told:
            if isinstance(inner.object, ObjectShape):
                forgiving = inner.object.forgiving or schema["type"] != "function-after"
                place.object = inner.object.but(close=place.parse, from_text=True, apart=True, forgiving=forgiving)
            return
        validate = self.validator({**schema, "schema": _ANY_SCHEMA}, config).validate_python

        def after(value: Any) -> Any:
            try:
                return validate(value)
            except SchemaError as error:
                raise _not_alone(value) from error

        place.array = _after(inner.array, after, place.parse)
        place.object = _after(inner.object, after, place.parse)

    def _union(self, place: Place, schema: Schema, config: CoreConfig) -> None:
        """Plan a union: what each kind of JSON value can be in it."""
        choices = _choices(schema)
        places = {label: self.place(choice, config) for label, choice in choices.items()}
        if not self.unsettled.isdisjoint(places.values()):
            self.waiting.append(lambda: self._describe(place, schema, config))
        place.takes = dict.fromkeys(ATOMS, _from_json(place.parse))
        place.union = True
        place.gate = any(member.gate for member in places.values())
        told = schema.get("discriminator")
        paths = [told] if isinstance(told, str) else told if isinstance(told, list) else []
        tag = frozenset(path if isinstance(path, str) else str(path[0]) for path in paths)
        judged = {member: member.judged(place.parse, tag) for member in places.values()}
        places = {label: judged[member] for label, member in places.items()}

        def fitting(event: str) -> dict[Place, Schema]:
            """The members that may be what begins with an event; two tags may mean the same one."""
            return {
                places[label]: choice
                for label, choice in choices.items()
                if event in kinds(choice, self.definitions, config)
            }

        objects, arrays, texts = fitting("start_map"), fitting("start_array"), fitting("string")
        discriminate = told if callable(told) else None
        if len(objects) == 1 and discriminate is None:
            (place.object,) = (member.object for member in objects)
        else:
            members = [
                one for member, choice in objects.items() for one in self._members(choice, member, "start_map", config)
            ]
            place.object = _either(members, told, places)
        if discriminate is not None:
            return  # what a function says of anything but an object is known when it closes
        if len(arrays) == 1:
            (place.array,) = (member.array for member in arrays)
        else:
            members = [
                one for member, choice in arrays.items() for one in self._members(choice, member, "start_array", config)
            ]
            place.array = _either(members, None, {})
        if len(texts) == 1:
            (text,) = texts
            place.streams, place.prefixes = text.streams, text.prefixes
            place.takes["string"] = text.takes["string"] and place.takes["string"]
        elif schema["type"] == "union":
            self._text_in_union(place, schema, texts)

    def _text_in_union(self, place: Place, schema: Schema, texts: Mapping[Place, Schema]) -> None:
        """Show a string as it grows where pydantic will take it for a `str` whatever it says.

        Of literals among the members it is shown once it can be none of them; the value is the same either way.
        """
        smart = schema.get("mode", "smart") == "smart"
        values: tuple[str, ...] = ()
        is_text = False
        for member, choice in texts.items():
            inner = self._inner(choice)
            literal = _strings_of(inner) if inner["type"] == "literal" else None
            if literal is not None and all(type(value) is str for value in inner["expected"]):
                values += literal
            elif inner["type"] == "str" and member.streams and member.takes["string"] is None:
                is_text = True
            elif not is_text and not (smart and choice["type"] in _LOOSE):
                return
        if is_text:
            place.takes["string"] = None
            place.streams = not values
            place.prefixes = Prefixes(values, None) if values else None

    def _members(self, schema: Schema, place: Place, event: str, config: CoreConfig) -> list[Member]:
        """What is known of the objects or arrays (by `event`) of a member of a union, which may be a union itself."""
        inner = self._inner(schema)
        match inner["type"]:
            case "union" | "tagged-union":
                choices = _choices(inner).values()
                fitting = [choice for choice in choices if event in kinds(choice, self.definitions, config)]
                return [member for choice in fitting for member in self._members(choice, place, event, config)]
            case "model" | "dataclass" | "typed-dict" if _is_plain_object(inner):
                return [self._object_member(inner, place)]
            case "dict":
                values = inner.get("values_schema")
                return [Member(place, rest=_ANYTHING if values is None else self._test(values, config))]
            case "list" | "set" | "frozenset":
                items = inner.get("items_schema")
                return [Member(place, rest=_ANYTHING if items is None else self._test(items, config))]
            case "tuple" if inner.get("variadic_item_index") in (None, len(inner["items_schema"]) - 1):
                tests = tuple(self._test(item, config) for item in inner["items_schema"])
                if inner.get("variadic_item_index") is None:
                    return [Member(place, first=tests)]
                return [Member(place, first=tests[:-1], rest=tests[-1])]
            case _:
                return [Member(place, rest=_ANYTHING, sure=False)]

    def _object_member(self, schema: Schema, place: Place) -> Member:
        config: CoreConfig = schema.get("config") or {}
        inner = schema if schema["type"] == "typed-dict" else schema["schema"]
        tests: dict[str, Test] = {}
        for name, field in _named_fields(inner):
            test = self._test(field["schema"], config)
            keys = set(_keys(name, field, config))
            tests.update((key, test if len(keys) == 1 else _ANYTHING) for key in keys)
            if not isinstance(field.get("validation_alias"), str):  # a path may lead anywhere below its first key
                tests.update((str(path[0]), _ANYTHING) for path in _paths(field))
        behavior = inner.get("extra_behavior") or config.get("extra_fields_behavior") or "ignore"
        extras = inner.get("extras_schema")
        allowed = self._test(extras, config) if extras is not None and behavior == "allow" else _ANYTHING
        return Member(place, fields=tests, rest=None if behavior == "forbid" else allowed)

    def _test(self, schema: Schema, config: CoreConfig) -> Test:
        takes = self.place(schema, config).takes if is_pure(schema, self.definitions) else {}
        return Test(kinds(schema, self.definitions, config), takes)

    def _inner(self, schema: Schema) -> Schema:
        """The schema inside what only adds a default, a `None` or a function that runs in the end."""
        while True:
            match schema["type"]:
                case "definition-ref":
                    schema = self.definitions[schema["schema_ref"]]
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

    def _array(self, schema: Schema, config: CoreConfig) -> ArrayShape | None:
        make = _ARRAYS[schema["type"]]
        shallow: dict[str, Any] = {**schema, "strict": False}  # its parts come in a list, which JSON mode takes for all
        if make is not tuple:
            items = schema.get("items_schema")
            shallow["items_schema"] = _ANY_SCHEMA
            bounded = make is not list or schema.keys() & _LENGTHS
            close = self.validator(shallow, config).validate_python if bounded else None
            return ArrayShape(make, ANY if items is None else self._element(items, config), close)
        variadic, items = schema.get("variadic_item_index"), schema["items_schema"]
        if variadic is not None and variadic != len(items) - 1:
            return None  # what an element is depends on how many follow
        places = tuple(self._element(item, config) for item in items)
        shallow["items_schema"] = [_ANY_SCHEMA] * len(items)
        close = self.validator(shallow, config).validate_python
        if variadic is None:
            return ArrayShape(tuple, ANY, close, places)
        return ArrayShape(tuple, places[-1], close, places[:-1])

    def _element(self, schema: Schema, config: CoreConfig) -> Place:
        """The place of an element, or of the values of a dict."""
        place = self.place(schema, config)
        if place.gate:
            raise UsageError(
                "Gate() marks a field of an object, not an element: Whole() shows an element complete only"
            )
        return place

    def _dict(self, schema: Schema, config: CoreConfig) -> DictShape:
        keys, values = schema.get("keys_schema"), schema.get("values_schema")
        key = None if keys is None else self.place(keys, config).takes["string"]
        shallow = {**schema, "keys_schema": _ANY_SCHEMA, "values_schema": _ANY_SCHEMA}
        close = self.validator(shallow, config).validate_python if schema.keys() & _LENGTHS else None
        return DictShape(key, ANY if values is None else self._element(values, config), close)

    def _object(self, schema: Schema, parse: Callable[[str], Any]) -> ObjectShape | None:
        config: CoreConfig = schema.get("config") or {}
        inner = schema if schema["type"] == "typed-dict" else schema["schema"]
        if schema.get("root_model") or inner["type"] not in ("model-fields", "dataclass-args", "typed-dict"):
            return self._wrapped(schema, parse)
        named = _named_fields(inner)
        fields: dict[str, Field] = {}
        for name, field in named:
            place = self.place(field["schema"], config)
            if self._is_told(field["schema"]):
                place = HIDDEN.but(gate=place.gate)
            fields.update((key, Field(name, place)) for key in _keys(name, field, config))
        for name, field in named:  # the keys where paths begin are no extras
            for key in _path_keys(field, config):
                fields.setdefault(key, Field(name, HIDDEN))
        show = self._show(schema)
        title = str(config.get("title") or schema.get("cls", dict).__name__)
        extra, forbidden = self._extra(inner, config)
        cls = schema["cls"] if schema["type"] != "typed-dict" else dict
        if self._needs_text(schema, [field for _, field in named]):
            shape = ObjectShape(cls, title, fields, extra, parse, show, forbidden=forbidden, from_text=True)
            shape.forgiving = bool(schema.get("custom_init"))
            return shape
        close = self._closing(schema, inner, config)
        return ObjectShape(cls, title, fields, extra, close, show, forbidden=forbidden)

    def _wrapped(self, schema: Schema, parse: Callable[[str], Any]) -> ObjectShape | None:
        """A model whose fields stand inside a function of its own: shown by the fields, read from the text."""
        inner = schema["schema"]
        while inner["type"].startswith("function-") and "schema" in inner:
            inner = inner["schema"]
        if schema.get("root_model") or inner["type"] not in ("model-fields", "dataclass-args"):
            return None
        shape = self._object({**schema, "schema": inner}, parse)
        return shape and shape.but(close=parse, from_text=True, apart=True, forgiving=True)

    def _needs_text(self, schema: Schema, fields: list[Schema]) -> bool:
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
            if field.get("init_only") or field.get("init") is False or self._is_told(inner):
                return True
            if inner.get("validate_default") or inner.get("on_error", "raise") != "raise":
                return True
        return bool((schema.get("config") or {}).get("validate_default"))

    def _is_told(self, schema: Schema) -> bool:
        """Whether a validator of this field, or of a part of it, is told of the fields before it.

        Inside an object with fields of its own it is told of these. A model's own validators are taken to look at
        the model alone: they run without a field around it, too.
        """
        seen: set[str] = set()
        todo = [schema]
        while todo:
            part = todo.pop()
            function = part.get("function")
            if isinstance(function, Mapping) and function.get("type") == "with-info" and not self._is_of_model(part):
                return True
            match part["type"]:
                case "definition-ref" if part["schema_ref"] not in seen:
                    seen.add(part["schema_ref"])
                    todo.append(self.definitions[part["schema_ref"]])
                case "model" if part.get("root_model"):
                    todo.append(part["schema"])
                case "definition-ref" | "model" | "dataclass" | "typed-dict":
                    pass
                case "union" | "tagged-union":
                    todo += _choices(part).values()
                case "tuple":
                    todo += part["items_schema"]
                case _:
                    todo += [part[name] for name in _INNER if name in part]
        return False

    def _is_of_model(self, schema: Schema) -> bool:
        """Whether the function of a schema is a validator that a model has for itself."""
        inner = schema
        while inner["type"].startswith("function-") and "schema" in inner:
            inner = inner["schema"]
            if inner["type"] == "definition-ref":
                inner = self.definitions[inner["schema_ref"]]
        if inner["type"] != "model":
            return False
        own = inner["cls"].__pydantic_decorators__.model_validators.values()
        return any(validator.func == schema["function"]["function"] for validator in own)

    def _show(self, schema: Schema) -> Callable[[Parts], Any]:
        match schema["type"]:
            case "model":
                return show_model(schema["cls"])
            case "dataclass":
                return show_dataclass(schema["cls"])
            case _:
                return _show_typed_dict

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
            try:
                return compiled.validate_json(text, context=CONTEXT.get() if self.in_context else None)
            except SchemaError as error:
                raise _not_alone(text) from error

        return parse

    def validator(self, schema: Schema, config: CoreConfig) -> SchemaValidator:
        """Compile a part of the core schema on its own."""
        part: Any = schema
        if self.root is not None and schema.get("ref") == self.root:
            # pydantic runs the outermost validators of a model twice where it is compiled again and contains itself.
            return self.whole  # type: ignore[return-value]  # or what plugins have made of one
        if self.definitions and _refers(schema):
            if schema.get("ref") in self.definitions:
                part = core_schema.definition_reference_schema(schema["ref"])
            part = {"type": "definitions", "schema": part, "definitions": list(self.definitions.values())}
        return SchemaValidator(part, config)


def _not_alone(value: Any) -> ValidationError:
    """An error for a value of which only what is around it can make something.

    A validator may raise `PydanticOmit` or `PydanticUseDefault`: the list leaves the element out, the field takes its
    default. Of the value alone pydantic makes a `SchemaError`.
    """
    message = "only what is around the value can do what its validator asks for"
    detail = InitErrorDetails(type=PydanticCustomError("not_alone", message), loc=(), input=value)
    return ValidationError.from_exception_data(NOT_ALONE, [detail], "json")


def _show_typed_dict(parts: Parts) -> dict[str, Any]:
    arrived, extra = parts()
    return arrived | extra


def _choices(schema: Schema) -> dict[Any, Schema]:
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


def _either(members: list[Member], told: Any, places: Mapping[Any, Place]) -> EitherShape | None:
    """The object or array of a union that has several; `None` if nothing can settle it before it closes."""
    if callable(told):
        return EitherShape(tuple(members), None, places, told)
    if isinstance(told, str):
        # A tag that is of an enum with another base equals nothing that stands in JSON; pydantic refuses it.
        plain = {tag: place for tag, place in places.items() if isinstance(tag, str | int)}
        tags = {getattr(tag, "value", tag): place for tag, place in plain.items()}
        if all(type(tag) in (str, int) for tag in tags):
            return EitherShape(tuple(members), told, tags)
    if len({member.place for member in members if not member.sure}) > 1 or not members:
        return None
    return EitherShape(tuple(members))


def _is_plain_object(schema: Schema) -> bool:
    """Whether an object of these fields is all that may become of it."""
    inner = schema if schema["type"] == "typed-dict" else schema["schema"]
    return inner["type"] in ("model-fields", "dataclass-args", "typed-dict") and not schema.get("custom_init")


def _after(shape: Any, after: Callable[[Any], Any], parse: Callable[[str], Any]) -> Any:
    """A shape on whose value a function runs in the end."""
    if shape is None:
        return None
    if isinstance(shape, EitherShape):
        return shape.mapped(
            lambda place: place.but(
                parse=parse, object=_after(place.object, after, parse), array=_after(place.array, after, parse)
            )
        )
    judge = parse if shape.judge is not None else None
    return shape.but(close=parse if shape.from_text else _chain(shape.close, after), judge=judge)


def _strings_of(schema: Schema) -> tuple[str, ...] | None:
    """The values of an enum or a literal, if they are strings."""
    match schema["type"]:
        case "enum":
            values = [member.value for member in schema["members"]]
        case "literal":
            values = [getattr(value, "value", value) for value in schema["expected"]]
        case _:
            return None
    return tuple(dict.fromkeys(values)) if all(isinstance(value, str) for value in values) else None


def _shallow(field: Schema) -> Schema:
    """A field whose value is validated already; its default stays."""
    schema = field["schema"]
    return {**field, "schema": {**schema, "schema": _ANY_SCHEMA} if schema["type"] == "default" else _ANY_SCHEMA}


def _named_fields(inner: Schema) -> list[tuple[str, Schema]]:
    fields = inner["fields"]
    return list(fields.items()) if isinstance(fields, Mapping) else [(field["name"], field) for field in fields]


def _paths(field: Schema) -> list[Sequence[str | int]]:
    """The aliases of a field, as paths from its object."""
    alias = field.get("validation_alias")
    if alias is None:
        return []
    return [[alias]] if isinstance(alias, str) else [alias] if isinstance(alias[0], str) else alias


def _path_keys(field: Schema, config: CoreConfig) -> Iterable[str]:
    """The keys of an object where a path begins that leads to a field further below."""
    by_alias = config.get("validate_by_alias", True)
    return (str(path[0]) for path in _paths(field) if len(path) > 1 and by_alias)


def _keys(name: str, field: Schema, config: CoreConfig) -> Iterable[str]:
    """The JSON keys whose value is that of a field. A path into a value names none: it shows in the end."""
    if field.get("validation_alias") is None:
        return (name,)
    keys = [str(path[0]) for path in _paths(field) if len(path) == 1] if config.get("validate_by_alias", True) else []
    return (*keys, name) if config.get("validate_by_name") else keys


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
