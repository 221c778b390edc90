"""Run the recipe for Streamlit, and print what it sent to the page."""

import json
import sys
from pathlib import Path

from streamlit.delta_generator import DeltaGenerator
from streamlit.testing.v1 import AppTest

enqueue, sent = DeltaGenerator._enqueue, []


def note(self, kind, proto, *args, **options):
    sent.append((kind, proto))
    return enqueue(self, kind, proto, *args, **options)


DeltaGenerator._enqueue = note
app = AppTest.from_file(str(Path(sys.argv[1]) / "streamlit_app.py"), default_timeout=30).run()
assert not app.exception, app.exception
frames = []
for kind, proto in sent:
    if kind == "heading":
        frames.append([proto.body, []])
    elif kind == "text":
        frames[-1][1].append(proto.body.removeprefix("• "))
sys.stdout.write(json.dumps({"frames": frames, "last": [app.header[0].value, [text.value[2:] for text in app.text]]}))
