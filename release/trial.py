"""Installing what was built, as users do, and running it far from the repository."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from release.distributions import ROOT, WrongError

PYTHONS = ("3.10", "3.11", "3.12", "3.13", "3.14")
_LEAK = """\
from sqlalchemy.orm import sessionmaker

SessionLocal = sessionmaker()


def find(key):
    db = SessionLocal()
    return db.get(int, key)
"""
_PLAINLY = ("-o", "addopts=--strict-markers -p no:anyio", "-p", "no:cacheprovider")
_BROKEN = "import sqlalchemy.engine\ndef broken(:\n"


def interpreters(wanted: Iterable[str] = PYTHONS) -> Mapping[str, Path]:
    """The Pythons that are here and run, by version: from PATH, from pyenv, or this one."""
    return {version: path for version in wanted if (path := next(_running(version), None)) is not None}


def _running(version: str) -> Iterator[Path]:
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    named = (shutil.which(name) for name in (f"python{version}", "python3", "python"))
    candidates = [*named, *sorted(map(str, pyenv.glob(f"{version}.*/bin/python"))), sys.executable]
    code = f"import sys, venv; sys.exit('%d.%d' % sys.version_info[:2] != {version!r})"
    for candidate in filter(None, candidates):
        if subprocess.run([candidate, "-c", code], capture_output=True).returncode == 0:
            yield Path(candidate)


def uv(*arguments: str, folder: Path | None = None) -> str:
    """What uv prints; it installs in a fraction of pip's time, and knows the oldest versions. Raises WrongError."""
    environment = {name: value for name, value in os.environ.items() if name not in ("VIRTUAL_ENV", "PYTHONPATH")}
    done = subprocess.run([uv_program(), *arguments], cwd=folder, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise WrongError(f"uv {' '.join(arguments)}:\n{done.stdout}{done.stderr}")
    return done.stdout + done.stderr


def uv_program() -> str:
    """Where uv is: beside the Python that runs, or on PATH. Raises WrongError."""
    program = shutil.which("uv", path=os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"])))
    if program is None:
        raise WrongError("uv is not installed: pip install --group package")
    return program


def environment(folder: Path, python: Path, *requirements: str, options: Sequence[str] = ()) -> Path:
    """A new environment with the ``requirements``; its interpreter. Raises WrongError."""
    uv("venv", "--quiet", "--python", str(python), str(folder))
    interpreter = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    uv("pip", "install", "--quiet", "--python", str(interpreter), *options, *requirements)
    return interpreter


def try_out(command: Sequence[str], folder: Path) -> None:
    """Hold the installed tool to what anybody expects of it, in ``folder``. Raises WrongError."""
    folder.mkdir(parents=True)
    (folder / "leak.py").write_text(_LEAK)
    (folder / "broken.py").write_text(_BROKEN)
    for arguments, status, told in (
        (("version",), 0, ("sessionlint",)),
        (("rule", "QueuePool limit of size 5 overflow 10 reached"), 0, ("SES301", "SES302")),
        (("check", "."), 1, ("SES301", "SES001")),
        (("check", "--diff", "--unsafe-fixes", "leak.py"), 1, ("+    with SessionLocal() as db:",)),
    ):
        done = subprocess.run([*command, *arguments], cwd=folder, capture_output=True, text=True, encoding="utf-8")
        if done.returncode != status or any(text not in done.stdout for text in told):
            raise WrongError(f"{' '.join((*command, *arguments))}: exit {done.returncode}\n{done.stdout}{done.stderr}")


def run_tests(interpreter: Path, tests: Sequence[str]) -> str:
    """The closing line of pytest, which takes sessionlint from where ``interpreter`` has it. Raises WrongError."""
    command = [str(interpreter), "-m", "pytest", "-q", *_PLAINLY, *tests]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        raise WrongError(f"{' '.join(command)}:\n{done.stdout[-4000:]}{done.stderr[-2000:]}")
    return done.stdout.strip().splitlines()[-1]
