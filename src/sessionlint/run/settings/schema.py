"""The configuration as a JSON Schema, made of what reads it: for editors and for ``validate-pyproject``."""

from collections.abc import Mapping
from typing import Any

from sessionlint.run.settings.about import ABOUT
from sessionlint.run.settings.settings import OPTIONS, OVERRIDE, SELECTION, Option, Settings
from sessionlint.run.settings.values import Schema, schema_of

DRAFT = "http://json-schema.org/draft-07/schema#"
NAME = "urn:sessionlint:configuration"


def configuration_schema() -> dict[str, Any]:
    """Of the table ``[tool.sessionlint]``, which is the whole of a ``sessionlint.toml``."""
    overrides = {"type": "array", "description": ABOUT["overrides"], "items": _table(OVERRIDE, required=["files"])}
    whole = _table({**SELECTION, **OPTIONS})
    return {
        "$schema": DRAFT,
        "$id": NAME,
        "title": "sessionlint",
        "description": "The configuration of sessionlint.",
        **whole,
        "properties": {**whole["properties"], "overrides": overrides},
    }


def tool_schema(tool_name: str) -> dict[str, Any]:
    """As ``validate-pyproject`` asks for it."""
    return configuration_schema()


def default_of(key: str) -> object:
    """The value of a key that nobody sets, as a configuration would write it; None where there is none."""
    value = getattr(Settings(), key.replace("-", "_"), None)
    return [*value] if isinstance(value, tuple) else value


def _table(options: Mapping[str, Option], **more: object) -> dict[str, Any]:
    properties = {key: _property(key, option) for key, option in options.items()}
    return {"type": "object", "additionalProperties": False, "properties": properties, **more}


def _property(key: str, option: Option) -> Schema:
    default = default_of(key)
    known = {"default": default} if default is not None else {}
    return {"description": ABOUT[key], **schema_of(option.read), **known}
