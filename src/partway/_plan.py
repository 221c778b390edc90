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
from its own JSON text when it closes (`ObjectShape.from_text`). What stands inside such data is no JSON to pydantic any
more, and a union may choose otherwise: its parts are validated as pydantic will meet them (`_Input`).

Whatever else is not known here is whole: nothing is shown until it closes, then pydantic reads its text.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from enum import IntEnum
from functools import lru_cache
from typing import Any, Final

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

from partway._from_text import is_told, needs_text
from partway._kinds import first_characters, knows_its_values
from partway._markers import MARKS, Gate, Mark
from partway._partial import dataclass_maker, model_maker, show_dataclass, show_model
from partway._schema import Schema, choices_of, fields_of, inner_of, keys_of, path_keys, refers, strings_of
from partway._shapes import (
    ANY,
    ATOMS,
    HIDDEN,
    ArrayShape,
    DictShape,
    EitherShape,
    Field,
    ObjectShape,
    Parts,
    Place,
    Prefixes,
    Take,
)
from partway._unions import Unions
from partway.errors import UsageError

__all__ = ["CONTEXT", "NOT_ALONE", "UNTOLD", "Plan", "ValidationError", "adapter_for", "plan_for", "retitled"]


_ANY_SCHEMA: Final = core_schema.any_schema()
_BOUNDS: Final = frozenset(("ge", "gt", "le", "lt", "multiple_of", "allow_inf_nan"))
_STRING_BOUNDS: Final = ("min_length", "max_length", "pattern")
_TRANSFORMS: Final = ("strip_whitespace", "to_lower", "to_upper")
_LENGTHS: Final = frozenset(("min_length", "max_length"))
_SEES_RAW: Final = frozenset(("function-before", "function-wrap"))
_ARRAYS: Final[dict[str, type]] = {"list": list, "set": set, "frozenset": frozenset, "tuple": tuple}
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
        adapter: pydantic's adapter of the type, for what wants to know more of it.
    """

    __slots__ = ("adapter", "atoms", "root", "starts", "validate_json")

    def __init__(
        self, adapter: TypeAdapter[Any], root: Place, validate_json: Callable[[str], Any], brackets: str, atoms: str
    ) -> None:
        self.adapter = adapter
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


def adapter_for(type_: Any) -> TypeAdapter[Any]:
    """Pydantic's adapter of a type, complete.

    Raises:
        UsageError: pydantic cannot make one.
    """
    if isinstance(type_, BaseModel):
        name = type(type_).__name__
        raise UsageError(f"expected a type, got an instance of {name}: pass {name} itself")
    try:
        adapter: TypeAdapter[Any] = TypeAdapter(type_)
        adapter.rebuild()
    except Exception as error:  # whatever is wrong with a type, pydantic says it in many ways
        raise _refused(type_) from error
    return adapter


def _refused(type_: Any) -> UsageError:
    return UsageError(
        f"pydantic cannot validate {type_!r}: pass a model, a dataclass, a TypedDict, "
        "or any other type that pydantic.TypeAdapter takes"
    )


def _make_plan(type_: Any, in_context: bool) -> Plan:
    adapter = adapter_for(type_)
    planner = _Planner(in_context, adapter)
    try:
        root = planner.place(adapter.core_schema, {})
        planner.settle()
    except UsageError:
        raise
    except Exception as error:  # as in adapter_for: it compiles parts of the schema
        raise _refused(type_) from error
    if root.gate:
        raise UsageError("Gate() marks a field of an object; the whole value has no object around it")
    validate = adapter.validate_json
    return Plan(
        adapter,
        root,
        (lambda text: validate(text, context=CONTEXT.get())) if in_context else validate,
        *first_characters(adapter.core_schema, planner.definitions),
    )


@lru_cache(maxsize=512)  # not all: a type may be made for each call
def _cached_plan(type_: Any, _spelling: str, in_context: bool) -> Plan:
    """Keep a plan by its type and how that is spelled: `str | bytes == bytes | str`, and they are not the same."""
    return _make_plan(type_, in_context)


def retitled(title: str, error: ValidationError, *keys: str | int, drop: int = 0) -> ValidationError:
    """The errors of a value under the name of its type, or those of the part at `keys` as errors of the whole.

    `drop` is how many steps of their places are left out.
    """
    details: list[InitErrorDetails] = []
    for line in error.errors(include_url=False):
        detail = InitErrorDetails(type=line["type"], loc=(*keys, *line["loc"][drop:]), input=line["input"])
        if "ctx" in line:
            detail["ctx"] = line["ctx"]
        details.append(detail)
    try:
        return ValidationError.from_exception_data(title, details, "json")
    except (KeyError, TypeError, ValueError):  # a type of error of the user's own has no template
        return error


def forget_frames(error: ValidationError) -> ValidationError:
    """Drop the tracebacks of an error that is kept, and of the exceptions of the user's validators inside it.

    Their frames keep all that they have seen, other candidates too; and where they lead to the builder, which keeps the
    error, the whole extractor would stay for ever: Python's garbage collector does not see into an error that is made
    from data, nor, before pydantic 2.14.4, into one that was raised.
    """
    error.__traceback__ = None
    for line in error.errors(include_url=False, include_input=False):
        if "ctx" in line:
            _forget_chain(line["ctx"].get("error"))
    return error


def _forget_chain(error: object) -> None:
    if isinstance(error, BaseException) and error.__traceback__ is not None:
        error.__traceback__ = None
        _forget_chain(error.__cause__)
        _forget_chain(error.__context__)


class _Input(IntEnum):
    """What pydantic validates where a part stands; further in, it can be a later one of these only."""

    JSON = 0
    DATA = 1
    """Python data that was JSON, as a before or wrap validator has it and hands it on."""
    PYTHON = 2
    """Python data of which pydantic does not know where it is from, as an `__init__` of the user's hands it on."""


