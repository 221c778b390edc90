"""Tool calls as they open: each gets a channel, whatever a format's chunks call it by.

Chunks name a call when it opens, and later only point at it: by an index, an id, or not at all, when they mean the
last one. A call whose name has not come yet is kept back until it has, since nobody knows whom its arguments are for.
"""

from __future__ import annotations

import json
from collections.abc import Hashable
from typing import Any, Final

from partway._extent import Extent
from partway.providers._delta import Channel, Closed, Delta, Part, plain

__all__ = ["Calls"]

_NO_EXTENT: Final = Extent()


class Calls:
    """The tool calls of a stream. A `key` is what the format's chunks point at a call by."""

    __slots__ = ("_counts", "_early", "_extents", "_open", "_stopped")

    def __init__(self) -> None:
        self._open: dict[Hashable, Channel] = {}
        self._counts: dict[int, int] = {}  # of each choice
        self._stopped: tuple[Hashable, ...] = ()  # the key of the call that has stopped last
        self._early: dict[Hashable, tuple[str, str]] = {}  # id and text of a call that has no name yet
        self._extents: dict[Channel, Extent | None] = {}  # of the arguments of each that has no id; none when whole

    def open(self, key: Hashable, name: str, id_: str | None = None, choice: int = 0) -> Channel:
        """A call opens: give it a channel, on which an empty `Delta` is to follow at once."""
        if not isinstance(name, str):
            raise TypeError(f"the name of a tool is a {type(name).__name__}")
        index = self._counts.get(choice, 0)
        self._counts[choice] = index + 1
        self._open[key] = channel = Channel("tool", choice, index, name, str(id_ or ""))
        return channel

    def channel(self, key: Hashable) -> Channel | None:
        """The channel of an open call."""
        return self._open.get(key)

    def last(self, choice: int = 0) -> Hashable | None:
        """The key of the call that opened last and is open, in one of several answers."""
        return next((key for key in reversed(self._open) if self._open[key].choice == choice), None)

    def piece(
        self, parts: list[Part], key: Hashable, text: str, name: str | None, id_: str | None, choice: int = 0
    ) -> None:
        """More of a call's arguments.

        With a name, and another id than before, the call has only now opened. Some gateways give no ids, and each of
        parallel calls the same index: there a name behind arguments that are whole opens another one.
        """
        channel = self._open.get(key)
        if channel is not None and name and self._is_another(channel, id_):
            self.close(parts, key)  # the same place is used again
            channel = None
        if channel is None:
            early_id, early = self._early.pop(key, ("", ""))
            id_, text = id_ or early_id, early + text
            if not name:
                self._early[key] = id_, text
                return
            channel = self.open(key, name, id_, choice)
            if not id_:
                self._extents[channel] = Extent()
            parts.append(Delta(channel, text))
        elif text:
            parts.append(Delta(channel, text))
        extent = self._extents.get(channel)
        if extent is not None and isinstance(text, str) and extent.find(text) >= 0:
            self._extents[channel] = None

    def _is_another(self, channel: Channel, id_: str | None) -> bool:
        """Whether a name that comes for an open call is that of the next one."""
        if channel.id:
            return bool(id_) and str(id_) != channel.id
        return self._extents.get(channel, _NO_EXTENT) is None

    def whole(self, parts: list[Part], name: str, arguments: Any, id_: str | None = None, choice: int = 0) -> None:
        """A call comes whole, its arguments as a dict or as JSON."""
        channel = self.open(object(), name, id_, choice)
        self._open.popitem()
        text = (
            arguments if isinstance(arguments, str) else json.dumps(arguments or {}, ensure_ascii=False, default=plain)
        )
        parts += (Delta(channel, text), Closed(channel))

    def close(self, parts: list[Part], key: Hashable) -> None:
        """A call has all its arguments."""
        if (channel := self._open.pop(key, None)) is not None:
            self._extents.pop(channel, None)
            parts.append(Closed(channel))

    def close_all(self, parts: list[Part], choice: int | None = None) -> None:
        """Every call that is open has all its arguments; in one of several answers, if it is said which."""
        for key in [key for key, channel in self._open.items() if choice is None or channel.choice == choice]:
            self.close(parts, key)

    def stop(self, parts: list[Part], key: Hashable) -> None:
        """A call has stopped: it has all its arguments, unless what follows is that the answer was cut off."""
        self.settle(parts)
        if key in self._open:
            self._stopped = (key,)

    def settle(self, parts: list[Part]) -> None:
        """Something follows the call that has stopped: it has all its arguments."""
        for key in self._stopped:
            self.close(parts, key)
        self._stopped = ()

    def end(self, parts: list[Part], whole: bool, choice: int | None = None) -> None:
        """An answer has ended: close its calls if it is whole; else what is open was cut off, and never closes."""
        if whole:
            self.close_all(parts, choice)
        for key in [key for key, channel in self._open.items() if choice is None or channel.choice == choice]:
            self._extents.pop(self._open.pop(key), None)
        self._stopped = ()

    def clear(self) -> None:
        """The message begins anew: no call is open."""
        self._open.clear()
        self._stopped = ()
        self._early.clear()
        self._extents.clear()
        self._counts.clear()
