"""AG-UI 1.0: the value as the state of a run, or its text as the arguments of a tool call.

A run is told from `RUN_STARTED` to `RUN_FINISHED` or `RUN_ERROR`. Its state is a `STATE_SNAPSHOT` first, then each
`STATE_DELTA` is an RFC 6902 patch; clients refuse any other operation, so appended text comes as a replaced string.
The arguments of a tool call are text that grows, and cannot be taken back: where the answer begins anew, the run ends
with an error. The events are specified at https://docs.ag-ui.com/concepts/events.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from partway.patches._encoder import EVENT_STREAM, RESTARTED, Message, Sent, named
from partway.patches._frame import Frame
from partway.patches._json import dumps
from partway.patches.json_patch import operations

__all__ = ["AgUiState", "AgUiTool"]


class _AgUi:
    """What both have in common: the run around them."""

    media_type: str = EVENT_STREAM
    headers: Mapping[str, str] = {}
    sse: bool = True

    def __init__(self, *, thread_id: str | None = None, run_id: str | None = None) -> None:
        self._thread_id = thread_id
        self._run_id = run_id
        self._ids: dict[str, str] = {}
        self._begun = False
        self._fresh = False  # whether the frame at hand is where the run begins, on no connection before this one
        self._over = False

    def _events(self, frame: Frame) -> list[str]:
        raise NotImplementedError

    def encode(self, frame: Frame) -> Sequence[Message]:
        """The messages for a frame, which follows the one before."""
        if self._over:
            return []
        events: list[str] = []
        self._fresh = not self._begun and frame.after == 0
        if not self._begun:
            self._name(frame)
        if self._fresh:
            events.append(dumps({"type": "RUN_STARTED", **self._ids}))
        events += self._events(frame)
        self._begun = True
        if not self._over and frame.status == "complete":
            events.append(dumps({"type": "RUN_FINISHED", **self._ids}))
        elif not self._over and frame.error is not None:
            events.append(self._failed(frame.error["message"], frame.error["type"]))
        return [Message(data, id=frame.seq if n == len(events) else None) for n, data in enumerate(events, 1)]

    def _name(self, frame: Frame) -> None:
        """Give names to what the caller has not named."""
        self._ids = {
            "threadId": self._thread_id or named(frame, "thread"),
            "runId": self._run_id or named(frame, "run"),
        }

    def _failed(self, message: str, code: str) -> str:
        self._over = True
        return dumps({"type": "RUN_ERROR", "message": message, "code": code})


class AgUiState(_AgUi):
    """Writes the value as the state of a run.

    Args:
        thread_id: The thread of the run, as the client has named it.
        run_id: The run.
    """

    def _events(self, frame: Frame) -> list[str]:
        found = [] if frame.snapshot or not self._begun else operations(frame)
        if frame.snapshot or not self._begun or any(not operation.path for operation in found):
            return [dumps({"type": "STATE_SNAPSHOT", "snapshot": frame.whole()})]
        if not found:
            return []
        if "ag-ui" not in frame.encoded:
            delta = [operation.as_dict() for operation in found]
            frame.encoded["ag-ui"] = dumps({"type": "STATE_DELTA", "delta": delta})
        return [frame.encoded["ag-ui"]]


class AgUiTool(_AgUi):
    """Writes the JSON text as the arguments of a tool call.

    Args:
        thread_id: The thread of the run, as the client has named it.
        run_id: The run.
        tool_call_id: The call.
        tool_name: The tool that is called.
    """

    def __init__(
        self,
        *,
        thread_id: str | None = None,
        run_id: str | None = None,
        tool_call_id: str | None = None,
        tool_name: str = "answer",
    ) -> None:
        super().__init__(thread_id=thread_id, run_id=run_id)
        self._call_id = tool_call_id
        self._call: dict[str, str] = {}
        self._tool = {"toolCallName": tool_name}
        self._sent = Sent()

    def _name(self, frame: Frame) -> None:
        super()._name(frame)
        self._call = {"toolCallId": self._call_id or named(frame, "call")}

    def _events(self, frame: Frame) -> list[str]:
        events: list[dict[str, Any]] = []
        text = self._sent.more(frame)
        if text is None:
            return [self._failed(RESTARTED, "Restarted")]
        if self._fresh:
            events.append({"type": "TOOL_CALL_START", **self._call, **self._tool})
        if text:
            events.append({"type": "TOOL_CALL_ARGS", **self._call, "delta": text})
        if frame.status == "complete":
            events.append({"type": "TOOL_CALL_END", **self._call})
        return [dumps(event) for event in events]
