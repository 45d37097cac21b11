"""The event loops of the tests: pytest-asyncio's settings, from where pytest takes its own."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from sessionlint.model.targets import LoopScopes
from sessionlint.run.files.inputs import Inputs
from sessionlint.run.files.limits import CONFIGURATION, DECLARATION
from sessionlint.run.settings.declared.declaration import read_text

# in pytest's order; the first that has the section is the one that counts
_INI_FILES = {"pytest.ini": "pytest", ".pytest.ini": "pytest", "tox.ini": "pytest", "setup.cfg": "tool:pytest"}


def read_loops(folder: Path, inputs: Inputs) -> LoopScopes | None:
    """None where no file of ``folder`` speaks to pytest."""
    options = next(_options(folder, inputs), None)
    if options is None:
        return None
    tests = options.get("asyncio_default_test_loop_scope") or "function"
    return LoopScopes(options.get("asyncio_default_fixture_loop_scope") or None, tests, options.get("asyncio_mode") == "auto")


def _options(folder: Path, inputs: Inputs) -> Iterator[Mapping[str, str]]:
    for name, section in _INI_FILES.items():
        if name == "tox.ini" and (folder / "pyproject.toml").exists():
            from sessionlint.run.settings.declared.tables import read_document, table

            document = table(read_document(folder / "pyproject.toml", CONFIGURATION, inputs), "tool", "pytest")
            if found := table(document, "ini_options") or document:
                yield {key: value for key, value in found.items() if isinstance(value, str)}
        if (folder / name).exists():
            yield from _section(folder / name, section, inputs)


def _section(path: Path, section: str, inputs: Inputs) -> Iterator[Mapping[str, str]]:
    from sessionlint.run.settings.declared.setup_cfg import read_sections

    try:
        found = read_sections(read_text(path, DECLARATION, inputs)).get(section)
    except ValueError:
        return
    if found is not None:
        yield {key: lines[0] for key, lines in found.items() if lines}
