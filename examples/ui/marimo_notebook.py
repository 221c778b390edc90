"""marimo: the object grows in the output of the cell, and the cell gives the result to the others."""

import marimo

app = marimo.App()

with app.setup:
    from recipe import Recipe, async_answer

    from partway import stream
    from partway.notebook import display


@app.cell
async def _() -> tuple[Recipe]:
    recipe = await display(stream(async_answer(), Recipe))
    return (recipe,)


@app.cell
def _(recipe: Recipe) -> None:
    print(recipe.title, "in", recipe.minutes, "minutes")
