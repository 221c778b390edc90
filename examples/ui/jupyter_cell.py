"""Jupyter: the object grows in the output of the cell. An async run is `await display(run)`."""

from recipe import Recipe, answer

from partway import stream
from partway.notebook import display

recipe = display(stream(answer(), Recipe))
print(recipe.title, "in", recipe.minutes, "minutes")
