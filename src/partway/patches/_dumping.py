"""How the value of each place of a type is dumped: read off pydantic's core schema, beside the plan.

To follow a value at the cost of what changes, its parts must be dumped one by one and still give what pydantic gives
for the whole. That holds where the serializer of an object or array is made of those of its parts and of nothing
else. So a form is *exact* only for what is known to be so; whatever else a schema has (serializers of the user's,
computed fields, root models, sets, a union of two lists), the value at its place is dumped whole.

pydantic's own serializers make every value, each compiled for one place when it is first needed. Most parts are
strings, integers and booleans in places that leave them as they are, and need none. The others are dumped to JSON
and read back: only so is every value one of JSON, an infinite float too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from math import isfinite
from typing import Any, Final, NamedTuple

from pydantic import BaseModel, TypeAdapter
from pydantic_core import from_json

from partway._partial import is_partial
from partway._schema import Schema, fields_of
from partway._shapes import ArrayShape, DictShape, ObjectShape, Shape
from partway.patches._choices import ATOMS, BUILT_IN, Schemas, dumped_key, looks_around, unwrapped

__all__ = ["OMIT", "ArrayForm", "DictForm", "FieldForm", "Form", "ObjectForm", "form_for"]

OMIT: Final = object()
"""No value: a serializer has raised, so the place is left out."""


class FieldForm(NamedTuple):
    """A field of an object: the key it is dumped under, `None` if it never is, and its form."""

    key: str | None
    form: Form


class ObjectForm:
    """How a model, dataclass or TypedDict is dumped.

    Attributes:
        cls: Its class; `dict` for a TypedDict.
        fields: Its fields by name.
        extra: The form of what is no field.
        has_extra: Whether what is no field is dumped.
        exact: Whether the dump of one that is open is that of its fields, one by one.
        closes: Whether the dump of a complete one is.
    """

    __slots__ = ("closes", "cls", "exact", "extra", "fields", "has_extra")

    def __init__(self, schema: Schema, forms: _Forms) -> None:
        self.cls: type = dict if schema["type"] == "typed-dict" else schema["cls"]
        outer = schema if schema["type"] == "typed-dict" else schema["schema"]
        inner = unwrapped(outer)
        config = schema.get("config") or {}
        known = inner["type"] in ("model-fields", "dataclass-args", "typed-dict") and "serialization" not in inner
        named = fields_of(inner) if known else []
        self.exact = known and not any(looks_around(field) for _, field in named)
        self.closes = self.exact and not inner.get("computed_fields") and "serialization" not in schema
        self.closes &= not (schema.get("post_init") or schema.get("custom_init") or inner is not outer)
        dumped = {name for name, _ in named} if schema["type"] != "dataclass" else set(schema.get("fields", ()))
        if schema["type"] == "dataclass":
            self.closes &= dumped == {name for name, field in named if not field.get("init_only")}
        self.fields = {
            name: FieldForm(dumped_key(name, field, dumped), forms.at(field["schema"], config)) for name, field in named
        }
        self.has_extra = schema["type"] != "dataclass"
        extras = inner.get("extras_schema")
        self.extra = forms.at(_ANY if extras is None else extras, config)

    def parts(self, value: Any) -> Iterator[tuple[str, bool, str, Form, Any]]:
        """What is dumped of an object, of each part: name, whether it is a field, key, form and value."""
        for name, part in self._named(value):
            field = self.fields.get(name)
            if field is None:
                yield name, False, name, self.extra, part
            elif field.key is not None:
                yield name, True, field.key, field.form, part
        if isinstance(value, BaseModel):  # of these, one may be called like a field whose key is another
            for name, part in (value.__pydantic_extra__ or {}).items():
                yield name, False, name, self.extra, part

    def _named(self, value: Any) -> Iterator[tuple[str, Any]]:
        if isinstance(value, BaseModel):
            fields = value.__dict__
            for name in value.model_fields_set:
                if name in fields and name in self.fields:
                    yield name, fields[name]
        elif isinstance(value, dict):
            yield from value.items()
        else:
            partial = is_partial(type(value))
            for name in self.fields:
                part = getattr(value, name, OMIT)
                if part is not OMIT and not (partial and part is None):  # there, None is what has not come
                    yield name, part


class ArrayForm:
    """How a list or tuple is dumped: `first` are the forms of its first elements, `rest` that of the others."""

    __slots__ = ("first", "make", "rest")

    exact: Final = True
    closes: Final = True

    def __init__(self, make: type, first: tuple[Form, ...], rest: Form) -> None:
        self.make = make
        self.first = first
        self.rest = rest

    def place(self, index: int) -> Form:
        """The form of the element at `index`."""
        return self.first[index] if index < len(self.first) else self.rest


class DictForm:
    """How a dict is dumped."""

    __slots__ = ("_keys", "_plain", "values")

    exact: Final = True
    closes: Final = True

    def __init__(self, keys: Form, values: Form, schema: Schema) -> None:
        self.values = values
        self._plain = str in keys.atoms
        self._keys = keys.but({"type": "dict", "keys_schema": schema.get("keys_schema", _ANY), "values_schema": _ANY})

    def key(self, key: Any) -> str | None:
        """What a key is dumped as; `None` if its serializer has raised."""
        if self._plain and type(key) is str:
            return key
        dumped = self._keys.dump_whole({key: None})
        return None if dumped is OMIT else str(next(iter(dumped)))


class Form:
    """How the value of one place is dumped.

    Attributes:
        atoms: The types whose values are left as they are.
        text: Whether a string is left as it is, also one that is open.
        direct: Whether no function of the user's runs on the complete value, which could change it from inside.
    """

    __slots__ = (
        "_arrays",
        "_choices",
        "_config",
        "_dicts",
        "_forms",
        "_hides",
        "_objects",
        "_schema",
        "_serializer",
        "atoms",
        "direct",
        "text",
    )

    def __init__(self, schema: Schema, config: Schema, forms: _Forms) -> None:
        self._schema = schema
        self._config = config
        self._forms = forms
        self._serializer: Any = None
        self._choices, self.direct = forms.schemas.choices(schema)
        self._hides = forms.schemas.is_around(schema)
        self._objects: dict[type, ObjectForm | None] = {}
        self._arrays: dict[type, ArrayForm | None] = {}
        self._dicts: list[DictForm | None] | None = None
        kinds = {choice["type"] for choice in self._choices or ()}
        self.text = self._choices is not None and kinds <= BUILT_IN
        self.atoms = frozenset(atom for kind in kinds for atom in ATOMS.get(kind, ())) if self.text else frozenset()

    def but(self, schema: Schema) -> Form:
        """The form of something else at the same place."""
        return Form(schema, self._config, self._forms)

    def dump(self, value: Any) -> Any:
        """The JSON value of a complete value; `OMIT` if there is none, because a serializer has raised."""
        if type(value) in self.atoms and (type(value) is not float or isfinite(value)):
            return value
        dumped = self.dump_whole(value)
        return self._by_parts(value, Form.dump) if dumped is OMIT else dumped

    def dump_whole(self, value: Any) -> Any:
        """The same, but `OMIT` too if a part of it cannot be dumped."""
        if self._serializer is None:
            self._serializer = self._forms.schemas.serializer(self._schema, self._config)
        try:
            return from_json(self._serializer.to_json(value, by_alias=True, exclude_unset=True, warnings=False))
        except Exception:  # noqa: BLE001  # whatever a serializer of the user's raises
            return OMIT

    def dump_open(self, value: Any) -> Any:
        """The same for a value that may hold partials, which are dumped as they are: without computed fields."""
        dumped = self._by_parts(value, Form.dump_open)
        if dumped is not OMIT:
            return dumped
        if not (is_partial(type(value)) and isinstance(value, BaseModel)):
            return self.dump(value)
        # A serializer of the place may hide what is in the model.
        return self.dump_whole(value) if self._hides else _dump_partial(value)

    def _by_parts(self, value: Any, dump: Callable[[Form, Any], Any]) -> Any:
        """The dumps of the parts of a value, but for those that cannot be dumped; `OMIT` if it must be dumped whole."""
        kind = type(value)
        if kind is list or kind is tuple:
            array = self.array(kind)
            if array is None:
                return OMIT
            elements = (dump(array.place(index), element) for index, element in enumerate(value))
            return [None if element is OMIT else element for element in elements]
        if kind is dict and (either := self.dict()) is not None:
            pairs = ((either.key(key), dump(either.values, inner)) for key, inner in value.items())
        else:
            form = self.object(kind.__mro__[2] if is_partial(kind) else kind)
            if form is None or not (form.exact if is_partial(kind) or kind is dict else form.closes):
                return OMIT
            pairs = ((key, dump(place, part)) for _, _, key, place, part in form.parts(value))
        return {key: inner for key, inner in pairs if key is not None and inner is not OMIT}

    def into(self, shape: Shape) -> ObjectForm | ArrayForm | DictForm | None:
        """The form of the object or array that is open here; `None` if it is dumped whole."""
        match shape:
            case ObjectShape(cls=cls):
                form = self.object(cls)
                return form if form is not None and form.exact else None
            case ArrayShape(make=make):
                return self.array(make)
            case DictShape():
                return self.dict()

    def object(self, cls: type) -> ObjectForm | None:
        """The form of an object of a class, if it is one of those that may stand here."""
        if cls not in self._objects:
            kinds = ("typed-dict",) if cls is dict else ("model", "dataclass")
            found = [choice for choice in self._choices or () if choice["type"] in kinds]
            found = [choice for choice in found if cls is dict or choice["cls"] is cls]
            sure = len(found) == 1 and not found[0].get("root_model") and not (cls is dict and self._mixed_dicts())
            self._objects[cls] = ObjectForm(found[0], self._forms) if sure else None
        return self._objects[cls]

    def array(self, make: type) -> ArrayForm | None:
        """The form of a list or tuple, if there is one only that may stand here."""
        if make not in self._arrays:
            self._arrays[make] = self._array(make)
        return self._arrays[make]

    def _array(self, make: type) -> ArrayForm | None:
        found = [choice for choice in self._choices or () if choice["type"] in _ARRAYS]
        if len(found) != 1:
            return None
        [schema] = found
        at = self._forms.at
        if schema["type"] == "any":
            return ArrayForm(make, (), at(_ANY, self._config)) if make is list else None
        if schema["type"] != make.__name__:
            return None
        if make is list:
            return ArrayForm(list, (), at(schema.get("items_schema", _ANY), self._config))
        items = [at(item, self._config) for item in schema["items_schema"]] if make is tuple else []
        variadic = schema.get("variadic_item_index")
        if make is not tuple or variadic not in (None, len(items) - 1):
            return None
        if variadic is None:
            return ArrayForm(tuple, tuple(items), at(_ANY, self._config))
        return ArrayForm(tuple, tuple(items[:-1]), items[-1])

    def dict(self) -> DictForm | None:
        """The form of a dict, if there is one only that may stand here."""
        if self._dicts is None:
            found = [choice for choice in self._choices or () if choice["type"] in ("dict", "any", "typed-dict")]
            self._dicts = [None]
            if len(found) == 1 and found[0]["type"] != "typed-dict":
                at = self._forms.at
                keys = at(found[0].get("keys_schema", _ANY), self._config)
                self._dicts = [DictForm(keys, at(found[0].get("values_schema", _ANY), self._config), found[0])]
        return self._dicts[0]

    def _mixed_dicts(self) -> bool:
        return any(choice["type"] in ("dict", "any") for choice in self._choices or ())


_ANY: Final[Schema] = {"type": "any"}
_ARRAYS: Final = frozenset(("list", "tuple", "set", "frozenset", "any"))


class _Forms:
    """The forms of one type. A type that contains itself comes back to the same form."""

    def __init__(self, adapter: TypeAdapter[Any]) -> None:
        self.schemas = Schemas(adapter.core_schema)
        self._made: dict[tuple[int, int], Form] = {}
        self.root = self.at(self.schemas.root, {})

    def at(self, schema: Schema, config: Schema) -> Form:
        """The form of a place; `config` is that of the model around it."""
        resolved = self.schemas.resolved(schema)
        if resolved is not schema:
            config = {}
        key = (id(resolved), id(config) if config else 0)
        if key not in self._made:
            self._made[key] = Form(resolved, config, self)
        return self._made[key]


@lru_cache(maxsize=256)
def form_for(adapter: TypeAdapter[Any]) -> Form:
    """The form of the whole of a type; made once for an adapter."""
    return _Forms(adapter).root


def _dump_partial(value: BaseModel) -> Any:
    try:
        return from_json(value.model_dump_json(by_alias=True, exclude_unset=True, warnings=False))
    except Exception:  # noqa: BLE001  # a serializer of the user's has met what is not there yet
        return OMIT
