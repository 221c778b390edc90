"""Open the page of the recipe for NiceGUI as a simulated user, and print what its labels showed."""

import asyncio
import json
import sys
from pathlib import Path

from nicegui import ui
from nicegui.testing import user_simulation


async def main() -> None:
    frames = []
    async with user_simulation(main_file=Path(sys.argv[1]) / "nicegui_app.py") as user:
        await user.open("/")
        async with asyncio.timeout(30):
            while not frames or frames[-1][1] != ["Mix the batter", "Fry"]:
                labels = sorted(user.find(ui.label).elements, key=lambda label: label.id)
                title, steps = (label.text for label in labels)
                frames.append([title, steps.split("\n") if steps else []])
                await asyncio.sleep(0.02)
    sys.stdout.write(json.dumps({"frames": frames, "last": frames[-1]}))


asyncio.run(main())
