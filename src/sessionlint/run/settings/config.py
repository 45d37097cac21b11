"""From configuration files, ``--config`` and the command line to Settings: find, check every key, merge."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from sessionlint import __version__
from sessionlint.model.records import dataclass
from sessionlint.run.errors import UsageError, suggestion
from sessionlint.run.files.bounded import RefusedError, read_regular
from sessionlint.run.files.inputs import shown
from sessionlint.run.files.limits import CONFIGURATION
from sessionlint.run.settings.selectors import Layer
from sessionlint.run.settings.settings import OPTIONS, OVERRIDE, SELECTION, Option, Override, Settings
from sessionlint.run.settings.specifiers import parse_specifiers
from sessionlint.run.settings.toml import parse_toml, read_toml
from sessionlint.run.settings.values import EntryError

OWN_FILE = "sessionlint.toml"


@dataclass(frozen=True, slots=True)
class Layered:
    """The checked values of one source of settings, by key; ``locate`` names a key for messages, with the place of its value."""

    values: Mapping[str, Any]
    locate: Callable[[str, str], str]
    overrides: tuple[Override, ...] = ()

    def selectors(self) -> Iterable[tuple[str, str]]:
        """Every rule that is named, with the key to locate it by; to locate takes time, and most rules exist."""
        named = [(key, selector) for key in SELECTION for selector in self.values.get(key, ())]
        named += [("severity", selector) for selector in self.values.get("severity", ())]
        named += [("per-file-ignores", code) for codes in self.values.get("per-file-ignores", {}).values() for code in codes]
        named += [("overrides", selector) for override in self.overrides for selector in override.layer.selectors]
        named += [("overrides", selector) for override in self.overrides for selector in override.severity]
        return [(selector, key) for key, selector in named]


def config_in(folder: Path) -> Path | None:
    """The file of ``folder`` that configures sessionlint: sessionlint.toml, or a pyproject.toml with our table.

    Raises UsageError for a pyproject.toml that may have one and cannot be read.
    """
    own, project = folder / OWN_FILE, folder / "pyproject.toml"
    if own.exists() and not own.is_dir():
        return own
    try:
        mentioned = b"sessionlint" in read_regular(project, CONFIGURATION)
    except RefusedError as error:
        raise UsageError(f"{shown(project)}: {error.reason}") from None
    except OSError:
        return None
    return project if mentioned and _table(read_toml(project, str(project))[0], project) is not None else None


def read_config(path: Path, shown: str) -> Layered:
    """The checked settings of a file. Raises UsageError for whatever is wrong in it."""
    document, text = read_toml(path, shown)
    table = _table(document, path)
    return checked(table if table is not None else {}, _locator(shown, text))


def read_inline(text: str) -> Layered:
    """The checked settings of ``--config 'key = value'``."""
    document = parse_toml(text, f"--config '{text}'")
    return checked(document, lambda key, value: f"--config '{text}': {key}")


def checked(table: Mapping[str, Any], locate: Callable[[str, str], str]) -> Layered:
    """Read every key of ``table`` by its Option. Raises UsageError for the first one that is wrong."""
    try:
        return _checked(table, locate)
    except UsageError:
        wanted = table.get("required-version")  # a file for another version may well have keys and values that we do not know
        check_version(wanted if isinstance(wanted, str) else None)
        raise


def check_version(wanted: str | None) -> None:
    """Raises UsageError where a project wants other versions of us than this one."""
    admitted = parse_specifiers(wanted) if wanted else None
    if admitted and not admitted.admits(tuple(int(part) for part in __version__.split("."))):
        raise UsageError(f"required-version: this project wants sessionlint {wanted}, this is {__version__}")


def _checked(table: Mapping[str, Any], locate: Callable[[str, str], str]) -> Layered:
    known = {**SELECTION, **OPTIONS}
    overrides = table.get("overrides", [])
    if not isinstance(overrides, list) or not all(isinstance(item, dict) for item in overrides):
        raise UsageError(f"{locate('overrides', '')}: expected tables, [[tool.sessionlint.overrides]]")
    plain = {key: value for key, value in table.items() if key != "overrides"}
    return Layered(
        _read(plain, known, locate, extra=("overrides",)),
        locate,
        tuple(_override(item, locate) for item in overrides),
    )


def merged(layers: Sequence[Layered]) -> Settings:
    """All layers, the weakest first."""
    fields: dict[str, Any] = {}
    for values in (layer.values for layer in layers):
        for key, option in OPTIONS.items():
            if key in values:
                name = key.replace("-", "_")
                fields[name] = _meeting(option, fields.get(name), values[key])
    selection = tuple(_selection(layer.values) for layer in layers)
    overrides = tuple(override for layer in layers for override in layer.overrides)
    return Settings(layers=selection, overrides=overrides, **fields)


def _meeting(option: Option, earlier: Any, later: Any) -> Any:
    if option.meets == "updates":
        return {**(earlier or {}), **later}
    if option.meets == "extends":
        return (*(earlier or ()), *later)
    return later


def _selection(values: Mapping[str, Any]) -> Layer:
    return Layer(
        select=values.get("select"),
        extend_select=values.get("extend-select", ()),
        ignore=(*values.get("ignore", ()), *values.get("extend-ignore", ())),
    )


def _override(table: Mapping[str, Any], locate: Callable[[str, str], str]) -> Override:
    values = _read(table, OVERRIDE, locate)
    if not values.get("files"):
        raise UsageError(f"{locate('overrides', '')}: each needs files, a list of patterns")
    return Override(values["files"], _selection(values), values.get("severity", {}))


def _read(
    table: Mapping[str, Any], known: Mapping[str, Option], locate: Callable[[str, str], str], extra: Sequence[str] = ()
) -> dict[str, Any]:
    values = {}
    for key, value in table.items():
        if key not in known:
            raise UsageError(f"{locate(key, '')}: unknown key{_meant(key, value, [*known, *extra])}")
        try:
            values[key] = known[key].read(value)
        except ValueError as error:
            at = error.key if isinstance(error, EntryError) else value if isinstance(value, str) else ""
            raise UsageError(f"{locate(key, at)}: {error}") from None
    return values


_OF_OTHERS = {"target-version": "python-version", "extend-per-file-ignores": "per-file-ignores"}
"""What other linters call it."""


def _meant(key: str, value: object, known: Sequence[str]) -> str:
    """What may have been meant by a key that does not exist."""
    if isinstance(value, dict) and (key == "sessionlint" or (key == "tool" and "sessionlint" in value)):
        table = "tool.sessionlint" if key == "tool" else key
        return f"; leave out [{table}]: outside of pyproject.toml, keys stand by themselves"
    if key in _OF_OTHERS:
        return f'; did you mean "{_OF_OTHERS[key]}"?'
    return suggestion(key, known)


def _table(document: Mapping[str, Any], path: Path) -> Mapping[str, Any] | None:
    """Our table: the whole file, unless it is a pyproject.toml."""
    if path.name != "pyproject.toml":
        return document
    tool = document.get("tool", {})
    table = tool.get("sessionlint") if isinstance(tool, dict) else None
    if table is not None and not isinstance(table, dict):
        raise UsageError(f"{path}: tool.sessionlint: expected a table")
    return table


def _locator(shown: str, text: str) -> Callable[[str, str], str]:
    """Finds the line of a key, and of a quoted value from there on: TOML readers keep no places."""
    lines = text.splitlines()

    def line_of(pattern: str, start: int) -> int | None:
        return next((index for index in range(start, len(lines)) if re.search(pattern, lines[index])), None)

    def locate(key: str, value: str) -> str:
        section = line_of(r"^\s*\[+\s*tool\.sessionlint", 0) or 0
        quoted = rf"[\"']?{re.escape(key)}[\"']?"
        line = line_of(rf"^\s*(\[+\s*(.*\.)?)?{quoted}\s*[=.\]]|[{{,]\s*{quoted}\s*=", section)
        if line is not None and value:
            written = "|".join(map(re.escape, (value, value.replace("\\", r"\\"))))  # as it is, or within double quotes
            at_value = line_of(rf"[\"'](?:{written})[\"']|(?:^|[{{,])\s*(?:{written})\s*=", line)
            line = line if at_value is None else at_value
        return f"{shown}: {key}" if line is None else f"{shown}:{line + 1}: {key}"

    return locate
