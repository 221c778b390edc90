"""NiceGUI: the text of labels is set, ten times a second at most; text is no markup in a label."""

from nicegui import ui
from recipe import Recipe, async_answer

from partway import stream


@ui.page("/")
async def page() -> None:
    title, steps = ui.label("…"), ui.label().style("white-space: pre-line")
    await ui.context.client.connected()
    async for recipe in stream(async_answer(), Recipe).frames(per_second=10):
        title.text = recipe.title or "…"
        steps.text = "\n".join(recipe.steps or [])


ui.run(reload=False, show=False)
