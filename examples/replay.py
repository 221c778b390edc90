"""Replays `language.md` and prints the partial growing; needs nothing but partway itself."""

import json
import re
from pathlib import Path

from language import Language
from partway import stream

recording = Path(__file__).with_name("language.md").read_text("utf-8")
chunks = [json.loads(block) for block in re.findall(r"^```json\n(.*?)^```$", recording, re.DOTALL | re.MULTILINE)]

run = stream(chunks, Language)
for partial in run:
    print(partial.model_dump(exclude_unset=True), "- writing:", run.open_path)
print(repr(run.result()))