class _Planner:
    """Walks one core schema. A model that refers to itself comes back to the same `Place`."""

    def __init__(self, in_context: bool, adapter: TypeAdapter[Any]) -> None:
        self.in_context = in_context
        self.whole = adapter.validator
        schema: Schema = adapter.core_schema
        self.root = schema["schema"].get("schema_ref") if schema["type"] == "definitions" else None
        """The reference to the whole type from inside it, which has a validator already."""
        self.definitions: dict[str, Schema] = {}
        self.unions = Unions(self.place, self.definitions)
        self.input = _Input.JSON
        self.places: dict[tuple[str, _Input], Place] = {}
        self.unsettled: set[Place] = set()
        """The places that are being planned: what is taken from one of them is taken again in the end."""
        self.waiting: list[Callable[[], None]] = []
        """What takes it again."""

    def settle(self) -> None:
        """Plan the places again that had taken something from an unsettled one; one of them may need another."""
        for again in (*self.waiting, *self.waiting):
            again()

    def _later(self, again: Callable[[], None]) -> None:
        """Have something done again in the end, for the same input."""
        met = self.input

        def later() -> None:
            with self._inside(met):
                again()

        self.waiting.append(later)

    @contextmanager
    def _inside(self, met: _Input) -> Iterator[None]:
        """Plan what stands inside what is validated so."""
        around, self.input = self.input, max(self.input, met)
        yield
        self.input = around

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
        if kind == "json-or-python" and self.input is not _Input.PYTHON:
            inner = schema["json_schema"]
            if "serialization" in schema and inner["type"].startswith("function-"):
                inner = {**inner, "serialization": schema["serialization"]}
            return self.place(inner, config)
        if kind == "default" and schema.get("on_error", "raise") == "raise":
            return self._defaulting(self.place(schema["schema"], config), schema, config)
        if kind == "definition-ref":
            key = (schema["schema_ref"], self.input)
            known = self.places.get(key)
            if known is None:
                known = self.places[key] = Place(self.parser(schema, config))
                self.unsettled.add(known)
                planned = self.place(self.definitions[schema["schema_ref"]], config)
                known.become(planned)
                self.unsettled.discard(known)
                self._later(lambda: known.become(planned))
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
        inner = inner_of(schema, self.definitions)
        values = strings_of(inner)
        if values is None or (inner["type"] == "enum" and not knows_its_values(inner)):
            raise UsageError(
                "Whole(prefix=True) marks an enum or a literal of strings, which has a number of values to choose "
                "from; an enum with a _missing_ of its own may take others"
            )
        prefixes = Prefixes(values, _from_json(place.parse))
        return self._kept(place, lambda: place.but(prefixes=prefixes))

    def _kept(self, source: Place, make: Callable[[], Place]) -> Place:
        """Make a place of another one; again in the end, if that one is being planned."""
        made = make()
        if source in self.unsettled:
            self._later(lambda: made.become(make()))
        return made

    def _describe(self, place: Place, schema: Schema, config: CoreConfig) -> None:
        take = place.takes["number"]
        match schema["type"]:
            case "any":
                place.become(ANY)
            case "nullable":
                inner = self.place(schema["schema"], config)
                if inner in self.unsettled:
                    self._later(lambda: self._describe(place, schema, config))
                place.become(inner.but(parse=place.parse, takes={**inner.takes, "null": None}))
            case "union" | "tagged-union":
                members = {label: self.place(choice, config) for label, choice in choices_of(schema).items()}
                if not self.unsettled.isdisjoint(members.values()):
                    self._later(lambda: self._describe(place, schema, config))
                place.takes = dict.fromkeys(ATOMS, _from_json(place.parse))
                self.unions.plan(place, schema, members, config)
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
        with self._inside(_Input.DATA if schema["type"] in _SEES_RAW else _Input.JSON):
            inner = self.place(schema["schema"], config)
        if inner in self.unsettled:
            self._later(lambda: self._describe(place, schema, config))
        place.gate, place.union = inner.gate, inner.union
        of_parts = "serialization" in schema["schema"] and not isinstance(inner.object, ObjectShape)
        if "serialization" in schema or of_parts:
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

    def _array(self, schema: Schema, config: CoreConfig) -> ArrayShape | None:
        make = _ARRAYS[schema["type"]]
        shallow: dict[str, Any] = dict(schema)
        if self.input is _Input.JSON:
            shallow["strict"] = False  # its parts come in a list, which JSON mode takes for all
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
        key = None
        if keys is not None and self.place(keys, config).takes["string"] is not None:
            key = _from_key(self.parser({"type": "dict", "keys_schema": keys}, config))
        shallow = {**schema, "keys_schema": _ANY_SCHEMA, "values_schema": _ANY_SCHEMA}
        close = self.validator(shallow, config).validate_python if schema.keys() & _LENGTHS else None
        return DictShape(key, ANY if values is None else self._element(values, config), close)

    def _object(self, schema: Schema, parse: Callable[[str], Any]) -> ObjectShape | None:
        config: CoreConfig = schema.get("config") or {}
        inner = schema if schema["type"] == "typed-dict" else schema["schema"]
        if schema.get("root_model") or inner["type"] not in ("model-fields", "dataclass-args", "typed-dict"):
            return self._wrapped(schema, parse)
        named = fields_of(inner)
        with self._inside(_Input.PYTHON if schema.get("custom_init") else _Input.JSON):
            places = [self.place(field["schema"], config) for _, field in named]
            extra, forbidden = self._extra(inner, config)
        fields: dict[str, Field] = {}
        for (name, field), place in zip(named, places, strict=True):
            seen = HIDDEN.but(gate=place.gate) if is_told(field["schema"], self.definitions) else place
            fields.update((key, Field(name, seen)) for key in keys_of(name, field, config))
        for name, field in named:  # the keys where paths begin are no extras
            for key in path_keys(field, config):
                fields.setdefault(key, Field(name, HIDDEN))
        show = self._show(schema)
        title = str(config.get("title") or schema.get("cls", dict).__name__)
        cls = schema["cls"] if schema["type"] != "typed-dict" else dict
        extras = [{"schema": inner["extras_schema"]}] if "extras_schema" in inner else []
        if needs_text(schema, [*(field for _, field in named), *extras], self.definitions):
            shape = ObjectShape(cls, title, fields, extra, parse, show, forbidden=forbidden, from_text=True)
            shape.forgiving = bool(schema.get("custom_init"))
            return shape
        close = self._closing(schema, inner, config)
        return ObjectShape(cls, title, fields, extra, close, show, forbidden=forbidden)

    def _wrapped(self, schema: Schema, parse: Callable[[str], Any]) -> ObjectShape | None:
        """A model whose fields stand inside a function of its own: shown by the fields, read from the text."""
        inner, met = schema["schema"], _Input.JSON
        while inner["type"].startswith("function-") and "schema" in inner:
            if inner["type"] in _SEES_RAW:
                met = _Input.DATA
            inner = inner["schema"]
        if schema.get("root_model") or inner["type"] not in ("model-fields", "dataclass-args"):
            return None
        with self._inside(met):
            shape = self._object({**schema, "schema": inner}, parse)
        return shape and shape.but(close=parse, from_text=True, apart=True, forgiving=True)

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
            if extras is not None and is_told(extras, self.definitions):
                return HIDDEN, None
            return (ANY if extras is None else self.place(extras, config)), None
        if behavior == "ignore":
            return HIDDEN, None
        detail = InitErrorDetails(type="extra_forbidden", loc=(), input=None)
        return HIDDEN, ValidationError.from_exception_data("", [detail], "json")

    def _closing(self, schema: Schema, inner: Schema, config: CoreConfig) -> Callable[[Any], Any]:
        """Make the closing validator of a model, dataclass or TypedDict."""
        fields = inner["fields"]
        shallow: Any = (
            {name: self._shallow(field) for name, field in fields.items()}
            if isinstance(fields, Mapping)
            else [self._shallow(field) for field in fields]
        )
        closing: Any = {**inner, "fields": shallow, "computed_fields": []}
        if "extras_schema" in inner:
            closing["extras_schema"] = _ANY_SCHEMA
        validate = SchemaValidator(closing, config).validate_python
        match schema["type"]:
            case "model":
                return model_maker(schema["cls"], validate, schema.get("post_init"))
            case "dataclass":
                return dataclass_maker(schema["cls"], validate, slots=schema.get("slots", False))
            case _:
                return validate

    def _shallow(self, field: Schema) -> Schema:
        """A field whose value is validated already; its default stays."""
        schema = field["schema"]
        while schema["type"] == "definition-ref":
            schema = self.definitions[schema["schema_ref"]]
        if schema["type"] != "default":
            return {**field, "schema": _ANY_SCHEMA}
        default = {key: value for key, value in schema.items() if key != "ref"}  # other fields may refer to it as well
        return {**field, "schema": {**default, "schema": _ANY_SCHEMA}}

    def parser(self, schema: Schema, config: CoreConfig) -> Callable[[str], Any]:
        """What makes a value of JSON text by this schema, as of such input; compiled when it is first needed."""
        compiled: SchemaValidator | None = None
        met = self.input

        def parse(text: str) -> Any:
            nonlocal compiled
            if compiled is None:
                compiled = self.validator(schema, config, met)
            try:
                return compiled.validate_json(text, context=CONTEXT.get() if self.in_context else None)
            except SchemaError as error:
                raise _not_alone(text) from error

        return parse

    def validator(self, schema: Schema, config: CoreConfig, met: _Input = _Input.JSON) -> SchemaValidator:
        """Compile a part of the core schema on its own, or inside a function that makes such input of JSON."""
        part: Any = schema
        if met is _Input.PYTHON:
            validate = self.validator(schema, config).validate_python
            return SchemaValidator(core_schema.no_info_plain_validator_function(validate), config)
        # Before a function that sees it pydantic makes raw data of the JSON; any other schema needs one around it.
        hands_on = met is _Input.DATA and schema["type"] not in _SEES_RAW
        if self.root is not None and schema.get("ref") == self.root and not hands_on:
            # pydantic runs the outermost validators of a model twice where it is compiled again and contains itself.
            return self.whole  # type: ignore[return-value]  # or what plugins have made of one
        if self.definitions and refers(schema):
            if schema.get("ref") in self.definitions:
                part = core_schema.definition_reference_schema(schema["ref"])
            part = {"type": "definitions", "schema": part, "definitions": list(self.definitions.values())}
        if hands_on:
            part = core_schema.no_info_before_validator_function(_same, part)
        return SchemaValidator(part, config)


