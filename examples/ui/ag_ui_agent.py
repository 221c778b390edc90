"""AG-UI: the value is the shared state of an agent, for CopilotKit and every other client that speaks the protocol."""

from ag_ui.core import RunAgentInput
from fastapi import FastAPI
from recipe import Recipe, async_answer

from partway import stream
from partway.web import EventStream

app = FastAPI()


@app.post("/agent")
async def agent(asked: RunAgentInput) -> EventStream:
    run = stream(async_answer(), Recipe)
    return EventStream(run, format="ag-ui", thread_id=asked.thread_id, run_id=asked.run_id)
