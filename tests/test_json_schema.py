"""What stands behind the references of a JSON schema."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import pytest
from pydantic import BaseModel, ConfigDict, Field
from pydantic.json_schema import SkipJsonSchema  # noqa: TC002 # pydantic resolves it

from partway._json_schema import NAMES, Definitions, json_schema

TEXT = {"type": "string", "title": "Text"}
DEFINITIONS = Definitions(
    {
        "Text": TEXT,
        "Named": {"$ref": "#/$defs/Text", "title": "Named"},
        "Maybe": {"anyOf": [{"$ref": "#/$defs/Named"}, {"type": "null"}]},
        "Itself": {"$ref": "#/$defs/Itself", "title": "Itself"},
        "List": {"type": "array", "items": {"$ref": "#/$defs/Even"}},
        "Even": {"properties": {"odd": {"anyOf": [{"$ref": "#/$defs/Odd"}, {"type": "null"}]}}},
        "Odd": {"type": "object", "additionalProperties": {"$ref": "#/$defs/Even"}},
        "Tuple": {"prefixItems": [{"allOf": [{"$ref": "#/$defs/Tuple"}]}]},
        "Patterns": {"patternProperties": {"a": {"oneOf": [{"$ref": "#/$defs/Patterns"}]}}},
        "Key": {"properties": {"$ref": {"type": "string"}}, "default": {"$ref": "#/$defs/Key"}},
    }
)


@pytest.mark.parametrize(
    ("schema", "told", "name", "nullable"),
    [
        (TEXT, TEXT, "", False),
        ({"$ref": "#/$defs/Text"}, TEXT, "Text", False),
        ({"$ref": "#/$defs/Text", "title": "Mine"}, {**TEXT, "title": "Mine"}, "Text", False),
        ({"$ref": "#/$defs/Named"}, {**TEXT, "title": "Named"}, "Text", False),
        ({"allOf": [{"$ref": "#/$defs/Text"}], "title": "Mine"}, {**TEXT, "title": "Mine"}, "Text", False),
        ({"$ref": "#/$defs/Maybe", "title": "Mine"}, {**TEXT, "title": "Mine"}, "Text", True),
        ({"oneOf": [{"type": "null"}, {"const": None}, TEXT]}, TEXT, "", True),
        ({"anyOf": [TEXT, {"type": "null"}, {}]}, {"anyOf": [TEXT, {}]}, "", True),
        ({"anyOf": [{"type": "null"}], "title": "Mine"}, {"title": "Mine"}, "", True),
        ({"type": ["string", "null"], "title": "Text"}, TEXT, "", True),
        (
            {"type": ["string", "array"], "title": "A"},
            {"title": "A", "anyOf": [{"type": "string"}, {"type": "array"}]},
            "",
            False,
        ),
        ({"$ref": "#/$defs/Itself"}, {"title": "Itself"}, "Itself", False),
        ({"$ref": "#/$defs/Missing"}, {}, "Missing", False),
    ],
)  # fmt: skip
def test_a_reference_is_followed_and_what_stands_beside_it_goes_first(schema, told, name, nullable):
    assert DEFINITIONS.resolved(schema) == (told, name, nullable)


def test_it_is_known_which_definitions_lead_to_themselves():
    assert DEFINITIONS.recursive == {"Itself", "Even", "Odd", "Tuple", "Patterns"}


class Odd(BaseModel):
    model_config = ConfigDict(arbitrary_types_allowed=True, validate_by_name=True)
    call: Callable[[], None] = print
    unit_price: int = Field(alias="unitPrice", json_schema_extra={"unit": "EUR"})
    default: Any = Field(default_factory=object)
    unsaid: SkipJsonSchema[int] = 0


def test_the_schema_has_all_keys_and_titles_and_what_the_user_adds():
    with warnings.catch_warnings(action="error"):
        properties = json_schema(Odd)["properties"]
    assert properties == {
        "call": {"title": "Call", NAMES: ["call"]},
        "unitPrice": {"type": "integer", "title": "Unit Price", "unit": "EUR", NAMES: ["unitPrice", "unit_price"]},
        "default": {"title": "Default", NAMES: ["default"]},
    }
