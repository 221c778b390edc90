"""The class of a model's partials, and how instances of models are made without validating anything twice.

`Partial[Recipe]` is a subclass of `Recipe` with every field optional, so that a partial is a `Recipe` to `isinstance`
and to the editor. A partial is built when somebody looks at it: making one costs two calls, whatever the size of what
has arrived, and a field that nobody reads is never put together. Until then its slots and its `__dict__` are empty;
`__getattr__` (called where an attribute is missing) and the property `__dict__` (read by pydantic's serializer, `==`,
`repr`, `copy` and `pickle`) fill them. What it will show was fixed when it was made.

Computed fields, model serializers and validators are not inherited: they are written for whole models.
"""

from __future__ import annotations

import dataclasses
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import wraps
from types import BuiltinFunctionType, UnionType
from typing import TYPE_CHECKING, Annotated, Any, Final, Generic, TypeVar, Union, get_args, get_origin
from weakref import ref

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    PlainValidator,
    SerializeAsAny,
    Tag,
    WrapValidator,
)
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from partway._shapes import Parts
from partway.errors import UsageError

__all__ = ["Partial", "dataclass_maker", "is_partial", "model_maker", "partial_class", "show_dataclass", "show_model"]

T = TypeVar("T")
_MODEL: Final = 2
"""Where in the `__mro__` of a partial class the model (or dataclass) stands that it is made of."""
_new: Final = object.__new__
_set: Final = object.__setattr__
_get_dict: Final = BaseModel.__dict__["__dict__"].__get__
_set_dict: Final = BaseModel.__dict__["__dict__"].__set__
_set_fields_set: Final = BaseModel.__dict__["__pydantic_fields_set__"].__set__
_set_extra: Final = BaseModel.__dict__["__pydantic_extra__"].__set__
_set_private: Final = BaseModel.__dict__["__pydantic_private__"].__set__


class Partial(Generic[T]):
    """`Partial[Recipe]`: the class of the partials of `Recipe`, made once.

    It is a subclass of the model (or dataclass) in which every field is optional, and its instances cannot be
    changed. What has not arrived reads `None`; `model_fields_set` names what has.
    """

    if not TYPE_CHECKING:

        def __class_getitem__(cls, type_: Any) -> type:
            return partial_class(type_)


def partial_class(type_: Any) -> type:
    """The partial class of a model or dataclass.

    Raises:
        UsageError: It is neither, or names a type that is not defined yet.
    """
    if isinstance(type_, type):
        if issubclass(type_, BaseModel):
            try:
                return type_ if "__partway_parts__" in vars(type_) else _partial_model(type_)
            except NameError as error:
                raise UsageError(f"Partial[{type_.__name__}]: {str(error).splitlines()[0]}") from error
        if dataclasses.is_dataclass(type_):
            return _partial_dataclass(type_)
    raise UsageError(f"Partial[...] takes a model or a dataclass, not {type_!r}")


class _Unannounced:
    """Keeps the making of a partial class from the model: what it does with its subclasses is meant for the user's."""

    __slots__ = ()

    def __init_subclass__(cls, **_: Any) -> None:
        """Do nothing."""

    @classmethod
    def __pydantic_init_subclass__(cls, **_: Any) -> None:
        """Do nothing."""


def is_partial(cls: type) -> bool:
    """Whether a class is one of those that open models and dataclasses are shown as."""
    return _Unannounced in cls.__bases__


def _once(make: Callable[[type], type]) -> Callable[[type], type]:
    """Keep what is made of a class as long as a plan, a partial or anybody has it; one if several threads ask at once.

    Not longer: a class may have been made for one call, and goes with what was made of it.
    """
    known: dict[type, ref[type]] = {}

    @wraps(make)
    def get(cls: type) -> type:
        def forget(gone: ref[type]) -> None:
            if known.get(cls) is gone:
                del known[cls]

        kept = known.get(cls)
        made = None if kept is None else kept()
        new = made
        while made is None:
            if kept is not None:
                forget(kept)  # it is to be called, and was not yet
            new = new or make(cls)
            kept = known.setdefault(cls, ref(new, forget))  # another thread may have been faster
            made = kept()
        return made

    return get


@_once
def _partial_model(model: type[BaseModel]) -> type[BaseModel]:
    annotations = {name: _partial_field(field) for name, field in model.model_fields.items()}
    namespace: dict[str, Any] = {
        "__module__": model.__module__,
        "__qualname__": f"Partial[{model.__qualname__}]",
        "__doc__": f"A {model.__name__} that is still being written.",
        "__slots__": ("__partway_parts__",),
        "__annotations__": annotations,
        "__getattr__": _getattr,
        "__dict__": property(_filled_dict, _set_dict),
        "__reduce__": _reduce,
        "__init__": BaseModel.__init__,
        "model_post_init": lambda *_: None,
        "model_config": ConfigDict(
            frozen=True,
            defer_build=True,
            protected_namespaces=(),
            title=model.__name__,
            arbitrary_types_allowed=True,  # the validator that took care of one is not inherited
        ),
        **dict.fromkeys(annotations),
    }
    metaclass: Any = type(model)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what pydantic thinks of the field names it has said of the model
        made: type[BaseModel] = metaclass(f"Partial[{model.__name__}]", (_Unannounced, model), namespace)
    for decorators in ("computed_fields", "model_serializers", "model_validators", "field_validators", "validators"):
        getattr(made.__pydantic_decorators__, decorators).clear()
    made.model_rebuild(force=True)
    return made


