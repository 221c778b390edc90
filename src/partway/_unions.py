"""Unions: what each kind of JSON value can be in one, and what tells its members apart.

A union is planned by JSON kind. Where one member takes a kind, the place is that member's, as soon as the value begins.
Where several take objects or arrays, an `EitherShape` lists what each lets stand in them, as far as that is sure, for
`_settle` to rule members out. Whatever is doubtful is taken to fit: a wrong "no" would show a member that pydantic does
not choose.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from partway._kinds import EVENTS, is_pure, kinds, yields_to_text
from partway._schema import Schema, alias_paths, choices_of, fields_of, inner_of, is_plain_object, keys_of, strings_of
from partway._shapes import EitherShape, Member, Place, Prefixes, Test

__all__ = ["Unions"]

_LOOSE: Final = frozenset(("int", "float", "bool", "enum"))
"""What a JSON string fits less exactly than it fits `str`, so that in a union `str` takes it."""
_ANYTHING: Final = Test(EVENTS, {})


class Unions:
    """Plans the unions of one type.

    Args:
        place: Plans the place that a schema describes, under a configuration.
        definitions: The definitions that schemas refer to.
    """

    def __init__(self, place: Callable[[Schema, Any], Place], definitions: Mapping[str, Schema]) -> None:
        self._place = place
        self._definitions = definitions

    def plan(self, place: Place, schema: Schema, places: Mapping[Any, Place], config: Schema) -> None:
        """Plan a union: what each kind of JSON value can be in it.

        Args:
            place: The place of the union, to be told what it can be.
            schema: Its schema.
            places: The places of its members, by tag or number.
            config: The configuration of the model around it.
        """
        choices = choices_of(schema)
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
                if event in kinds(choice, self._definitions, config)
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
            inner = inner_of(choice, self._definitions)
            literal = strings_of(inner) if inner["type"] == "literal" else None
            if literal is not None and all(type(value) is str for value in inner["expected"]):
                values += literal
            elif inner["type"] == "str" and member.streams and member.takes["string"] is None:
                is_text = True
            elif is_text:  # and it stands before this one
                if smart and not yields_to_text(choice, self._definitions):
                    return
            elif not smart or choice["type"] not in _LOOSE:
                return
        if is_text:
            place.takes["string"] = None
            place.streams = not values
            place.prefixes = Prefixes(values, None) if values else None

    def _members(self, schema: Schema, place: Place, event: str, config: Schema) -> list[Member]:
        """What is known of the objects or arrays (by `event`) of a member of a union, which may be a union itself."""
        inner = inner_of(schema, self._definitions)
        match inner["type"]:
            case "union" | "tagged-union":
                choices = choices_of(inner).values()
                fitting = [choice for choice in choices if event in kinds(choice, self._definitions, config)]
                return [member for choice in fitting for member in self._members(choice, place, event, config)]
            case "model" | "dataclass" | "typed-dict" if is_plain_object(inner):
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
        config: Schema = schema.get("config") or {}
        inner = schema if schema["type"] == "typed-dict" else schema["schema"]
        tests: dict[str, Test] = {}
        for name, field in fields_of(inner):
            test = self._test(field["schema"], config)
            keys = set(keys_of(name, field, config))
            tests.update((key, test if len(keys) == 1 else _ANYTHING) for key in keys)
            if not isinstance(field.get("validation_alias"), str):  # a path may lead anywhere below its first key
                tests.update((str(path[0]), _ANYTHING) for path in alias_paths(field))
        behavior = inner.get("extra_behavior") or config.get("extra_fields_behavior") or "ignore"
        extras = inner.get("extras_schema")
        allowed = self._test(extras, config) if extras is not None and behavior == "allow" else _ANYTHING
        return Member(place, fields=tests, rest=None if behavior == "forbid" else allowed)

    def _test(self, schema: Schema, config: Schema) -> Test:
        takes = self._place(schema, config).takes if is_pure(schema, self._definitions) else {}
        return Test(kinds(schema, self._definitions, config), takes)


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
