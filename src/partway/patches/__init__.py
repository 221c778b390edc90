"""What changes in a value while it is written, as patches on the wire.

A `Log` looks at a run and makes a `Frame` of what has changed; an encoder writes frames in one wire format, for one
connection. The formats are one module each; docs/patches.md shows them.
"""

from __future__ import annotations

from partway.patches._encoder import Encoder, Message
from partway.patches._formats import Format, encoder
from partway.patches._frame import Change, Frame
from partway.patches._log import Log
from partway.patches._mirror import Mirror
from partway.patches._patches import patches
from partway.patches._replica import Replica, apply, replay

__all__ = [
    "Change",
    "Encoder",
    "Format",
    "Frame",
    "Log",
    "Message",
    "Mirror",
    "Replica",
    "apply",
    "encoder",
    "patches",
    "replay",
]
