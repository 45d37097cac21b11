"""Fetches the pinned wheels and unpacks their Python files. Nothing of them is built, installed or imported."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from email.parser import HeaderParser
from pathlib import Path, PurePosixPath
from zipfile import ZipFile

from ecosystem.packages import DOWNLOADS, Package, Pins
from ecosystem.toml import toml_string

WHEELS = DOWNLOADS / "wheels"
SUFFIXES = (".py", ".pyi")


def download(pins: Pins) -> None:
    """Bring every wheel and unpack it. Raises subprocess.CalledProcessError when pip fails, also on a wrong hash."""
    WHEELS.mkdir(parents=True, exist_ok=True)
    requirements = DOWNLOADS / "requirements.txt"
    requirements.write_text("".join(f"{p.name}=={p.version} --hash=sha256:{p.sha256}\n" for p in pins.packages), "utf-8")
    subprocess.run(pip_command(pins, requirements), check=True)
    for package in pins.packages:
        unpack(find_wheel(package), package.tree)


def pip_command(pins: Pins, requirements: Path) -> list[str]:
    """``--only-binary`` because asking a source distribution for its metadata runs its build."""
    return [
        *(sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"),
        *("--no-deps", "--only-binary=:all:", "--require-hashes"),
        *("--python-version", pins.python, "--platform", "any"),
        *("--dest", str(WHEELS), "--requirement", str(requirements)),
    ]


def find_wheel(package: Package) -> Path:
    """The wheel that pip stored. Raises FileNotFoundError when it did not."""
    for path in sorted(WHEELS.glob("*.whl")):
        if path.name.lower().startswith(package.wheel_prefix):
            return path
    raise FileNotFoundError(f"no wheel of {package.name} {package.version} in {WHEELS}: run `download` first")


def unpack(wheel: Path, tree: Path) -> None:
    """Write the wheel's Python files, and its requirements as a pyproject.toml, into ``tree``; nothing if that exists."""
    if tree.exists():
        return
    part = tree.with_name(tree.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    with ZipFile(wheel) as archive:
        for name in python_members(archive):
            target = part.joinpath(*PurePosixPath(name).parts)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(archive.read(name))
        (part / "pyproject.toml").write_text(pyproject(archive), "utf-8")
    part.rename(tree)  # a tree that exists is complete


def python_members(archive: ZipFile) -> Iterator[str]:
    """Names of the Python files inside, but none that would land outside: absolute, with a drive or with ``..``."""
    for info in archive.infolist():
        path = PurePosixPath(info.filename.replace("\\", "/"))
        outside = path.is_absolute() or ".." in path.parts or ":" in info.filename
        if not info.is_dir() and path.suffix in SUFFIXES and not outside:
            yield info.filename


def pyproject(archive: ZipFile) -> str:
    """What the package says of itself (Python and dependencies), where a linter looks for it."""
    name = next(name for name in archive.namelist() if name.endswith(".dist-info/METADATA") and name.count("/") == 1)
    headers = HeaderParser().parsestr(archive.read(name).decode("utf-8"))
    dependencies = [line for line in headers.get_all("Requires-Dist", []) if "extra ==" not in line]
    lines = ["[project]", f"name = {toml_string(headers['Name'])}", f"version = {toml_string(headers['Version'])}"]
    if headers["Requires-Python"]:
        lines.append(f"requires-python = {toml_string(headers['Requires-Python'])}")
    lines += ["dependencies = [", *(f"    {toml_string(line)}," for line in dependencies), "]", ""]
    return "\n".join(lines)