def _partial_field(field: Any) -> Any:
    """The annotation of a field that may be absent or half there, with its names and what may serialize it."""
    kept = [part for part in field.metadata if hasattr(part, _SCHEMA) and not isinstance(part, _NO_SERIALIZER)]
    named = Field(
        alias=field.alias,
        alias_priority=field.alias_priority,
        validation_alias=field.validation_alias,
        serialization_alias=field.serialization_alias,
        title=field.title,
        description=field.description,
        exclude=field.exclude,
        exclude_if=_if_there(field.exclude_if),
        repr=field.repr,
    )
    loose: Any = _loose(field.annotation)
    for part in kept:
        loose = _annotated(loose, part)
    return Annotated[Union[loose, None], named]  # noqa: UP007  # `|` does not take every special form


def _if_there(excludes: Callable[[Any], bool] | None) -> Callable[[Any], bool] | None:
    """What says whether a value is left out of a dump, when it is asked about what has not arrived as well."""
    if excludes is None:
        return None

    def if_there(value: Any) -> bool:
        try:
            return excludes(value)
        except Exception:
            if value is None:  # which the user's own code need not expect
                return False
            raise

    return if_there


_SCHEMA: Final = "__get_pydantic_core_schema__"
_NO_SERIALIZER: Final = (AfterValidator, BeforeValidator, Discriminator, PlainValidator, Tag, WrapValidator)
_OF_ELEMENTS: Final[tuple[Any, ...]] = (list, set, frozenset, Sequence, Iterable)
_OF_PAIRS: Final[tuple[Any, ...]] = (dict, Mapping)
_duck_typed: Any = SerializeAsAny  # pydantic makes an annotation of it; type checkers see a class


