"""A run as messages, for a transport of your own: a WebSocket, a queue, a file.

The frames come at the rate that is asked for, each is encoded, and the run is closed when the loop is left. How a run
ends is part of every format, so an error of the data is a message, and the loop ends. What is not the data's fault is
told as one, too, and raised.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any, overload

from partway._run import AsyncRun, Run
from partway.errors import PartwayError, UsageError
from partway.patches._encoder import Encoder, Message
from partway.patches._formats import Format, encoder
from partway.patches._log import Log

__all__ = ["patches"]


@overload
def patches(run: Run[Any, Any], format: Format = ..., per_second: float = ..., **options: Any) -> Iterator[Message]: ...
@overload
def patches(
    run: AsyncRun[Any, Any], format: Format = ..., per_second: float = ..., **options: Any
) -> AsyncIterator[Message]: ...
def patches(
    run: Run[Any, Any] | AsyncRun[Any, Any],
    format: Format = "json-patch",  # noqa: A002  # the name of the argument is public
    per_second: float = 30,
    **options: Any,
) -> Iterator[Message] | AsyncIterator[Message]:
    """Iterate over a run as messages of a wire format; the run is closed when the loop is left.

    Args:
        run: The run, sync or async; an async one gives an async iterator.
        format: The wire format.
        per_second: How many frames there are in a second at most. The first and the last are always among them.
        options: Those of the format; see `encoder`.

    Raises:
        UsageError: There is no such format or option, `per_second` is not above 0, or `run` is no run.
    """
    if isinstance(run, AsyncRun):
        return _async_messages(run, run.frames(per_second), encoder(format, **options))
    if isinstance(run, Run):
        return _messages(run, run.frames(per_second), encoder(format, **options))
    raise UsageError(f"patches() takes a run, as stream() gives one, not {type(run).__name__}")


def _messages(run: Run[Any, Any], frames: Iterator[Any], write: Encoder) -> Iterator[Message]:
    log = Log(run, keep=1)
    try:
        for _ in frames:
            if (frame := log.look()) is not None:
                yield from write.encode(frame)
    except Exception as error:
        yield from write.encode(log.end(error))
        if not isinstance(error, PartwayError):
            raise
    else:
        yield from write.encode(log.end())
    finally:
        run.close()


async def _async_messages(
    run: AsyncRun[Any, Any], frames: AsyncIterator[Any], write: Encoder
) -> AsyncIterator[Message]:
    log = Log(run, keep=1)
    try:
        async for _ in frames:
            if (frame := log.look()) is not None:
                for message in write.encode(frame):
                    yield message
    except Exception as error:
        for message in write.encode(log.end(error)):
            yield message
        if not isinstance(error, PartwayError):
            raise
    else:
        for message in write.encode(log.end()):
            yield message
    finally:
        await run.aclose()
