"""What each recording of the corpus says, worked out as plainly as can be: the oracle of `test_corpus.py`.

Nothing of partway is used here, and nothing is streamed: a whole recording is a list of dicts, and one small function
for each wire format makes the answer of it, as its documentation says an answer is made. Which function reads which
recording is said in `WIRES`, by the name of the file.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path
from typing import Any, NamedTuple

__all__ = ["BROKEN", "CORPUS", "Assembly", "Call", "Recording", "chunks_of", "recordings"]

CORPUS = Path(__file__).parents[2] / "shared" / "corpus"
FOLDERS = ["vercel-ai", "openllmetry", "anthropic-sdk"]

BROKEN = "vercel-ai/openai/parallel-tool-call-wrapper.1.chunks.txt"
"""Made by hand: two of its lines lack their last brace, which `chunks_of` adds."""


class Call(NamedTuple):
    """A call of a tool that the model makes."""

    name: str
    id: str
    arguments: Any
    """The text as it was streamed; where arguments do not come as text, their value."""
    whole: bool
    """Whether the provider said that all of it is there."""


@dataclass
class Assembly:
    """One answer of a model, as it is when all has come."""

    text: str = ""
    reasoning: str = ""
    refusal: str = ""
    calls: list[Call] = field(default_factory=list)
    finish: tuple[str, str] | None = None
    """Why it ended: one of stop, length, filter, refusal, and the provider's own word."""
    failure: str | None = None
    """The provider's code of an error."""


ENDINGS = {
    "length": "length",  # OpenAI, Ollama
    "max_tokens": "length",  # Anthropic, Bedrock
    "model_context_window_exceeded": "length",
    "max_output_tokens": "length",  # Responses
    "MAX_TOKENS": "length",  # Gemini, Cohere
    "content_filter": "filter",
    "refusal": "refusal",
}  # every other word that the corpus has is an ordinary end


def ended(word: str | None) -> tuple[str, str] | None:
    return (ENDINGS.get(word, "stop"), word) if word else None


# --- OpenAI Chat Completions, and all who speak it
# https://platform.openai.com/docs/api-reference/chat-streaming


def chat(chunks: list[Any]) -> dict[int, Assembly]:
    answers: dict[int, Assembly] = {}
    calls: dict[int, dict[int, list[str]]] = {}  # of each answer, by index: name, id, arguments
    for choice in [choice for chunk in chunks for choice in chunk["choices"]]:
        answer = answers.setdefault(choice["index"], Assembly())
        delta = choice["delta"]
        content = delta.get("content") or ""
        if isinstance(content, list):  # Mistral: https://docs.mistral.ai/capabilities/reasoning
            for part in content:
                if part["type"] == "text":
                    answer.text += part["text"]
                elif part["type"] == "thinking":
                    answer.reasoning += "".join(piece["text"] for piece in part["thinking"])
        else:
            answer.text += content
        answer.reasoning += delta.get("reasoning_content") or delta.get("reasoning") or ""
        answer.refusal += delta.get("refusal") or ""
        for piece in delta.get("tool_calls") or []:
            of_answer = calls.setdefault(choice["index"], {})
            # Mistral gives no index to a call that comes whole
            call = of_answer.setdefault(piece.get("index", len(of_answer)), ["", "", ""])
            call[0] += piece["function"].get("name") or ""
            call[1] += piece.get("id") or ""
            call[2] += piece["function"].get("arguments") or ""
        answer.finish = ended(choice.get("finish_reason")) or answer.finish
    for index, of_answer in calls.items():
        whole = answers[index].finish not in {None, ("length", "length")}
        answers[index].calls = [Call(*call, whole) for call in of_answer.values()]
    return answers


# --- OpenAI's old completions
# https://platform.openai.com/docs/api-reference/completions/object


def completions(chunks: list[Any]) -> dict[int, Assembly]:
    answers: dict[int, Assembly] = {}
    for choice in [choice for chunk in chunks for choice in chunk["choices"]]:
        answer = answers.setdefault(choice["index"], Assembly())
        answer.text += choice["text"]
        answer.finish = ended(choice["finish_reason"]) or answer.finish
    return answers


# --- OpenAI Responses
# https://platform.openai.com/docs/api-reference/responses-streaming

PIECES = {
    "response.output_text.delta",
    "response.reasoning_text.delta",
    "response.reasoning_summary_text.delta",
    "response.function_call_arguments.delta",
    "response.custom_tool_call_input.delta",
}


