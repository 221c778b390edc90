"""The inputs: a type, a document of it, and what counts as a failure.

`failure` is the sentence, `judge` the same as a function of what was shown, which is all that decides. It
sees only the moments between `first` and `last`, two pieces of the text: from the end of the one to that of the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from benchmarks.compared import models
from benchmarks.compared.story import Mark, Shown, arrived, fields_set, part

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True)
class Case:
    """An input, and how what is shown of it is judged.

    Attributes:
        name: How the peers that need a type of their own for it know it.
        text: What the stream brings.
        moments: The ends of the text at the moments that are printed, unless another one is worse.
        judge: What is shown, and the text so far, to a mark; an error is judged before it is asked.
        typed: Only peers that know the type are asked: the others have nothing to fail with.
        bare: The text is bare JSON; otherwise only those are asked that look for it.
        ends: The text ends too early, and what is judged is the end.
        path: The place whose state partway is asked for.
    """

    name: str
    title: str
    types: tuple[type, ...]
    typed_dict: Any
    text: str
    first: str
    moments: tuple[str, ...]
    last: str
    failure: str
    judge: Callable[[Shown, str], Mark]
    typed: bool = False
    bare: bool = True
    ends: bool = False
    path: tuple[str | int, ...] = ()
    told: Callable[[Any], str] = lambda _: ""

    @property
    def model(self) -> Any:
        """The type of the document."""
        return self.types[-1]

    def after(self, piece: str) -> int:
        """How many characters had arrived when this piece of the text had."""
        return self.text.index(piece) + len(piece)


def _whole(beside: str, name: str, *allowed: Any) -> Callable[[Shown, str], Mark]:
    """Judge a place that may be shown only whole; what stands beside it has arrived before."""

    def judge(shown: Shown, _: str) -> Mark:
        value = part(shown.value, name)
        if value is None:
            return Mark.RIGHT if not beside or part(shown.value, beside) is not None else Mark.LATE
        return Mark.RIGHT if _plain(value) in allowed else Mark.WRONG

    return judge


def _plain(value: Any) -> Any:
    # The members of an enum of BAML begin with a capital letter.
    return str(value.value).lower() if isinstance(value, Enum) else value


def _union(shown: Shown, so_far: str) -> Mark:
    for index, kind in enumerate(("circle", "square")):
        element = part(shown.value, "shapes", index)
        known = f'"{kind}"' in so_far
        if element is None:
            if known:
                return Mark.LATE
            continue
        if part(element, "kind") not in (kind, *([] if known else [None])):
            return Mark.WRONG
        if isinstance(element, BaseModel) and kind not in type(element).__name__.lower():
            return Mark.WRONG
    return Mark.RIGHT


def _default(shown: Shown, _: str) -> Mark:
    if part(shown.value, "retries") is not None or part(shown.value, "urgent") is not None:
        return Mark.WRONG
    return Mark.RIGHT if part(shown.value, "title") is not None else Mark.LATE


def _validated(shown: Shown, so_far: str) -> Mark:
    if any(call != (5, 12) for call in shown.calls):
        return Mark.WRONG
    return Mark.LATE if part(shown.value, "span", "start") is None and "5," in so_far else Mark.RIGHT


def _element(shown: Shown, so_far: str) -> Mark:
    if part(shown.value, "lines", 1, "count") == "many" or part(shown.value, "lines", 1, "sku") == "c-3":
        return Mark.WRONG
    if "4}" not in so_far:
        return Mark.RIGHT
    if part(shown.value, "lines", 2, "sku") != "c-3":
        return Mark.LATE
    return Mark.RIGHT if "rejected" in shown.told else Mark.WRONG


def _absent(shown: Shown, so_far: str) -> Mark:
    there = "nickname" in arrived(shown.value)
    if "nickname" not in so_far:
        return Mark.WRONG if there else Mark.RIGHT
    return Mark.LATE if "null," in so_far and not there else Mark.RIGHT


def _found(shown: Shown, so_far: str) -> Mark:
    value, title = shown.value, part(shown.value, "title")
    if value is not None and (not isinstance(value, BaseModel | dict) or arrived(value) - {"title", "level"}):
        return Mark.WRONG
    if title is not None and not "Leak".startswith(title):
        return Mark.WRONG
    return Mark.LATE if "Leak" in so_far and title is None else Mark.RIGHT


def _prefix(shown: Shown, so_far: str) -> Mark:
    name = part(shown.value, "name")
    if name is not None and not "Café 😀".startswith(name):
        return Mark.WRONG
    certain = "Café" if r"\u00e9" in so_far else "Caf"
    return Mark.RIGHT if (name or "").startswith(certain) else Mark.LATE


def _ended(shown: Shown, _: str) -> Mark:
    return Mark.RIGHT if shown.error or shown.told else Mark.WRONG


CASES = (
    Case(
        name="enum",
        title="A half enum",
        types=(models.Color, models.Lamp),
        typed_dict=models.LampDict,
        text='{"room": "kitchen", "color": "green"}',
        first='"color": "',
        moments=('"gree',),
        last='"green',
        failure="while `color` is being written, something is shown for it that is not a member of the enum, or an "
        "error comes, or `room`, which is whole, is not to be seen.",
        judge=_whole("room", "color", "green"),
        path=("color",),
    ),
    Case(
        name="member",
        title="A member that another one begins with",
        types=(models.Level, models.Ticket),
        typed_dict=models.TicketDict,
        text='{"title": "Leak", "level": "highest"}',
        first='"level": "',
        moments=('"high',),
        last='"highest',
        failure="while `highest` is being written, `high` or something that is no member is shown, or an error comes,"
        " or `title` is not to be seen.",
        judge=_whole("title", "level", "highest"),
        path=("level",),
    ),
    Case(
        name="date",
        title="A half date",
        types=(models.Trip,),
        typed_dict=models.TripDict,
        text='{"place": "Oslo", "day": "2024-01-31"}',
        first='"day": "',
        moments=('"2024-01',),
        last='"2024-01-31',
        failure="while `day` is being written, anything but the day is shown for it, or an error comes, or `place` is"
        " not to be seen.",
        judge=_whole("place", "day", date(2024, 1, 31), "2024-01-31"),
        path=("day",),
    ),
    Case(
        name="datetime",
        title="A time whose beginning is a time of its own",
        types=(models.Train,),
        typed_dict=models.TrainDict,
        text='{"place": "Oslo", "leaves": "2024-01-31T10:30:45"}',
        first='"leaves": "',
        moments=('"2024',),
        last='"2024-01-31T10:30:45',
        failure="while `leaves` is being written, another time (`2024` alone is a Unix timestamp to pydantic) or half"
        " of it is shown, or an error comes, or `place` is not to be seen.",
        judge=_whole("place", "leaves", datetime(2024, 1, 31, 10, 30, 45), "2024-01-31T10:30:45"),  # noqa: DTZ001
        path=("leaves",),
    ),
    Case(
        name="number",
        title="A half number",
        types=(models.Town,),
        typed_dict=models.TownDict,
        text='{"people": 1234, "name": "Ulm"}',
        first='"people": ',
        moments=("12",),
        last="1234",
        failure="`1`, `12` or `123` is shown for `people`, or an error comes.",
        judge=_whole("", "people", 1234),
        path=("people",),
    ),
    Case(
        name="union",
        title="A discriminated union in a list",
        types=(models.Circle, models.Square, models.Drawing),
        typed_dict=models.DrawingDict,
        text='{"shapes": [{"kind": "circle", "radius": 5}, {"kind": "square", "side": 3}]}',
        first='{"kind',
        moments=('"square", "si', '"kind": "squ'),
        last='"side": 3',
        failure="a half tag or the wrong member is shown, or an error comes; or, once its tag is closed, an element "
        "is not to be seen.",
        judge=_union,
        path=("shapes", 1),
    ),
    Case(
        name="default",
        title="A default before its field",
        types=(models.Job,),
        typed_dict=models.JobDict,
        text='{"title": "Nightly backup", "retries": 5, "urgent": true}',
        first='"title": "N',
        moments=("Nightly ba",),
        last='"retries": ',
        failure="`retries` or `urgent` is shown before anything of it has arrived, or an error comes, or `title` is "
        "not to be seen.",
        judge=_default,
        typed=True,
        path=("retries",),
    ),
    Case(
        name="validator",
        title="A validator and half an object",
        types=(models.Span, models.Booking),
        typed_dict=models.BookingDict,
        text='{"name": "night", "span": {"start": 5, "end": 12}}',
        first='"start": 5,',
        moments=('"end": 1',),
        last='"end": 12',
        failure="the validator is run on anything but `5` and `12`, or an error comes, or `start` is not to be seen "
        "once it is whole.",
        judge=_validated,
        typed=True,
        path=("span",),
    ),
    Case(
        name="element",
        title="An element that fails in the middle",
        types=(models.Line, models.Order),
        typed_dict=models.OrderDict,
        text='{"lines": [{"sku": "a-1", "count": 2}, {"sku": "b-2", "count": "many"}, {"sku": "c-3", "count": 4}]}',
        first='"many"}',
        moments=('"count": 4}',),
        last='"count": 4}',
        failure="an error ends the stream, or the element behind it is not to be seen or stands in its place, or "
        "`many` is shown as a count, or nothing says that the element does not fit.",
        judge=_element,
        typed=True,
        path=("lines", 1),
    ),
    Case(
        name="null",
        title="Null, or not there yet",
        types=(models.Person,),
        typed_dict=models.PersonDict,
        text='{"name": "Ann", "nickname": null, "age": 30}',
        first='"Ann"',
        moments=('"Ann"',),
        last="null,",
        failure="before `nickname` has begun it is said to be there (by a key, or by `model_fields_set`), or when it "
        "is `null` it is said not to be, or an error comes.",
        judge=_absent,
        path=("nickname",),
        told=fields_set,
    ),
    Case(
        name="escape",
        title="Half an escape, half an emoji",
        types=(models.Place,),
        typed_dict=models.PlaceDict,
        text=r'{"name": "Caf\u00e9 \ud83d\ude00"}',
        first="Caf",
        moments=(r"Caf\u00",),
        last=r"\ude00",
        failure="what is shown is not a beginning of `Café 😀`, or an error comes, or what has arrived of it is not to"
        " be seen.",
        judge=_prefix,
        path=("name",),
    ),
    Case(
        name="prose",
        title="Prose with braces, then a fence",
        types=(models.Level, models.Ticket),
        typed_dict=models.TicketDict,
        text='Filled in {as asked}:\n```json\n{"title": "Leak", "level": "high"}\n```\nAnything [else]?',
        first="F",
        moments=('"Leak"',),
        last="?",
        failure="anything that is not of the ticket is shown, or an error comes, or the title is not to be seen once "
        "it is whole.",
        judge=_found,
        bare=False,
        path=("title",),
    ),
    Case(
        name="broken",
        title="Keys without quotes",
        types=(models.Level, models.Ticket),
        typed_dict=models.TicketDict,
        text='{title: "Leak", level: "high"}',
        first='"Leak"',
        moments=('"Leak"',),
        last="}",
        failure="an error comes, or the title is not to be seen once it is whole. It is no JSON; those that repair "
        "what they are given take it for what is meant.",
        judge=_found,
        path=("title",),
    ),
    Case(
        name="truncated",
        title="A stream that breaks off",
        types=(models.Job,),
        typed_dict=models.JobDict,
        text='{"title": "Nightly ba',
        first="ba",
        moments=("ba",),
        last="ba",
        failure="when the stream has ended, nothing says that the answer is not all there.",
        judge=_ended,
        ends=True,
    ),
)
