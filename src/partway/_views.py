"""Partials as instances of a class of the user's own.

A partial as it is made here is a `Recipe` to the type checker, which hides that fields may read `None`. A user who
wants the checker to know writes `RecipeSoFar`, whose fields say so, and a viewer shows what has arrived as that. It is
a layer over ordinary snapshots: whatever makes these knows nothing of it.

The two types are walked side by side when the viewer is made. That finds what is wrong with the user's class, all of
it at once, and leaves a `Place` wherever something is to be converted. Where the class names `Step | StepSoFar`, a
complete `Step` passes as it is and an open one is shown as a `StepSoFar`; where it names only one of them, that is
what stands there.
"""

from __future__ import annotations

import collections.abc
import dataclasses
from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final, Literal, NewType, Union

import typing_extensions

from partway._annotations import (
    SEQUENCES,
    NoneType,
    Structured,
    args_of,
    fields_of,
    is_dataclass,
    is_model,
    is_typed_dict,
    members,
    origin_of,
    spell,
    structured,
)
from partway._misfits import MisfitError, lacking, misfit_of, unknown, without_default, without_none
from partway._view_makers import (
    DataclassView,
    ModelView,
    Place,
    Seen,
    View,
    joined,
    read_dataclass,
    read_model,
    read_nothing,
)
from partway.errors import UsageError

__all__ = ["viewer"]


def viewer(type_: Any, partial: Any) -> Callable[[Any], Any]:
    """What shows the partials of a type as those of a class of the user's own.

    Raises:
        UsageError: The class cannot show them; the message says where, and why.
    """
    if is_model(type(partial)) or is_dataclass(type(partial)):
        name = type(partial).__name__
        raise UsageError(f"partial takes a class, not an instance of {name}: pass {name} itself")
    try:
        place = _compared(type_, partial, repr((type_, partial)))
    except TypeError:  # one of them cannot be hashed
        place = _compare(type_, partial)
    if place is None:
        return _as_it_is
    seen: dict[Any, Seen] = {}
    turn = 0

    def view(value: Any) -> Any:
        nonlocal turn
        turn += 1
        return None if value is None else place.show(value, seen, None, turn)

    return view


def _compare(type_: Any, partial: Any) -> Place | None:
    name = spell(partial)
    try:
        return _Comparison().place(type_, partial, name)
    except MisfitError as misfit:
        lines = "".join(f"\n- {problem}" for problem in misfit.problems)
        raise UsageError(
            f"{name} cannot show a {spell(type_)} that is still being written:{lines}\n"
            "`partway stubs module:Name` writes classes that can"
        ) from None


@lru_cache(maxsize=512)
def _compared(type_: Any, partial: Any, _spelling: str) -> Place | None:
    """Keep what was found out, as plans are kept."""
    return _compare(type_, partial)


def _as_it_is(value: Any) -> Any:
    return value


