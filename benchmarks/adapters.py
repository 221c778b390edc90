"""What it costs to adapt a chunk: `python -m benchmarks.adapters`.

There is a chunk for every token. The commonest chunk of a format, a piece of text, is read as a dict and as the SDK's
object: by the adapter, and by nothing but the keys or attributes on the way to the text. The difference is what
adapting costs.
"""

from __future__ import annotations

import sys
import timeit
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any, NamedTuple

from partway.providers import Delta, format_of

MOST: dict[str, float] = {"dict": 1.0, "object": 2.0}
"""Microseconds beyond the reading of the fields."""


class Sample(NamedTuple):
    """The commonest chunk of a format."""

    name: str
    chunk: dict[str, Any]
    path: tuple[str | int, ...]
    """Where the text stands."""
    module: str
    cls: str


CHAT = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m"}
SAMPLES = [
    Sample(
        "Chat Completions",
        {**CHAT, "choices": [{"index": 0, "delta": {"content": "text"}, "finish_reason": None}]},
        ("choices", 0, "delta", "content"),
        "openai.types.chat",
        "ChatCompletionChunk",
    ),
    Sample(
        "Responses",
        {
            "type": "response.output_text.delta",
            "item_id": "i",
            "output_index": 0,
            "content_index": 0,
            "delta": "text",
            "sequence_number": 4,
            "logprobs": [],
        },
        ("delta",),
        "openai.types.responses",
        "ResponseTextDeltaEvent",
    ),
    Sample(
        "Anthropic Messages",
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "text"}},
        ("delta", "text"),
        "anthropic.types",
        "RawContentBlockDeltaEvent",
    ),
    Sample(
        "Gemini",
        {"candidates": [{"content": {"role": "model", "parts": [{"text": "text"}]}, "index": 0}]},
        ("candidates", 0, "content", "parts", 0, "text"),
        "google.genai.types",
        "GenerateContentResponse",
    ),
    Sample(
        "Cohere",
        {"type": "content-delta", "index": 0, "delta": {"message": {"content": {"text": "text"}}}},
        ("delta", "message", "content", "text"),
        "cohere.v2.types",
        "ContentDeltaV2ChatStreamResponse",
    ),
    Sample(
        "Ollama",
        {"model": "m", "created_at": "t", "message": {"role": "assistant", "content": "text"}, "done": False},
        ("message", "content"),
        "ollama",
        "ChatResponse",
    ),
    Sample(
        "LangChain",
        {"type": "AIMessageChunk", "content": "text"},
        ("content",),
        "langchain_core.messages",
        "AIMessageChunk",
    ),
    Sample(
        "Bedrock",
        {"contentBlockDelta": {"delta": {"text": "text"}, "contentBlockIndex": 0}},
        ("contentBlockDelta", "delta", "text"),
        "",
        "",
    ),
]


def microseconds(call: Callable[[], object]) -> float:
    """The least that a call takes."""
    number = 20_000
    return min(timeit.repeat(call, number=number, repeat=9)) / number * 1e6


def reading(chunk: Any, path: tuple[str | int, ...]) -> Callable[[], object]:
    """What reads the fields of a path, as one would write it by hand."""
    steps = "".join(f"[{step!r}]" if isinstance(step, int) or isinstance(chunk, dict) else f".{step}" for step in path)
    return eval(f"lambda: chunk{steps}", {"chunk": chunk})  # type: ignore[no-any-return]  # noqa: S307  # our own paths


def measured() -> Iterator[tuple[str, str, float, float]]:
    """Of each sample and kind: what reading its fields takes, and what its adapter takes."""
    for sample in SAMPLES:
        kinds: dict[str, Any] = {"dict": sample.chunk}
        if sample.module:
            try:
                kinds["object"] = getattr(import_module(sample.module), sample.cls).model_validate(sample.chunk)
            except ImportError:
                print(f"{sample.name}: {sample.module} is not installed", file=sys.stderr)
        for kind, chunk in kinds.items():
            format_ = format_of(chunk)
            assert format_ is not None, sample.name  # noqa: S101  # else there is nothing to measure
            read = format_.Adapter().read
            assert any(isinstance(part, Delta) and part.text == "text" for part in read(chunk)), sample.name  # noqa: S101
            yield sample.name, kind, microseconds(reading(chunk, sample.path)), microseconds(lambda: read(chunk))  # noqa: B023


def main() -> None:
    """Print the table."""
    print("| chunk | as | fields, µs | adapter, µs | beyond, µs | at most |\n| --- | --- | --- | --- | --- | --- |")
    for name, kind, fields, adapter in measured():
        print(f"| {name} | {kind} | {fields:.2f} | {adapter:.2f} | {adapter - fields:.2f} | {MOST[kind]:.0f} |")


if __name__ == "__main__":
    main()
