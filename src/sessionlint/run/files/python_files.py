"""Whether a file that was given by name is Python at all."""

from sessionlint.model.regex import regex

NOT_PYTHON = "not a Python file"
NOTEBOOK = "a notebook, and notebooks are not checked"

# as those know them who hand us files by their kind (pre-commit's `identify`)
_SUFFIXES = (".py", ".pyi", ".pyw", ".wsgi", ".tac", ".gyp", ".gypi")
_NAMES = frozenset({"SConstruct", "SConscript", "wscript"})
_RUN_BY_PYTHON = regex(rb"#![^\n]*\b(?:python|pypy|uv run)")


def why_not_python(path: str, data: bytes) -> str | None:
    """Why the file is none, in words for the user; told by its name, and where that says nothing by its first line."""
    name = path.rpartition("/")[2]
    if name.endswith(_SUFFIXES) or name in _NAMES or _RUN_BY_PYTHON.match(data):
        return None
    return NOTEBOOK if name.endswith(".ipynb") else NOT_PYTHON
