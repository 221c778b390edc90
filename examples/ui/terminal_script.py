"""A terminal: the object grows on the screen, and the result is returned."""

from recipe import Recipe, answer

from partway import stream
from partway.terminal import render

recipe = render(stream(answer(), Recipe))
print(recipe.title, "in", recipe.minutes, "minutes")