def responses(chunks: list[Any], *, abridged: bool = False) -> dict[int, Assembly]:
    """Each item of the output when it was done; its pieces, and the response at its end, must say the same."""
    over = next(chunk for chunk in reversed(chunks) if chunk["type"] in ENDS)["response"]
    if over["status"] == "failed":
        return {0: Assembly(failure=over["error"]["code"])}
    items = {chunk["output_index"]: chunk["item"] for chunk in chunks if chunk["type"] == "response.output_item.done"}
    if over["output"]:
        assert [text_of(item) for item in items.values()] == [text_of(item) for item in over["output"]]
    answer = Assembly(finish=ended((over.get("incomplete_details") or {}).get("reason") or over["status"]))
    for index, item in items.items():
        whole = text_of(item)
        pieces = "".join(
            chunk["delta"] for chunk in chunks if chunk["type"] in PIECES and chunk["output_index"] == index
        )
        if abridged:
            whole = pieces
        assert pieces in {whole, ""}  # LM Studio sends arguments without pieces
        match item["type"]:
            case "message":
                answer.text += whole
                answer.refusal += "".join(part["refusal"] for part in item["content"] if part["type"] == "refusal")
            case "reasoning":
                answer.reasoning += whole
            case "function_call" | "custom_tool_call":
                answer.calls.append(Call(item["name"], item["call_id"], whole, True))
            case _:  # what the provider's own tools did
                assert not whole
    return {0: answer}


def text_of(item: dict[str, Any]) -> str:
    match item["type"]:
        case "message":
            return "".join(part["text"] for part in item["content"] if part["type"] == "output_text")
        case "reasoning":
            return "".join(part["text"] for part in [*item["summary"], *item.get("content", [])])
        case "function_call":
            return str(item["arguments"])
        case "custom_tool_call":
            return str(item["input"])
        case _:
            return ""


def abridged(chunks: list[Any]) -> dict[int, Assembly]:
    """A recording out of which most pieces were taken by hand: those that it still has."""
    return responses(chunks, abridged=True)


# --- Anthropic Messages
# https://docs.anthropic.com/en/docs/build-with-claude/streaming


def anthropic(chunks: list[Any]) -> dict[int, Assembly]:
    """The content blocks of the last message that was started, as Anthropic's SDK gathers them."""
    starts = [at for at, chunk in enumerate(chunks) if chunk["type"] == "message_start"]
    message = chunks[starts[-1]]["message"]  # what came before another start is void; a duplicate adds nothing
    blocks = [{**block, "over": True} for block in message["content"]]
    ending, details = message["stop_reason"], message.get("stop_details")
    for chunk in chunks[starts[-1] :]:
        match chunk["type"]:
            case "content_block_start":
                assert chunk["index"] == len(blocks)
                blocks.append({**chunk["content_block"], "json": ""})
            case "content_block_delta":
                block, delta = blocks[chunk["index"]], chunk["delta"]
                match delta["type"]:
                    case "text_delta":
                        block["text"] += delta["text"]
                    case "thinking_delta":
                        block["thinking"] += delta["thinking"]
                    case "input_json_delta":
                        block["json"] += delta["partial_json"]
            case "content_block_stop":
                blocks[chunk["index"]]["over"] = True
            case "message_delta":
                ending, details = chunk["delta"]["stop_reason"], chunk["delta"].get("stop_details")
    answer = Assembly(finish=ended(ending))
    for block in blocks:
        match block["type"]:
            case "text":
                answer.text += block["text"]
            case "thinking":
                answer.reasoning += block["thinking"]
            case "tool_use" | "server_tool_use" | "mcp_tool_use":  # the others are results of Anthropic's own tools
                arguments = block.get("json") or block["input"] or "{}"
                answer.calls.append(Call(block["name"], block["id"], arguments, "over" in block))
    if ending == "refusal" and details:
        answer.refusal = details["explanation"]
    return {0: answer}


# --- Gemini, and Vertex's arguments as operations on paths
# https://ai.google.dev/api/generate-content#v1beta.GenerateContentResponse
# https://cloud.google.com/vertex-ai/generative-ai/docs/multimodal/function-calling#streaming-fc


def gemini(chunks: list[Any]) -> dict[int, Assembly]:
    answers: dict[int, Assembly] = {}
    for candidate in [candidate for chunk in chunks for candidate in chunk["candidates"]]:
        answer = answers.setdefault(candidate.get("index", 0), Assembly())
        for part in candidate.get("content", {}).get("parts", []):
            if "functionCall" in part:
                piece = part["functionCall"]
                if "name" in piece:  # a call opens
                    answer.calls.append(Call(piece["name"], piece.get("id", ""), piece.get("args", {}), False))
                call = answer.calls[-1]
                for operation in piece.get("partialArgs", []):
                    put(call.arguments, operation)
                if not piece.get("willContinue"):
                    answer.calls[-1] = call._replace(whole=True)
            elif part.get("thought"):
                answer.reasoning += part["text"]
            else:
                answer.text += part["text"]
        answer.finish = ended(candidate.get("finishReason")) or answer.finish
    return answers


