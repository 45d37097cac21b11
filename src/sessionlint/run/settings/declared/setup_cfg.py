"""setup.cfg, as setuptools reads it.

Python's own reader takes time quadratic in a run of blanks and in the number of lines that it does not understand, so the
little that is wanted is read here.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TypeAlias

from sessionlint.model.regex import regex
from sessionlint.run.files.inputs import Inputs
from sessionlint.run.files.limits import DECLARATION
from sessionlint.run.settings.declared.declaration import PYTHON, read_text
from sessionlint.run.settings.declared.requirements import read_requirements

Options: TypeAlias = "dict[str, list[str]]"
"""The lines of each option of a section."""

_DEFAULTS = "DEFAULT"
_DELIMITER = regex(r"[=:]")


def read_setup_cfg(path: Path, inputs: Inputs) -> Iterator[tuple[str, str]]:
    """(name, specifier)."""
    try:
        sections = read_sections(read_text(path, DECLARATION, inputs))
    except ValueError as error:
        inputs.leave_out(path, str(error))
        return
    options = sections.get("options", {})
    if requires := "\n".join(options.get("python_requires", ())):
        yield PYTHON, requires
    yield from read_requirements(options.get("install_requires", ()))
    for extra in sections.get("options.extras_require", {}).values():
        yield from read_requirements(extra)


def read_sections(text: str) -> Mapping[str, Options]:
    """The options of each section, those of DEFAULT among them. Raises ValueError."""
    sections: dict[str, Options] = {}
    options: Options | None = None
    value: list[str] | None = None
    indent = 0
    for number, line in enumerate(text.split("\n"), start=1):
        content = line.strip()
        if not content or content.startswith(("#", ";")):
            continue
        deeper = len(line) - len(line.lstrip()) > indent
        if value is not None and deeper:
            value.append(content)
            continue
        indent = len(line) - len(line.lstrip())
        if content.startswith("[") and "]" in content[2:]:
            options, value = sections.setdefault(content[1 : content.rindex("]")], {}), None
        elif options is not None and (delimiter := _DELIMITER.search(content)) and delimiter.start():
            value = options[content[: delimiter.start()].rstrip().lower()] = [content[delimiter.end() :].strip()]
        else:
            raise ValueError(f"line {number} cannot be understood")
    defaults = sections.pop(_DEFAULTS, {})
    return {name: {**defaults, **options} for name, options in sections.items()}
