"""Who listens to some places hears what they would of all, and nothing of the others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import given
from hypothesis import strategies as st
from story import joined, told
from strategies import WRAPPINGS, Case, cases, cuts

from partway import Appended, Completed, Extractor, PartwayError
from partway._listeners import Listener, Listeners
from partway._paths import APPENDS, BOTH, OTHERS, Pattern
from partway.errors import format_path

if TYPE_CHECKING:
    from collections.abc import Sequence

    from partway import Event, Path


def patterns_of(path: Path) -> st.SearchStrategy[str]:
    """Patterns that name a path, and others besides."""

    each = [
        st.sampled_from([exact, f"..{exact}" if exact[0] == "[" else exact, "[*]", "..[*]"])
        for exact in (format_path((step,)) if isinstance(step, int) else f"['{_quoted(step)}']" for step in path)
    ]
    return st.tuples(*each).map("".join)


def _quoted(step: str) -> str:
    return "".join(f"\\u{ord(c):04x}" if not c.isalnum() or ord(c) > 127 else c for c in step if ord(c) < 0x10000)


def written(events: list[Event]) -> list[tuple[Any, ...]]:
    return [told(event) for event in events]


def heard(tp: Any, deltas: Sequence[str], listen: Any, **options: Any) -> list[Event]:
    """What is told until the end, or until the error that is the end."""
    events: list[Event] = []
    extractor: Extractor[Any] = Extractor(tp, **options)
    listen(extractor, events)
    try:
        for delta in deltas:
            extractor.feed(delta)
        extractor.finish()
    except PartwayError:
        pass
    return events


def wanted(event: Event, pattern: Pattern, tells: int) -> bool:
    if (path := getattr(event, "path", None)) is None:
        return True
    return pattern.matches(path) and bool(tells & (APPENDS if isinstance(event, Appended) else OTHERS))


def listened(paths: Sequence[tuple[Pattern, int]] | None) -> Any:
    def listen(extractor: Any, events: list[Event]) -> None:
        listeners = Listeners(extractor)
        if paths is None:
            listeners.add(Listener(events.append))
        for pattern, tells in paths or ():
            listeners.add(Listener(events.append, (pattern,), tells))

    return listen


@given(cases(valid=None), st.sampled_from(WRAPPINGS), st.sampled_from([APPENDS, OTHERS, BOTH]), st.data())
def test_one_pattern_hears_the_events_of_its_places(case: Case, wrapping: Any, tells: int, data: st.DataObject):
    deltas = data.draw(cuts(wrapping.around(case.text)))
    everything = heard(case.spec.tp, deltas, listened(None))
    places = sorted({event.path for event in everything if hasattr(event, "path")}, key=repr)
    pattern = Pattern(data.draw(st.sampled_from(places).flatmap(patterns_of)) if places else "..[*]")
    expected = [event for event in everything if wanted(event, pattern, tells)]
    assert written(heard(case.spec.tp, deltas, listened([(pattern, tells)]))) == written(expected)


@given(cases(valid=None), st.data())
def test_several_listeners_each_hear_what_they_would_alone(case: Case, data: st.DataObject):
    deltas = data.draw(cuts(case.text))
    places = [event.path for event in heard(case.spec.tp, deltas, listened(None)) if isinstance(event, Completed)]
    chosen = [Pattern(data.draw(patterns_of(data.draw(st.sampled_from(places or [()]))))) for _ in range(3)]
    alone = [heard(case.spec.tp, deltas, listened([(pattern, BOTH)])) for pattern in chosen]
    together: list[list[Event]] = [[] for _ in chosen]

    def listen(extractor: Any, _: Any) -> None:
        listeners = Listeners(extractor)
        for pattern, events in zip(chosen, together, strict=True):
            listeners.add(Listener(events.append, (pattern,)))

    heard(case.spec.tp, deltas, listen)
    assert [written(events) for events in together] == [written(events) for events in alone]


@given(cases(valid=None), st.data())
def test_who_comes_late_hears_what_is_to_come_and_can_be_told_again_what_has(case: Case, data: st.DataObject):
    deltas = data.draw(cuts(case.text))
    at = data.draw(st.integers(0, len(deltas)))
    everything = heard(case.spec.tp, deltas, listened(None), json_only=True)
    places = [event.path for event in everything if isinstance(event, Completed)]
    pattern = Pattern(data.draw(patterns_of(data.draw(st.sampled_from(places or [()])))))
    again: list[Event] = []
    extractor: Extractor[Any] = Extractor(case.spec.tp, json_only=True)
    try:
        for delta in deltas[:at]:
            extractor.feed(delta)
        extractor.tell_again(again.append, pattern.text)
        Listeners(extractor).add(Listener(again.append, (pattern,)))
        for delta in deltas[at:]:
            extractor.feed(delta)
        extractor.finish()
    except PartwayError:
        pass
    expected = [event for event in everything if wanted(event, pattern, BOTH)]
    assert joined(written(again)) == joined(written(expected))