def put(arguments: Any, operation: dict[str, Any]) -> None:
    """One operation: `{"jsonPath": "$.steps[2]", "stringValue": "Fry"}` appends to the third step, which may be new."""
    keys = re.findall(r"\.(\w+)|\[(\d+)\]", operation["jsonPath"])
    place = arguments
    for (name, number), (_, number_of_next) in zip(keys, [*keys[1:], ("", "")], strict=True):
        last = (name, number) == keys[-1] and not number_of_next
        new: Any = "" if last else [] if number_of_next else {}
        if name:
            key: Any = name
            place.setdefault(key, new)
        else:
            key = int(number)
            place += [new] * (key + 1 - len(place))
        holder, place = place, place[key]
    if "stringValue" in operation:
        holder[key] += operation["stringValue"]
    elif "nullValue" in operation:
        holder[key] = None
    else:
        holder[key] = operation["numberValue"] if "numberValue" in operation else operation["boolValue"]


# --- Gemini's Interactions
# https://ai.google.dev/api/interactions-api


def interactions(chunks: list[Any]) -> dict[int, Assembly]:
    answer = Assembly()
    steps: dict[int, dict[str, Any]] = {}
    for chunk in chunks:
        match chunk["event_type"]:
            case "step.start":
                steps[chunk["index"]] = {**chunk["step"], "json": ""}
            case "step.delta":
                delta = chunk["delta"]
                if delta["type"] == "text":
                    answer.text += delta["text"]
                elif delta["type"] == "arguments_delta":
                    steps[chunk["index"]]["json"] += delta["arguments"]
            case "step.stop":
                steps[chunk["index"]]["over"] = True
            case "interaction.completed":
                answer.finish = ended(chunk["interaction"]["status"])
    answer.calls = [
        Call(step["name"], step["id"], step["json"] or step["arguments"], "over" in step)
        for step in steps.values()
        if step["type"] == "function_call"
    ]
    return {0: answer}


# --- Amazon Bedrock, ConverseStream
# https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStream.html


def bedrock(chunks: list[Any]) -> dict[int, Assembly]:
    answer = Assembly()
    calls: dict[int, dict[str, Any]] = {}
    for chunk in chunks:
        ((kind, event),) = chunk.items()  # exactly one key
        index = event.get("contentBlockIndex")
        match kind:
            case "contentBlockStart" if "toolUse" in event["start"]:
                calls[index] = {**event["start"]["toolUse"], "input": "", "over": False}
            case "contentBlockDelta":
                delta = event["delta"]
                answer.text += delta.get("text", "")
                answer.reasoning += delta.get("reasoningContent", {}).get("text", "")
                if "toolUse" in delta:
                    calls[index]["input"] += delta["toolUse"]["input"]
            case "contentBlockStop" if index in calls:
                calls[index]["over"] = True
            case "messageStop":
                answer.finish = ended(event["stopReason"])
    answer.calls = [
        Call(call["name"], call["toolUseId"], call["input"] or "{}", call["over"]) for call in calls.values()
    ]
    return {0: answer}


# --- Cohere v2
# https://docs.cohere.com/reference/chat-stream


def cohere(chunks: list[Any]) -> dict[int, Assembly]:
    answer = Assembly()
    calls: dict[int, list[Any]] = {}  # name, id, arguments, whether it is whole
    for chunk in chunks:
        message = chunk.get("delta", {}).get("message", {})
        match chunk["type"]:
            case "content-start" | "content-delta":
                answer.text += message["content"].get("text", "")
                answer.reasoning += message["content"].get("thinking", "")
            case "tool-plan-delta":  # what the model says before it calls
                answer.text += message["tool_plan"]
            case "tool-call-start":
                call = message["tool_calls"]
                calls[chunk["index"]] = [call["function"]["name"], call["id"], call["function"]["arguments"], False]
            case "tool-call-delta":
                calls[chunk["index"]][2] += message["tool_calls"]["function"]["arguments"]
            case "tool-call-end":
                calls[chunk["index"]][2] = calls[chunk["index"]][2] or "{}"
                calls[chunk["index"]][3] = True
            case "message-end":
                answer.finish = ended(chunk["delta"]["finish_reason"])
    answer.calls = [Call(*call) for call in calls.values()]
    return {0: answer}


# --- Ollama
# https://github.com/ollama/ollama/blob/main/docs/api.md


def ollama(chunks: list[Any]) -> dict[int, Assembly]:
    answer = Assembly()
    for chunk in chunks:
        message = chunk.get("message", {})
        answer.text += chunk.get("response", "") + message.get("content", "")
        answer.reasoning += chunk.get("thinking", "") + message.get("thinking", "")
        answer.finish = ended(chunk.get("done_reason"))
    return {0: answer}


