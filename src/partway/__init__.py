"""Partial Pydantic models from a streamed LLM answer, while it is still being written."""

from partway._choices import stream_choices
from partway._documents import stream_all
from partway._extractor import Extractor
from partway._limits import Limits
from partway._markers import Gate, Whole
from partway._partial import Partial
from partway._recorder import AsyncRecorder, Recorder, record
from partway._run import AsyncRun, Run
from partway._runs import AsyncRuns, Runs
from partway._skeleton import Skeleton, skeleton
from partway._stream import stream
from partway._tools import AsyncToolRuns, ToolRuns, UnknownCall, stream_tools
from partway.errors import (
    LimitError,
    MalformedJSONError,
    MismatchError,
    NoJSONError,
    PartwayError,
    RefusalError,
    SourceError,
    TruncatedJSONError,
    UsageError,
)
from partway.events import (
    Appended,
    Completed,
    Event,
    Finished,
    Kind,
    Opened,
    Path,
    Rejected,
    Rejection,
    Restarted,
    State,
)
from partway.hooks import Hooks

__all__ = [
    "Appended",
    "AsyncRecorder",
    "AsyncRun",
    "AsyncRuns",
    "AsyncToolRuns",
    "Completed",
    "Event",
    "Extractor",
    "Finished",
    "Gate",
    "Hooks",
    "Kind",
    "LimitError",
    "Limits",
    "MalformedJSONError",
    "MismatchError",
    "NoJSONError",
    "Opened",
    "Partial",
    "PartwayError",
    "Path",
    "Recorder",
    "RefusalError",
    "Rejected",
    "Rejection",
    "Restarted",
    "Run",
    "Runs",
    "Skeleton",
    "SourceError",
    "State",
    "ToolRuns",
    "TruncatedJSONError",
    "UnknownCall",
    "UsageError",
    "Whole",
    "record",
    "skeleton",
    "stream",
    "stream_all",
    "stream_choices",
    "stream_tools",
]
