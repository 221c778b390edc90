"""Run the recipe for Textual on a terminal of the test's own, and print what its labels were given."""

import asyncio
import json
import sys

from textual.widgets import Label
from textual_app import Cook

update, given = Label.update, []


def note(self, content="", **options):
    given.append((self.id, content))
    update(self, content, **options)


async def main() -> None:
    app = Cook()
    async with app.run_test() as pilot:
        await app.workers.wait_for_complete()
        await pilot.pause()
        last = [str(app.query_one(name, Label).render()) for name in ("#title", "#steps")]
    frames = [
        [title, steps.split("\n") if steps else []]
        for (_, title), (_, steps) in zip(given[::2], given[1::2], strict=True)
    ]
    sys.stdout.write(json.dumps({"frames": frames, "last": [last[0], last[1].split("\n")]}))


Label.update = note
asyncio.run(main())
