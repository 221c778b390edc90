"""The model of `language.md`: `partway replay examples/language.md --model examples/language.py`."""

from pydantic import BaseModel


class Language(BaseModel):
    language: str
    frameworks: list[str]
