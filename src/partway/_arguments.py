"""The arguments of a function as a model, so that they can be streamed like one."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import lru_cache
from typing import Any, get_type_hints

from pydantic import BaseModel, ConfigDict, Field, PydanticUserError, create_model

from partway.errors import UsageError

__all__ = ["arguments_of"]


@lru_cache(maxsize=256)
def arguments_of(function: Callable[..., Any]) -> type[BaseModel]:
    """Make a model with a field for each parameter of a function, named like it.

    Raises:
        UsageError: It has parameters that have no name for JSON (`*args`, positional-only ones), or whose name no field
            of a model can have; or its hints cannot be read.
    """
    name = function.__name__
    try:
        hints = get_type_hints(function, include_extras=True)
    except (NameError, TypeError) as error:
        raise UsageError(f"the types of {name}'s parameters cannot be read: {error}") from error
    fields: dict[str, Any] = {}
    extra = False
    for parameter in inspect.signature(function).parameters.values():
        if parameter.kind is parameter.VAR_KEYWORD:
            extra = True
            continue
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.POSITIONAL_ONLY):
            raise UsageError(f"{name} takes {parameter.name} by position only: a tool's arguments have names")
        if parameter.name.startswith("_") or parameter.name == "model_config":
            raise UsageError(f"{name} takes {parameter.name}, and no field of a model may be called so")
        default = ... if parameter.default is parameter.empty else parameter.default
        fields[parameter.name] = (hints.get(parameter.name, Any), Field(default))
    config = ConfigDict(extra="allow" if extra else "forbid", arbitrary_types_allowed=True)
    try:
        return create_model(name, __config__=config, **fields)
    except (NameError, TypeError, ValueError, PydanticUserError) as error:
        raise UsageError(f"{name}'s parameters cannot be the fields of a model: {error}") from error
