"""A replay that is going on: a tape that gives its deltas by the clock or by hand, and all that reads it.

The page shows the deltas as they come, too. They are one more JSON value that is written bit by bit, a list of strings,
so they go the way that everything goes: a run, a broadcast, an event stream. A page that is loaded again, or whose
connection drops, finds both where they are.
"""

from __future__ import annotations

import asyncio
import json
import math
import secrets
from collections.abc import AsyncIterator, Sequence
from typing import Any, Final

from partway import UsageError, stream
from partway.web._broadcast import Broadcast
from partway.web._demo_scenarios import scenario

__all__ = ["Replay", "Replays", "Tape"]

_SLOWEST: Final = 0.5
_FASTEST: Final = 1000.0


class Tape:
    """Deltas that are given one after the other, at a pace that can be changed meanwhile.

    Args:
        deltas: What is given.
        per_second: How many in a second.
        playing: Whether it begins at once.

    Attributes:
        given: How many were given so far.

    Raises:
        UsageError: The pace is out of range.
    """

    def __init__(self, deltas: Sequence[str], per_second: float, *, playing: bool = True) -> None:
        self.given = 0
        self.per_second = per_second
        self._deltas = deltas
        self._playing = asyncio.Event()
        self._news = asyncio.Event()
        if playing:
            self._playing.set()
        self._player = asyncio.create_task(self._play())

    def __len__(self) -> int:
        return len(self._deltas)

    async def __aiter__(self) -> AsyncIterator[str]:
        for at, delta in enumerate(self._deltas):
            while self.given <= at:
                await self._news.wait()
            yield delta

    @property
    def per_second(self) -> float:
        """How many deltas are given in a second."""
        return self._per_second

    @per_second.setter
    def per_second(self, number: float) -> None:
        if not _SLOWEST <= number <= _FASTEST:
            raise UsageError(f"per_second is from {_SLOWEST:g} to {_FASTEST:g} deltas, not {number!r}")
        self._per_second = number

    @property
    def playing(self) -> bool:
        """Whether deltas are given by the clock; not so once all were given."""
        return self._playing.is_set() and self.given < len(self)

    @playing.setter
    def playing(self, playing: bool) -> None:
        if playing:
            self._playing.set()
        else:
            self._playing.clear()

    def step(self, deltas: int = 1) -> None:
        """Give some now, if there are any left."""
        self.given = min(self.given + deltas, len(self))
        news, self._news = self._news, asyncio.Event()
        news.set()

    async def aclose(self) -> None:
        """Stop playing for good."""
        self._player.cancel()
        await asyncio.wait([self._player])

    async def _play(self) -> None:
        while self.given < len(self):
            await self._playing.wait()
            await asyncio.sleep(1 / self._per_second)
            if self.playing:  # not paused while it slept
                self.step()


class Replay:
    """One replay of a scenario.

    Args:
        name: The scenario.
        cut: How many characters make a delta; as they came, if `None`.
        per_second: How many deltas are given in a second.
        playing: Whether it begins at once.

    Attributes:
        id: Its name in addresses.
        scenario: What is played.
        tape: The deltas.
        value: What becomes of them.
        deltas: Those that were given, as a list that grows.
        touched: When somebody last wanted something of it, by the loop's clock.

    Raises:
        UsageError: There is no such scenario, or a number is out of range.
    """

    def __init__(
        self, name: str = "night", *, cut: int | None = None, per_second: float = 40.0, playing: bool = True
    ) -> None:
        self.scenario = scenario(name)
        self.id = secrets.token_urlsafe(9)
        self.cut = cut
        self.tape = Tape(self.scenario.pieces(cut), per_second, playing=playing)
        self.value = Broadcast(stream(aiter(self.tape), self.scenario.model), linger=math.inf)
        self.deltas = Broadcast(stream(_as_list(self.tape), list[str], json_only=True), linger=math.inf)
        self.touched = asyncio.get_running_loop().time()

    @property
    def watched(self) -> bool:
        """Whether a page reads it."""
        return bool(self.value.clients or self.deltas.clients)

    def as_dict(self) -> dict[str, Any]:
        """What the page is told."""
        return {
            "id": self.id,
            "scenario": self.scenario.name,
            "cut": self.cut,
            "per_second": self.tape.per_second,
            "playing": self.tape.playing,
            "given": self.tape.given,
            "total": len(self.tape),
        }

    async def aclose(self) -> None:
        """End it, whoever reads."""
        await self.tape.aclose()
        await self.value.aclose()
        await self.deltas.aclose()


async def _as_list(tape: Tape) -> AsyncIterator[str]:
    """The deltas of a tape as the text of a JSON array."""
    between = "["
    async for delta in tape:
        yield between + json.dumps(delta)
        between = ","
    yield "]"


class Replays:
    """The replays that are going on: bounded in number, and in how long they wait for a page that has gone.

    Args:
        most: How many there are at most; one more ends the one that was not wanted for longest.
        idle: After how many seconds without a page one is ended.
    """

    def __init__(self, most: int = 32, idle: float = 600.0) -> None:
        self._most = most
        self._idle = idle
        self._replays: dict[str, Replay] = {}
        self._closing: set[asyncio.Task[None]] = set()
        self._timer: asyncio.TimerHandle | None = None

    def __len__(self) -> int:
        return len(self._replays)

    def add(self, replay: Replay) -> None:
        """Take one in."""
        self._replays[replay.id] = replay
        while len(self) > self._most:
            self._drop(min(self._replays.values(), key=lambda each: (each.watched, each.touched)))
        if self._timer is None:
            self._sweep()

    def find(self, id: str) -> Replay | None:  # noqa: A002  # so it is called
        """Find one, and note that it is wanted."""
        replay = self._replays.get(id)
        if replay is not None:
            replay.touched = asyncio.get_running_loop().time()
        return replay

    async def aclose(self) -> None:
        """End all of them."""
        if self._timer is not None:
            self._timer.cancel()
        for replay in list(self._replays.values()):
            self._drop(replay)
        await asyncio.gather(*self._closing)

    def _drop(self, replay: Replay) -> None:
        del self._replays[replay.id]
        closing = asyncio.create_task(replay.aclose())
        self._closing.add(closing)
        closing.add_done_callback(self._closing.discard)

    def _sweep(self) -> None:
        """End those that nobody has wanted for long, and come again."""
        loop = asyncio.get_running_loop()
        for replay in list(self._replays.values()):
            if replay.watched:
                replay.touched = loop.time()
            elif loop.time() - replay.touched >= self._idle:
                self._drop(replay)
        self._timer = loop.call_later(self._idle / 4, self._sweep) if self._replays else None
