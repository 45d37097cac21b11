"""``sessionlint config``: what can be configured, what a key does, and what it is set to here."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sessionlint.commands.console import prepare, write_out
from sessionlint.commands.showing import origin_of, toml_value
from sessionlint.report.visible import visible
from sessionlint.run.errors import CLEAN, UsageError, suggestion
from sessionlint.run.planning import layers_of
from sessionlint.run.request import Request
from sessionlint.run.settings.about import ABOUT
from sessionlint.run.settings.config import Layered, merged
from sessionlint.run.settings.schema import configuration_schema, default_of
from sessionlint.run.settings.settings import OPTIONS
from sessionlint.run.settings.values import Schema


def run_config(key: str | None, options: Mapping[str, Any]) -> int:
    """Explain a key, or list all of them, and return the exit code. Raises UsageError, also when the settings are broken."""
    prepare()
    schema = configuration_schema()
    if options["schema"]:
        write_out(json.dumps(schema, indent=2) + "\n")
    elif key is None:
        write_out("".join(f"{name:{_WIDTH}}  {told['description']}\n" for name, told in schema["properties"].items()))
    else:
        name = key.removeprefix("tool.sessionlint.")
        if name not in schema["properties"]:
            raise UsageError(f'config: unknown key "{key}"{suggestion(name, schema["properties"])}')
        write_out("".join(f"{line}\n" for line in _explained(name, schema["properties"][name])))
        write_out("".join(f"  here: {visible(line)}\n" for line in _here(name, _layers(options)) or ["as by default"]))
    return CLEAN


_WIDTH = max(map(len, ABOUT))


def _layers(options: Mapping[str, Any]) -> Sequence[Layered]:
    return layers_of(
        Request(config=options["config"], isolated=options["isolated"], project_root=options["project_root"]),
    )


def _explained(key: str, told: Schema) -> Iterator[str]:
    default = default_of(key)
    yield key
    yield f"  {told['description']}"
    yield f"  type: {_type(told)}"
    yield f"  default: {toml_value(default) if default is not None else 'none'}"


def _type(told: Schema, many: str = "") -> str:
    """What a schema admits, in words."""
    if "enum" in told:
        return "one of " + ", ".join(json.dumps(value) for value in told["enum"])
    match told["type"]:
        case "array":
            return f"list of {_type(told['items'], 's')}"
        case "object":
            values = told["additionalProperties"]
            return f"table{many}" + (f"; each value: {_type(values)}" if values else "")
        case "boolean":
            return "true or false"
    return f"{told['type']}{many}"


def _here(key: str, layers: Sequence[Layered]) -> list[str]:
    """The value, and where it comes from; of what is gathered from several places, what each says."""
    if key == "overrides":
        return [f"{len(layer.overrides)} in {origin_of(layer, key)}" for layer in layers if layer.overrides]
    setting = [layer for layer in layers if key in layer.values]
    if key in OPTIONS and setting:
        value = getattr(merged(layers), key.replace("-", "_"))
        return [f"{toml_value(value)}  # {', '.join(origin_of(layer, key) for layer in setting)}"]
    return [f"{toml_value(layer.values[key])}  # {origin_of(layer, key)}" for layer in setting]
