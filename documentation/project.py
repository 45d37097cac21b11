"""What ``pyproject.toml`` says of the project: its name, what it is, and where its repository lies."""

import sys
from typing import Any

from documentation.page import ROOT

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


def project() -> dict[str, Any]:
    """The table ``[project]``."""
    told: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return told


def repository() -> str:
    """The address of the repository, without a slash at its end."""
    return str(project()["urls"]["Source"]).rstrip("/")


def address_of(path: str) -> str:
    """Where a file or folder of the repository can be read."""
    return f"{repository()}/blob/main/{path}"
