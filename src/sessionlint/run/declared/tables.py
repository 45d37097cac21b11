"""Looking into a TOML or JSON document that can hold anything."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sessionlint.run.errors import UsageError
from sessionlint.run.toml import read_toml


def read_document(path: Path) -> Mapping[str, Any]:
    """A TOML file; an empty table when it is none."""
    try:
        return read_toml(path, str(path))[0]
    except UsageError:
        return {}


def table(of: object, *keys: str) -> Mapping[str, Any]:
    """The table below ``keys``; an empty one when there is something else or nothing."""
    for key in keys:
        of = of.get(key) if isinstance(of, dict) else None
    return of if isinstance(of, dict) else {}


def array(value: object) -> list[object]:
    return value if isinstance(value, list) else []