class _Comparison:
    """Walks a type and what is to show it side by side. What is recursive comes back to where it was."""

    def __init__(self) -> None:
        self._places: dict[tuple[Any, Any], Place] = {}
        self._views: dict[tuple[Structured, Structured], View] = {}

    def place(self, whole: Any, shown: Any, path: str) -> Place | None:
        """What is to be converted where a type says `whole` and the user's class `shown`; `None`: nothing.

        Raises:
            MisfitError: It cannot be.
        """
        place = Place()
        try:
            known = self._places.setdefault((whole, shown), place)
        except TypeError:  # something in `Annotated` that cannot be hashed; nothing comes back to that
            known = place
        if known is not place:
            return known
        targets = members(shown)
        if any(target is Any or target is object for target in targets):
            return None
        sources = members(whole)
        fitting = self._fitting(sources, targets, path)
        for source in sources:
            place.join(self._member(source, targets, fitting, path))
        if NoneType in targets:
            place.nothing = None
        return None if place.passes else place

    def _fitting(self, sources: list[Any], targets: list[Any], path: str) -> dict[Any, list[Place]]:
        """The classes that can show each class with fields, the likeliest first. Each must be of use for one."""
        fitting: dict[Structured, list[Place]] = {}
        classes = [found for source in sources if (found := structured(source)) is not None]
        for target in targets:
            view = structured(target)
            if view is None or any(_is_a(source.cls, view.cls) for source in classes):
                continue
            problems: list[str] = []
            fits = False
            for source in classes:
                if is_typed_dict(source.cls) != is_typed_dict(view.cls):
                    continue
                before = dict(self._places), dict(self._views)
                try:
                    place = (
                        self._typed_dict(source, view, path)
                        if is_typed_dict(view.cls)
                        else self._class(source, view, path)
                    )
                except MisfitError as misfit:
                    self._places, self._views = before  # what was found on the way supposed that it fits
                    problems += misfit.problems
                else:
                    fits = True
                    at = 0 if view.cls.__name__.startswith(source.cls.__name__) else len(fitting.get(source, ()))
                    fitting.setdefault(source, []).insert(at, place)
            if problems and not fits:
                raise MisfitError(problems)
        return fitting

    def _member(self, source: Any, targets: list[Any], fitting: dict[Any, list[Place]], path: str) -> Place | None:
        """The place of one type that may stand somewhere."""
        found = structured(source)
        if found is not None:
            return self._structured(found, targets, fitting.get(found, []), path)
        if isinstance(source, NewType) and source not in targets:
            place = Place()
            for member in members(source.__supertype__):
                place.join(self._member(member, targets, fitting, path))
            return place
        if source in targets:
            return None
        if origin_of(source) is Literal:
            if all(_holds_value(targets, value) for value in args_of(source)):
                return None
            raise misfit_of(source, targets, path)
        kind: Any = origin_of(source) or source
        problems: list[str] = []
        for target in targets:
            if _is_a(kind, origin_of(target) or target):
                try:
                    return self._arguments(kind, source, target, path)
                except MisfitError as misfit:
                    problems += misfit.problems
        raise MisfitError(problems) if problems else misfit_of(source, targets, path)

    def _structured(self, source: Structured, targets: list[Any], fitting: list[Place], path: str) -> Place | None:
        kinds = [origin_of(target) or target for target in targets]
        problems: list[str] = []
        for kind in kinds:
            if isinstance(kind, type) and typing_extensions.is_protocol(kind):
                has = {*fields_of(source), *dir(source.cls)}
                lacks = sorted(name for name in typing_extensions.get_protocol_members(kind) if name not in has)
                if not lacks:
                    return None  # what is there already is one
                problems += [f"{path}.{name}: {spell(source.type)} has no such attribute" for name in lacks]
        is_kept = any(_is_a(source.cls, kind) for kind in kinds)
        if not fitting:
            if is_kept:
                return None
            raise MisfitError(problems) if problems else misfit_of(source.type, targets, path)
        place = Place()
        place.join(fitting[0])
        if is_kept:
            place.keys = {}
            place.models = {cls: (None, shows_open) for cls, (_, shows_open) in place.models.items()}
        return place

    def _arguments(self, kind: type, source: Any, target: Any, path: str) -> Place | None:
        """The place of a container in another of its kind."""
        have, want = args_of(target), args_of(source)
        if not have:
            return None
        place = Place()
        if issubclass(kind, collections.abc.Mapping):
            key, value = want or (Any, Any)
            self._unchanged(key, have[0], f"{path}[key]")
            if len(have) == 2:
                place.values = self.place(value, have[1], f"{path}[*]")
        elif issubclass(kind, tuple) and kind is not tuple:
            return None  # a class of its own
        elif kind is tuple:
            place.elements = self._of_tuple(source, target, path)
        elif issubclass(kind, collections.abc.Iterable) and len(have) == 1 and len(want) < 2:
            element = want[0] if want else Any
            if kind is list or kind in SEQUENCES:
                place.elements = self.place(element, have[0], f"{path}[*]")
            else:  # an element of a set is not shown before it is complete
                self._unchanged(element, have[0], f"{path}[*]")
        elif want != have:
            raise misfit_of(source, [target], path)
        return place

    def _of_tuple(self, source: Any, target: Any, path: str) -> Place | None:
        want, have = args_of(source) or (Any, ...), args_of(target)
        if (origin_of(target) is not tuple) or have[-1:] == (...,):
            elements = [element for element in want if element is not ...]
            try:  # together: what is of no use for one element may be for another
                return self.place(Union[tuple(elements)], have[0], f"{path}[*]")  # noqa: UP007  # made of a tuple
            except TypeError:  # something in `Annotated` that cannot be hashed
                want, each = tuple(elements), [(have[0], "[*]")] * len(elements)
        elif ... in want or len(want) != len(have):
            raise misfit_of(source, [target], path)
        else:
            each = [(have[index], f"[{index}]") for index in range(len(have))]
        place: Place | None = None
        for element, (shown, step) in zip(want, each, strict=True):
            if element is not ...:
                place = joined(place, self.place(element, shown, path + step))
        return place

    def _unchanged(self, whole: Any, shown: Any, path: str) -> None:
        place = self.place(whole, shown, path)
        if place is not None and not place.keeps_whole:
            raise MisfitError([f"{path}: complete ones alone are shown here: write `{spell(whole)}`"])

    def _typed_dict(self, source: Structured, view: Structured, path: str) -> Place:
        wanted, has = fields_of(source), fields_of(view)
        place = Place()
        problems = [lacking(source, view, name, path) for name in wanted if name not in has]
        for name, annotation in has.items():
            if name not in wanted:
                problems.append(unknown(source, name, wanted, path))
            elif name in view.cls.__required_keys__:
                problems.append(f"{path}.{name}: it may be absent: make {view.cls.__name__} a TypedDict(total=False)")
            else:
                try:
                    part = self.place(wanted[name], annotation, f"{path}.{name}")
                except MisfitError as misfit:
                    problems += misfit.problems
                else:
                    if part is not None:
                        place.keys[name] = part
        if problems:
            raise MisfitError(problems)
        return place

    def _class(self, source: Structured, view: Structured, path: str) -> Place:
        shown = self._views.get((source, view))
        if shown is None:
            shown = ModelView(view.cls) if is_model(view.cls) else DataclassView(view.cls)
            self._views[source, view] = shown
            shown.places = self._fields(source, view, path)
        place = Place()
        make = shown.make(read_model if is_model(source.cls) else read_dataclass)
        place.models[source.cls] = make, make
        place.nothing = shown.make(read_nothing)
        return place

    def _fields(self, source: Structured, view: Structured, path: str) -> dict[str, Place | None]:
        wanted, has = fields_of(source), fields_of(view)
        problems = [lacking(source, view, name, path) for name in wanted if name not in has]
        places: dict[str, Place | None] = {}
        for name, annotation in has.items():
            if name not in wanted:
                problems.append(unknown(source, name, wanted, path))
                continue
            default = _default_of(view.cls, name)
            if default is _REQUIRED:
                problems.append(without_default(wanted[name], name, path))
            elif default is None and not _may_be_none(annotation):
                problems.append(without_none(wanted[name], annotation, name, path))
            try:
                places[name] = self.place(wanted[name], annotation, f"{path}.{name}")
            except MisfitError as misfit:
                problems += misfit.problems
        if problems:
            raise MisfitError(problems)
        return places


