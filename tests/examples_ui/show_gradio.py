"""Serve the recipe for Gradio, ask for it as a browser does, and print what came."""

import json
import sys

from gradio_app import demo
from gradio_client import Client

demo.queue()
_, url, _ = demo.launch(server_name="127.0.0.1", prevent_thread_lock=True, quiet=True)
job = Client(url, verbose=False).submit("Pancakes", api_name="/cook")
last = job.result(timeout=30)
frames = [[title, steps.split("\n") if steps else []] for title, steps in job.outputs()]
demo.close()
sys.stdout.write(json.dumps({"frames": frames, "last": [last[0], last[1].split("\n")]}))
