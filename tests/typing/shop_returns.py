"""A model of the same name as one in shop.py."""

from pydantic import BaseModel


class Item(BaseModel):
    reason: str