_REQUIRED: Final = object()
_MADE: Final = object()


def _default_of(cls: Any, name: str) -> Any:
    """The default of a field; `_REQUIRED` if it has none, `_MADE` if it is made each time."""
    fields = getattr(cls, "__pydantic_fields__", None)
    if fields is not None and name in fields:
        field = fields[name]
        if field.is_required():
            return _REQUIRED
        return _MADE if field.default_factory is not None else field.default
    plain = next(field for field in dataclasses.fields(cls) if field.name == name)
    if plain.default_factory is not dataclasses.MISSING:
        return _MADE
    return _REQUIRED if plain.default is dataclasses.MISSING else plain.default


def _may_be_none(annotation: Any) -> bool:
    return any(member in (NoneType, Any, object) for member in members(annotation))


def _is_a(kind: Any, target: Any) -> bool:
    """Whether instances of a class may stand where another is named, to a type checker."""
    if not isinstance(kind, type) or not isinstance(target, type):
        return False
    if is_typed_dict(kind) or is_typed_dict(target):
        return kind is target or (is_typed_dict(kind) and target in (dict, collections.abc.Mapping))
    if typing_extensions.is_protocol(target) and target.__module__ not in ("typing", "collections.abc"):
        return False
    if target in (float, complex) and issubclass(kind, int | float):
        return True
    generic = getattr(target, "__pydantic_generic_metadata__", None)
    if generic and generic["origin"] is not None and all(arg is Any for arg in generic["args"]):
        target = generic["origin"]  # the name of a generic class alone stands for it with `Any`
    return issubclass(kind, target)


def _holds_value(targets: list[Any], value: Any) -> bool:
    """Whether a value of a `Literal` may stand here."""
    for target in targets:
        if origin_of(target) is Literal:
            if any(type(held) is type(value) and held == value for held in args_of(target)):
                return True
        elif _is_a(type(value), target):
            return True
    return False
