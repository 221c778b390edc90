"""What the examples beside this ask their model for."""

from pydantic import BaseModel


class Recipe(BaseModel):
    title: str
    steps: list[str] = []
    minutes: int | None = None


class Weather(BaseModel):
    """The weather in a city."""

    city: str
    unit: str = "celsius"


class Search(BaseModel):
    """Search the web."""

    query: str
