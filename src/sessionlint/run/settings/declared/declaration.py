"""What the readers of all formats find."""

import re
from pathlib import Path

from sessionlint.model.records import dataclass
from sessionlint.run.files.inputs import Inputs
from sessionlint.run.files.limits import Limit

PYTHON = "python"
SQLMODEL = "sqlmodel"
PACKAGES = ("sqlalchemy", "fastapi", SQLMODEL)


@dataclass(frozen=True, slots=True)
class Declaration:
    """``name`` (one of PACKAGES, or python) was declared as ``specifier`` in ``file``; ``locked``: it is what gets installed."""

    name: str
    specifier: str
    file: str
    locked: bool = False


def normal(name: str) -> str:
    """The name of a package, however it is spelled."""
    return re.sub(r"[-_.]+", "-", name).lower()


def read_text(path: Path, limit: Limit, inputs: Inputs) -> str:
    """A text file in whatever encoding pip would take; "" when it cannot be read."""
    data = inputs.read(path, limit) or b""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    return data.decode("utf-8-sig", errors="replace")
