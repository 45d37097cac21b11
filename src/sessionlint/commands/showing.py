"""What ``--show-settings`` prints: every option with its value, and what was read from where."""

from collections.abc import Iterator, Mapping, Sequence
from enum import Enum

from sessionlint.report.visible import visible, without_brackets
from sessionlint.run.planning import Plan
from sessionlint.run.settings.config import Layered
from sessionlint.run.settings.settings import OPTIONS, SELECTION


def settings_text(plan: Plan) -> str:
    """TOML-like lines; where a value comes from stands behind it as a comment."""
    return "".join(f"{visible(line)}\n" for line in _lines(plan))


def _lines(plan: Plan) -> Iterator[str]:
    yield f"# project root: {plan.root.folder}"
    yield f"# configuration: {plan.config or 'none'}"
    yield f"# cache: {plan.store.place.folder if plan.store else 'none'}"
    yield f"select = {toml_value(sorted(plan.selected))}  # {', '.join(_selections(plan)) or 'default'}"
    for key in OPTIONS:
        value = getattr(plan.settings, key.replace("-", "_"))
        origin = ", ".join(origin_of(layer, key) for layer in plan.layers if key in layer.values)
        yield f"{key} = {toml_value(value)}  # {origin or 'default'}" if value is not None else f"# {key} is not set"
    for layer in plan.layers:
        yield from _overrides(layer)
    yield f"# targets: sqlalchemy {_version(plan.targets.sqlalchemy)}, fastapi {_version(plan.targets.fastapi)},"
    yield f"#          python {_version(plan.targets.python, 'oldest supported')}"
    for declaration in plan.declared:
        how = ", locked" if declaration.locked else ""
        yield f"#   {declaration.name} {declaration.specifier or '(any)'}  # {declaration.file}{how}"


def _selections(plan: Plan) -> Iterator[str]:
    """The places that have a part in which rules are on; each says as what."""
    return (layer.locate(key, "") for layer in plan.layers for key in SELECTION if key in layer.values)


def origin_of(layer: Layered, key: str) -> str:
    """The place of a key: a line of a file, or an option."""
    return layer.locate(key, "").removesuffix(f": {key}")


def _overrides(layer: Layered) -> Iterator[str]:
    for override in layer.overrides:
        yield f"[[overrides]]  # {origin_of(layer, 'overrides')}"
        yield f"files = {toml_value(override.files)}"
        if override.layer.select is not None:
            yield f"select = {toml_value(override.layer.select)}"
        if override.layer.extend_select:
            yield f"extend-select = {toml_value(override.layer.extend_select)}"
        if override.layer.ignore:
            yield f"ignore = {toml_value(override.layer.ignore)}"
        if override.severity:
            yield f"severity = {toml_value(override.severity)}"


def toml_value(value: object) -> str:
    """A value as TOML has it, its controls visible."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Enum):
        return f'"{value.value}"'
    if isinstance(value, tuple) and value and all(isinstance(part, int) for part in value):
        return f'"{".".join(map(str, value))}"'
    if isinstance(value, Mapping):
        return "{" + ", ".join(f'"{key}" = {toml_value(item)}' for key, item in value.items()) + "}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return f"[{', '.join(toml_value(item) for item in value)}]"
    return '"' + without_brackets("".join(map(_character, str(value))), "\\u0023") + '"'


def _character(character: str) -> str:
    if character in '\\"':
        return f"\\{character}"
    if visible(character) == character:
        return character
    return f"\\u{ord(character):04x}" if ord(character) <= 0xFFFF else f"\\U{ord(character):08x}"


def _version(version: tuple[int, int] | None, otherwise: str = "newest") -> str:
    return f"{version[0]}.{version[1]}" if version else otherwise
