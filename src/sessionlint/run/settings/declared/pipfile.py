"""Pipfile and Pipfile.lock."""

import json
from collections.abc import Iterator
from pathlib import Path

from sessionlint.run.files.inputs import Inputs
from sessionlint.run.files.limits import DECLARATION, PIPFILE_LOCK
from sessionlint.run.settings.declared.declaration import PACKAGES, PYTHON, normal, read_text
from sessionlint.run.settings.declared.pyproject import read_poetry_table
from sessionlint.run.settings.declared.tables import read_document, table


def read_pipfile(path: Path, inputs: Inputs) -> Iterator[tuple[str, str]]:
    """(name, specifier)."""
    document = read_document(path, DECLARATION, inputs)
    requires = table(document, "requires")
    python = requires.get("python_version") or requires.get("python_full_version")
    if isinstance(python, str):
        yield PYTHON, f"=={python}"
    for group in ("packages", "dev-packages"):
        yield from read_poetry_table(table(document, group))


def read_pipfile_lock(path: Path, inputs: Inputs) -> Iterator[tuple[str, str]]:
    """(name, specifier); the specifier is exact."""
    try:
        document = json.loads(read_text(path, PIPFILE_LOCK, inputs) or "{}")
    except (ValueError, RecursionError) as error:
        inputs.leave_out(path, f"invalid JSON: {str(error).partition(';')[0]}")
        return
    for group in ("default", "develop"):
        for name, package in table(document, group).items():
            version = table(package).get("version")
            if normal(name) in PACKAGES and isinstance(version, str):
                yield normal(name), version
