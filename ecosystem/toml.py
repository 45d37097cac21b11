"""Reading TOML on every supported Python, and writing the strings of it."""

import json
import sys
from pathlib import Path
from typing import Any

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


def read_toml(path: Path) -> dict[str, Any]:
    """Raises ValueError for broken TOML, OSError when the file cannot be read."""
    return tomllib.loads(path.read_text("utf-8"))


def toml_string(text: str) -> str:
    """A TOML basic string: JSON's, but for DEL, which TOML wants escaped."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