def _same(data: Any) -> Any:
    """Stand for a validator that hands the raw data on, as most do."""
    return data


def _not_alone(value: Any) -> ValidationError:
    """An error for a value of which only what is around it can make something.

    A validator may raise `PydanticOmit` or `PydanticUseDefault`: the list leaves the element out, the field takes its
    default. Of the value alone pydantic makes a `SchemaError`.
    """
    message = "only what is around the value can do what its validator asks for"
    detail = InitErrorDetails(type=PydanticCustomError("not_alone", message), loc=(), input=value)
    return ValidationError.from_exception_data(NOT_ALONE, [detail], "json")


UNTOLD: Final = _not_alone(None)
"""Stands for every error that nobody is told of: a real one keeps the whole value that it is about."""


def _show_typed_dict(parts: Parts) -> dict[str, Any]:
    arrived, extra = parts()
    return arrived | extra


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


def _exact_int(take: Take) -> Take:
    assert take is not None  # noqa: S101  # only `Any` takes numbers as they are
    return lambda number: number if type(number) is int else take(number)


def _exact_float(take: Take) -> Take:
    assert take is not None  # noqa: S101  # as above
    return lambda number: number if type(number) is float else take(number)


def _chain(first: Take, then: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return then if first is None else lambda value: then(first(value))


def _from_key(parse: Callable[[str], Any]) -> Take:
    """Make a key of a JSON key, with what validates an object: pydantic takes more of a string than of a key."""

    def take(key: str) -> Any:
        made = parse(f"{{{to_json(key).decode()}:null}}")
        if not made:  # its validator has left it out
            raise _not_alone(key)
        return next(iter(made))

    return take


def _from_json(parse: Callable[[str], Any]) -> Take:
    """Validate an atom from its JSON text, written anew."""
    return lambda atom: parse(to_json(atom).decode() if isinstance(atom, str) else json.dumps(atom))
