"""Builds an environment and runs proofs in it."""

import subprocess
import sys
import venv
from pathlib import Path
from typing import Any

from proofs.environments import Environment

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).parent.parent
_TOLD = ("sqlalchemy", "fastapi", "starlette", "pydantic")
_ASKED = f"from importlib.metadata import version; print(*(name + ' ' + version(name) for name in {_TOLD}), sep=', ')"


def build(environment: Environment, folder: Path) -> Path:
    """A fresh virtual environment with this project and what its proofs need; its interpreter.

    Raises subprocess.CalledProcessError when pip fails.
    """
    venv.create(folder, with_pip=True)
    python = folder / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    project: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    groups = project["dependency-groups"]
    asked = [requirement for group in ("test", "lint", "postgres") for requirement in groups[group]]
    wanted = (*project["project"]["dependencies"], *environment.requirements(asked))
    install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "pytest-xdist"]
    subprocess.run([*install, *wanted], check=True)
    return python


def installed(python: Path) -> str:
    """The versions that matter, for people to read."""
    return subprocess.run([str(python), "-c", _ASKED], capture_output=True, text=True, check=True).stdout.strip()


def prove(environment: Environment, python: Path) -> bool:
    """Run the proofs that the environment is for, two at a time. False when one fails, or when there are none."""
    chosen = ["tests/test_rules.py", "-m", environment.marker, "-n", "2", "-rs", "-p", "no:cacheprovider"]
    source = ["-o", "pythonpath=. src"]
    return subprocess.run([str(python), "-m", "pytest", *chosen, *source], cwd=ROOT, check=False).returncode == 0
