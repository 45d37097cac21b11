"""pyproject.toml: PEP 621, dependency groups, and the tables of Poetry, uv and PDM."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from sessionlint.run.files.inputs import Inputs
from sessionlint.run.files.limits import CONFIGURATION
from sessionlint.run.settings.declared.declaration import PACKAGES, PYTHON, normal
from sessionlint.run.settings.declared.requirements import read_requirements
from sessionlint.run.settings.declared.tables import array, read_document, table


def read_pyproject(path: Path, inputs: Inputs) -> Iterator[tuple[str, str]]:
    """(name, specifier). All groups and extras are read, so an ``include-group`` adds nothing."""
    document = read_document(path, CONFIGURATION, inputs)
    project, tool = table(document, "project"), table(document, "tool")
    if isinstance(requires := project.get("requires-python"), str):
        yield PYTHON, requires
    groups = (
        *table(project, "optional-dependencies").values(),
        *table(document, "dependency-groups").values(),
        *table(tool, "pdm", "dev-dependencies").values(),
    )
    for group in (project.get("dependencies"), table(tool, "uv").get("dev-dependencies"), *groups):
        yield from read_requirements(array(group))
    poetry = table(tool, "poetry")
    for section in (poetry, *table(poetry, "group").values()):
        for name in ("dependencies", "dev-dependencies"):
            yield from read_poetry_table(table(section, name))


def read_poetry_table(dependencies: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """``sqlalchemy = "^2.0"``, ``{version = "^2.0"}`` or several of those for different platforms."""
    for name, value in dependencies.items():
        versions = [_version(one) for one in (array(value) or [value])]
        if normal(name) in (PYTHON, *PACKAGES) and all(versions):
            yield normal(name), " || ".join(versions)


def _version(one: object) -> str:
    """ "" for a path, a repository or nonsense."""
    version = one.get("version") if isinstance(one, dict) else one
    return version if isinstance(version, str) else ""
