"""Gradio: a function that yields, ten times a second at most; `demo.launch()` shows it."""

from collections.abc import Iterator

import gradio as gr
from recipe import Recipe, answer

from partway import stream


def cook(dish: str) -> Iterator[tuple[str, str]]:
    print(f"{dish}, please")  # your prompt
    for recipe in stream(answer(), Recipe).frames(per_second=10):
        yield recipe.title or "", "\n".join(recipe.steps or [])


demo = gr.Interface(cook, inputs="text", outputs=["text", "text"])
