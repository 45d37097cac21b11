"""Reading TOML, with errors that name the place."""

import sys
from importlib import import_module
from pathlib import Path
from typing import Any

from sessionlint.run.errors import UsageError


def read_toml(path: Path, shown: str) -> tuple[dict[str, Any], str]:
    """The document and its text. Raises UsageError (``shown`` names the file) when it cannot be read."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise UsageError(f"{shown}: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise UsageError(f"{shown}: not UTF-8, so not TOML") from None
    return parse_toml(text, shown), text


def parse_toml(text: str, shown: str) -> dict[str, Any]:
    """As ``tomllib.loads``; newlines may be CRLF. Raises UsageError."""
    toml: Any = import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")
    try:
        document: dict[str, Any] = toml.loads(text.replace("\r\n", "\n"))
    except (toml.TOMLDecodeError, RecursionError) as error:
        raise UsageError(f"{shown}: invalid TOML: {error}") from None
    return document
