"""Reading TOML, with errors that name the place."""

import re
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

from sessionlint.model.regex import regex
from sessionlint.run.errors import UsageError
from sessionlint.run.files.bounded import read_regular
from sessionlint.run.files.limits import CONFIGURATION, TOML_DEPTH, Limit

# no string and no comment fails to match once it has begun, so nothing is looked at twice
_STEP = regex(
    r"#[^\n]*"
    r"|\"\"\"(?:[^\\\"]+|\\.|\"(?!\"\"))*(?:\"\"\")?|'''(?:[^']+|'(?!''))*(?:''')?"
    r"|\"(?:[^\\\"\n]+|\\.)*\"?|'[^'\n]*'?"
    r"|(?P<open>[\[{])|(?P<close>[\]}])|(?P<end>[=,\n])|(?P<dot>\.)",
    re.DOTALL,
)


class InvalidTomlError(ValueError):
    """What is wrong with a text, in words for the user."""


def read_toml(path: Path, shown: str, limit: Limit = CONFIGURATION) -> tuple[dict[str, Any], str]:
    """The document and its text. Raises UsageError (``shown`` names the file) when it cannot be read."""
    try:
        text = read_regular(path, limit).decode("utf-8-sig")
    except OSError as error:
        raise UsageError(f"{shown}: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise UsageError(f"{shown}: not UTF-8, so not TOML") from None
    return parse_toml(text, shown), text


def parse_toml(text: str, shown: str) -> dict[str, Any]:
    """As ``load_toml``. Raises UsageError (``shown`` names the text)."""
    try:
        return load_toml(text)
    except InvalidTomlError as error:
        raise UsageError(f"{shown}: {error}") from None


def load_toml(text: str) -> dict[str, Any]:
    """As ``tomllib.loads``; newlines may be CRLF. Raises InvalidTomlError."""
    if _is_deep(text):
        raise InvalidTomlError(f"tables, lists or dotted keys nested more than {TOML_DEPTH} deep")
    toml: Any = import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")
    try:
        document: dict[str, Any] = toml.loads(text.replace("\r\n", "\n"))
    except (ValueError, RecursionError) as error:  # a TOMLDecodeError, or what Python says of a number
        raise InvalidTomlError(f"invalid TOML: {str(error).partition(';')[0]}") from None
    return document


def _is_deep(text: str) -> bool:
    """Whether anything in ``text`` may be nested deeper than TOML_DEPTH: brackets, or the parts of one key."""
    if max(text.count("."), text.count("[") + text.count("{")) <= TOML_DEPTH:
        return False
    depth = dots = 0
    for step in _STEP.finditer(text):
        depth += (step.lastgroup == "open") - (step.lastgroup == "close")
        dots = 0 if step.lastgroup == "end" else dots + (step.lastgroup == "dot")
        if max(depth, dots) > TOML_DEPTH:
            return True
    return False