# --- IBM watsonx.ai: https://cloud.ibm.com/apidocs/watsonx-ai#text-generation-stream


def watsonx(chunks: list[Any]) -> dict[int, Assembly]:
    results = [chunk["results"][0] for chunk in chunks]
    return {
        0: Assembly(
            text="".join(result["generated_text"] for result in results), finish=ended(results[-1]["stop_reason"])
        )
    }


# --- Writer's completions: https://dev.writer.com/api-reference/completion-api/text-generation


def writer(chunks: list[Any]) -> dict[int, Assembly]:
    return {0: Assembly(text="".join(chunk["value"] for chunk in chunks))}


Wire = Callable[[list[Any]], dict[int, Assembly]]

WIRES: list[tuple[str, Wire]] = [  # the first whose pattern fits
    ("anthropic-sdk/*", anthropic),
    ("*/anthropic/*", anthropic),
    ("*/amazon-bedrock/*", bedrock),
    ("*/cohere/*", cohere),
    ("*/google/google-*", gemini),
    ("*/google/*", interactions),
    ("*/ollama/*", ollama),
    ("*/watsonx/*", watsonx),
    ("*/writer/*_completions_*", writer),
    ("*/openai/openai-completion-*", completions),
    ("*/local-openai-compatible/*ChatOpenAI*", chat),
    ("*/local-openai-compatible/*", completions),
    ("vercel-ai/openai/azure-model-router*", chat),
    ("vercel-ai/openai/openai-text*", chat),
    ("vercel-ai/openai/openai-phase*", abridged),
    ("vercel-ai/openai/*", responses),
    ("vercel-ai/azure/*", responses),
    ("vercel-ai/open-responses/*", responses),
    ("*", chat),
]

STARTS = {"message_start", "response.created"}
ENDS = {"message_stop", "response.completed", "response.failed", "response.incomplete"}


@dataclass(frozen=True)
class Recording:
    """One stream: the chunks of a file, or of one of several answers that a file has one after another."""

    name: str
    wire: Wire
    chunks: list[Any]
    body: bytes | None
    """As it came over HTTP, where it was recorded so."""

    def assembled(self) -> dict[int, Assembly]:
        return self.wire(self.chunks)


def chunks_of(path: Path) -> list[Any]:
    """The chunks of a recording: the JSON of each event of a `.sse` file, or of each line of the others."""
    text = path.read_text("utf-8")
    if path.suffix == ".sse":  # its events have one line of data each
        documents = [line.removeprefix("data:").strip() for line in text.splitlines() if line.startswith("data:")]
        return [json.loads(document) for document in documents if document != "[DONE]"]
    lines = [line for line in text.split("\n") if line.strip()]
    if path.as_posix().endswith(BROKEN):
        lines = [line + "}" * (line.count("{") - line.count("}")) for line in lines]
    return [json.loads(line) for line in lines]


def answers_in(chunks: list[Any]) -> list[list[Any]]:
    """The chunks of each answer: a few files hold the streams of several requests, one after another."""
    kinds = [chunk.get("type") for chunk in chunks]
    cuts = [at for at in range(1, len(chunks)) if kinds[at] in STARTS and kinds[at - 1] in ENDS]
    return [chunks[start:end] for start, end in zip([0, *cuts], [*cuts, len(chunks)], strict=True)]


def recordings() -> Iterator[Recording]:
    """Every recording of the corpus; of files that hold several answers, each answer, and then all as one stream."""
    for path in sorted(path for folder in FOLDERS for path in (CORPUS / folder).rglob("*") if path.is_file()):
        name = path.relative_to(CORPUS).as_posix()
        wire = next(wire for pattern, wire in WIRES if fnmatch(name, pattern))
        chunks = chunks_of(path)
        answers = answers_in(chunks)
        if len(answers) == 1:
            yield Recording(name, wire, chunks, path.read_bytes() if path.suffix == ".sse" else None)
            continue
        for number, answer in enumerate(answers, 1):
            yield Recording(f"{name}#{number}", wire, answer, None)
        yield Recording(f"{name}#all", turns_of(wire), chunks, None)


def turns_of(wire: Wire) -> Wire:
    """What a stream says in which another answer starts behind the end of the first: both, as turns of an agent."""

    def assembled(chunks: list[Any]) -> dict[int, Assembly]:
        turns = [answer for part in answers_in(chunks) for answer in wire(part).values()]
        all_of_it = Assembly(finish=turns[-1].finish, failure=turns[-1].failure)
        for turn in turns:
            all_of_it.text += turn.text
            all_of_it.reasoning += turn.reasoning
            all_of_it.refusal += turn.refusal
            all_of_it.calls += turn.calls
        return {0: all_of_it}

    return assembled
