"""Looking into a TOML or JSON document that can hold anything."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sessionlint.run.files.inputs import Inputs
from sessionlint.run.files.limits import Limit
from sessionlint.run.settings.toml import InvalidTomlError, load_toml


def read_document(path: Path, limit: Limit, inputs: Inputs) -> Mapping[str, Any]:
    """A TOML file; an empty table when it is none."""
    data = inputs.read(path, limit)
    try:
        return load_toml(data.decode("utf-8-sig")) if data is not None else {}
    except UnicodeDecodeError:
        inputs.leave_out(path, "not UTF-8, so not TOML")
    except InvalidTomlError as error:
        inputs.leave_out(path, str(error))
    return {}


def table(of: object, *keys: str) -> Mapping[str, Any]:
    """The table below ``keys``; an empty one when there is something else or nothing."""
    for key in keys:
        of = of.get(key) if isinstance(of, dict) else None
    return of if isinstance(of, dict) else {}


def array(value: object) -> list[object]:
    return value if isinstance(value, list) else []
