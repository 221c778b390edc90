"""Textual: a worker updates the widgets; `markup=False`, since what a model writes is text."""

from recipe import Recipe, async_answer
from textual import work
from textual.app import App, ComposeResult
from textual.widgets import Label

from partway import stream


class Cook(App[None]):
    def compose(self) -> ComposeResult:
        yield Label(id="title", markup=False)
        yield Label(id="steps", markup=False)

    @work
    async def on_mount(self) -> None:
        async for recipe in stream(async_answer(), Recipe).frames(per_second=30):
            self.query_one("#title", Label).update(recipe.title or "…")
            self.query_one("#steps", Label).update("\n".join(recipe.steps or []))
