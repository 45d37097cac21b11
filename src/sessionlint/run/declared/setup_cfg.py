"""setup.cfg, as setuptools reads it."""

from collections.abc import Iterator
from pathlib import Path

from sessionlint.run.declared.declaration import PYTHON, read_text
from sessionlint.run.declared.requirements import read_requirements


def read_setup_cfg(path: Path) -> Iterator[tuple[str, str]]:
    """(name, specifier)."""
    from configparser import ConfigParser, Error  # few projects have the file

    parser = ConfigParser(interpolation=None, strict=False)
    try:
        parser.read_string(read_text(path))
    except Error:
        return
    if requires := parser.get("options", "python_requires", fallback=""):
        yield PYTHON, requires
    yield from read_requirements(parser.get("options", "install_requires", fallback="").splitlines())
    if parser.has_section("options.extras_require"):
        for _, extra in parser.items("options.extras_require"):
            yield from read_requirements(extra.splitlines())
