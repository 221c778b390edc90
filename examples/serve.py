"""Replays `recordings/` over HTTP, so that the examples in `providers/` run without a provider or a key.

    python examples/serve.py

prints how to run each of them. The first word of the path says which recording is sent; what is asked does not matter.
"""

import json
import re
import struct
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from zlib import crc32

RECORDINGS = Path(__file__).with_name("recordings")

# How a recording is sent, by the ending of its name: as what, and where one piece ends
BODIES = {
    ".sse": ("text/event-stream", rb"(?<=\n\n)|(?<=\n\r\n)"),
    ".ndjson": ("application/x-ndjson", rb"(?<=\n)"),
    ".json": ("application/json", rb"(?<=\n})"),  # an array: Gemini, when it is not asked for events
    ".jsonl": ("application/vnd.amazon.eventstream", rb"(?<=\n)"),  # Bedrock: the events, which are framed here
}

# What each example reads to find its provider; the client library itself does, unless it is ours
ADDRESSES = {
    "openai_chat": ("OPENAI_BASE_URL", "/openai_chat/v1"),
    "openai_choices": ("OPENAI_BASE_URL", "/openai_choices/v1"),
    "openai_responses": ("OPENAI_BASE_URL", "/openai_responses/v1"),
    "openai_tools": ("OPENAI_BASE_URL", "/openai_tools/v1"),
    "anthropic_messages": ("ANTHROPIC_BASE_URL", "/anthropic"),
    "anthropic_tools": ("ANTHROPIC_BASE_URL", "/anthropic_tools"),
    "gemini": ("GOOGLE_GEMINI_BASE_URL", "/gemini"),
    "mistral": ("PARTWAY_EXAMPLE_URL", "/mistral"),
    "bedrock": ("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", "/bedrock"),
    "cohere_chat": ("CO_API_URL", "/cohere"),
    "ollama_chat": ("OLLAMA_HOST", "/ollama"),
    "litellm_chat": ("OPENAI_BASE_URL", "/openai_chat/v1"),
    "langchain_chat": ("OPENAI_BASE_URL", "/openai_chat/v1"),
    "pydantic_ai_agent": ("OPENAI_BASE_URL", "/openai_chat/v1"),
    "raw_sse": ("PARTWAY_EXAMPLE_URL", "/openai_chat/v1/chat/completions"),
    "raw_array": ("PARTWAY_EXAMPLE_URL", "/gemini_array/v1beta/models/gemini-2.5-flash:streamGenerateContent"),
    "vercel_ui": ("PARTWAY_EXAMPLE_URL", "/vercel/api/chat"),
    "ag_ui_events": ("PARTWAY_EXAMPLE_URL", "/ag_ui/agent"),
}
KEYS = {  # client libraries want one before they ask
    "OPENAI_API_KEY": "none",
    "ANTHROPIC_API_KEY": "none",
    "GEMINI_API_KEY": "none",
    "MISTRAL_API_KEY": "none",
    "CO_API_KEY": "none",
    "AWS_ACCESS_KEY_ID": "none",
    "AWS_SECRET_ACCESS_KEY": "none",
    "AWS_DEFAULT_REGION": "us-east-1",
}


def pieces(recording: Path) -> Iterator[bytes]:
    for piece in re.split(BODIES[recording.suffix][1], recording.read_bytes()):
        yield framed(json.loads(piece)) if piece and recording.suffix == ".jsonl" else piece


def framed(event: dict[str, dict[str, object]]) -> bytes:
    """An event as AWS sends it: lengths, their checksum, headers, payload, and the checksum of it all.

    https://smithy.io/2.0/aws/amazon-eventstream.html
    """
    ((kind, payload),) = event.items()
    headers = b""
    for name, value in ((":event-type", kind), (":content-type", "application/json"), (":message-type", "event")):
        headers += struct.pack("!B", len(name)) + name.encode() + struct.pack("!BH", 7, len(value)) + value.encode()
    body = json.dumps(payload).encode()
    lengths = struct.pack("!II", 16 + len(headers) + len(body), len(headers))
    message = lengths + struct.pack("!I", crc32(lengths)) + headers + body
    return message + struct.pack("!I", crc32(message))


class Replay(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"  # for chunks
    pause = 0.0

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("content-length", 0)))
        name = self.path.split("/")[1]
        recording = next(RECORDINGS.glob(f"{name}.*"), None)
        if recording is None:
            self.send_error(404, f"no recording is called {name}")
            return
        self.send_response(200)
        self.send_header("content-type", BODIES[recording.suffix][0])
        self.send_header("transfer-encoding", "chunked")
        self.send_header("connection", "close")
        self.end_headers()
        with suppress(ConnectionError):  # nobody has to read to the end
            for piece in filter(None, pieces(recording)):
                self.wfile.write(b"%x\r\n%b\r\n" % (len(piece), piece))
                time.sleep(self.pause)
            self.wfile.write(b"0\r\n\r\n")

    def log_message(self, *_: object) -> None:
        pass


def serve(port: int = 0, pause: float = 0.0) -> ThreadingHTTPServer:
    """Start a server in a thread; `pause` is the time between two pieces, in seconds."""
    server = ThreadingHTTPServer(("127.0.0.1", port), type("Paced", (Replay,), {"pause": pause}))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


if __name__ == "__main__":
    running = serve(8000, pause=0.2)
    print("export", *(f"{name}={value}" for name, value in KEYS.items()))
    for example, (variable, path) in ADDRESSES.items():
        print(f"{variable}=http://127.0.0.1:8000{path} python examples/providers/{example}.py")
    sys.stdout.flush()
    threading.Event().wait()