def _loose(annotation: Any) -> Any:
    """An annotation whose serializer takes partials, and `None` for what could not be shown, without a warning."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return _duck_typed[annotation]
    if hasattr(annotation, "type_ref"):  # so pydantic refers to a generic model inside itself
        return Any
    origin: Any = get_origin(annotation)
    args = get_args(annotation)
    if origin is Annotated:
        # A union is told by its tag, which an open object may not have yet.
        kept = [part for part in args[1:] if not isinstance(part, Discriminator | Tag | FieldInfo)]
        return _annotated(_loose(args[0]), *kept)
    if origin in (Union, UnionType):
        return Union[tuple(_loose(arg) for arg in args)]  # noqa: UP007  # made of a tuple
    if origin is tuple:
        return tuple[Any, ...]
    if origin in _OF_ELEMENTS:
        return origin[Union[_loose(args[0]), None]]  # noqa: UP007  # as above
    if origin in _OF_PAIRS:
        return origin[args[0], Union[_loose(args[1]), None]]  # noqa: UP007  # as above
    return annotation


class _Hashable:
    """Metadata that cannot be hashed and brings a schema."""

    __slots__ = ("_part",)

    def __init__(self, part: Any) -> None:
        self._part = part

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> Any:
        return self._part.__get_pydantic_core_schema__(source, handler)


def _annotated(annotation: Any, *metadata: Any) -> Any:
    """An annotation with metadata, in a form that can be hashed: a union wants that."""
    for part in metadata:
        try:
            hash(part)
        except TypeError:
            if hasattr(part, _SCHEMA):
                annotation = Annotated[annotation, _Hashable(part)]
        else:
            annotation = Annotated[annotation, part]
    return annotation


def _getattr(self: Any, name: str) -> Any:
    if _fill(self):
        return getattr(self, name)
    filled = _get_dict(self)
    if name in filled:  # by another thread, since this one looked for it
        return filled[name]
    return type(self).__mro__[_MODEL].__getattr__(self, name)  # type: ignore[attr-defined]  # hidden from type checkers


def _filled_dict(self: Any) -> dict[str, Any]:
    _fill(self)
    return _get_dict(self)  # type: ignore[no-any-return]


def _reduce(self: Any) -> tuple[Any, ...]:
    # The class is made at run time, so a pickle names the model that it is made of.
    return _restore, (type(self).__mro__[_MODEL], self.__getstate__())


def _restore(model: type[BaseModel], state: dict[Any, Any]) -> BaseModel:
    partial: BaseModel = _new(_partial_model(model))
    partial.__setstate__(state)
    return partial


def _fill(partial: Any) -> bool:
    """Put together what a partial shows; `False` if that was done before, or it is a copy."""
    made = type(partial)
    slot = made.__partway_parts__
    try:
        parts: Parts | None = slot.__get__(partial)
    except AttributeError:
        return False
    if parts is None:
        return False
    arrived, extra = parts()
    _set_fields_set(partial, {*arrived, *extra})
    _set_extra(partial, extra if made.model_config.get("extra") == "allow" else None)
    _set_private(partial, _private_defaults(made) if made.__private_attributes__ else None)
    _set_dict(partial, {**dict.fromkeys(made.__pydantic_fields__), **arrived})
    slot.__set__(partial, None)  # last: another thread that looks meanwhile fills it with the same
    return True


def _private_defaults(model: type[BaseModel]) -> dict[str, Any]:
    """Their defaults, but of those that are made of the fields: these are not all there."""
    defaults = {
        name: private.get_default() if private.default_factory is None else private.default_factory()  # type: ignore[call-arg]  # it takes none
        for name, private in model.__private_attributes__.items()
        if not getattr(private, "default_factory_takes_validated_data", False)
    }
    return {name: value for name, value in defaults.items() if value is not PydanticUndefined}


def show_model(model: type[BaseModel]) -> Callable[[Parts], BaseModel]:
    """Make partials of a model; the partial class is made with the first.

    Raises:
        UsageError: It is a partial class itself.
    """
    if issubclass(model, _Unannounced):
        raise UsageError(f"{model.__name__} is a class of partials: pass the model itself, and the partials are of it")
    made: Any = None
    set_parts: Any = None
    at_once = any(hasattr(model, name) for name in model.model_fields)  # `__getattr__` is not asked for these

    def show(parts: Parts) -> BaseModel:
        nonlocal made, set_parts
        if made is None:
            first: Any = _partial_model(model)
            set_parts = first.__partway_parts__.__set__
            made = first  # last: another thread may look whether it is there
        partial: BaseModel = _new(made)
        set_parts(partial, parts)
        if at_once:
            _fill(partial)
        return partial

    return show


def model_maker(
    model: type[BaseModel], validate: Callable[[Any], Any], post_init: str | None
) -> Callable[[dict[str, Any]], BaseModel]:
    """Make instances of what the `model-fields` validator gives: the fields, the extras, the names that were set."""
    new: Any = model.__new__  # a class may have one of its own

    def make(parts: dict[str, Any]) -> BaseModel:
        fields, extra, fields_set = validate(parts)
        made: BaseModel = new(model)
        _set_dict(made, fields)
        _set_extra(made, extra)
        _set_fields_set(made, fields_set)
        _set_private(made, None)
        if post_init is not None:
            getattr(made, post_init)(None)
        return made

    return make


@_once
def _partial_dataclass(cls: type) -> type:
    # A `__new__` of the user's is meant for what is whole: take the first that is not written in Python.
    found = (vars(base).get("__new__") for base in cls.__mro__)
    new = next(new for new in found if isinstance(new, BuiltinFunctionType))
    namespace = {
        "__new__": lambda made, **_: new(made),
        "__init__": _init_partial,
        "__module__": cls.__module__,
        "__qualname__": f"Partial[{cls.__qualname__}]",
        "__doc__": f"A {cls.__name__} that is still being written.",
        "__setattr__": _frozen,
        "__delattr__": _frozen,
        "__reduce__": _reduce_dataclass,
    }
    return type(f"Partial[{cls.__name__}]", (_Unannounced, cls), namespace)


def _init_partial(self: Any, **values: Any) -> None:
    _set_all(self, {**dict.fromkeys(field.name for field in dataclasses.fields(self)), **values})


def _frozen(self: Any, name: str, *_: Any) -> None:
    raise dataclasses.FrozenInstanceError(f"a partial cannot be changed: {type(self).__name__}.{name}")


def _reduce_dataclass(self: Any) -> tuple[Any, ...]:
    values = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
    values |= getattr(self, "__dict__", {})  # extra keys as well
    return _restore_dataclass, (type(self).__mro__[_MODEL], values)


def _restore_dataclass(cls: type, values: dict[str, Any]) -> Any:
    return _set_all(_partial_dataclass(cls)(), values)


def show_dataclass(cls: type) -> Callable[[Parts], Any]:
    """Make partials of a dataclass. They are put together at once: a class attribute may hide what is missing."""
    names = {field.name for field in dataclasses.fields(cls)}

    def show(parts: Parts) -> Any:
        arrived, extra = parts()
        shown = _partial_dataclass(cls)(**arrived)
        return _set_all(shown, {key: value for key, value in extra.items() if key not in names}) if extra else shown

    return show


def dataclass_maker(cls: type, validate: Callable[[Any], Any], *, slots: bool) -> Callable[[dict[str, Any]], Any]:
    """Make instances of what the `dataclass-args` validator gives."""
    new: Any = cls.__new__
    if slots:
        return lambda parts: _set_all(new(cls), validate(parts)[0])

    def make(parts: dict[str, Any]) -> Any:
        made = new(cls)
        _set(made, "__dict__", validate(parts)[0])
        return made

    return make


def _set_all(instance: Any, values: dict[str, Any]) -> Any:
    for name, value in values.items():
        _set(instance, name, value)
    return instance
