"""The sdist and the wheel: made of what is committed, the same bytes each time, and with everything in them."""

import hashlib
import os
import re
import subprocess
import sys
import tarfile
from collections.abc import Iterator, Sequence
from io import BytesIO
from pathlib import Path
from typing import NamedTuple
from zipfile import ZipFile

ROOT = Path(__file__).parent.parent
_RELATIVE = re.compile(r"\]\((?!https?:|#)[^)]+\)|(?:src|srcset)=\"(?!https?:)[^\"]+\"")
SHIPPED = ("*.md", "*.css", "*.js", "*.json", "*.py", "py.typed")


class Distributions(NamedTuple):
    """The two files of a release."""

    sdist: Path
    wheel: Path


class WrongError(Exception):
    """What must hold and does not, in a line for whoever releases."""


def export(folder: Path) -> Path:
    """The files of the commit that is checked out, below ``folder``: what lies about and is not committed is not released."""
    archive = subprocess.run(["git", "-C", str(ROOT), "archive", "HEAD"], check=True, capture_output=True).stdout
    with tarfile.open(fileobj=BytesIO(archive)) as packed:
        packed.extractall(folder, filter="data")
    return folder


def build(tree: Path, out: Path, *, kinds: Sequence[str] = ("--sdist", "--wheel")) -> None:
    """Build the ``kinds`` from ``tree`` with the hatchling that is installed. Raises WrongError."""
    command = [sys.executable, "-m", "build", "--no-isolation", *kinds, "--outdir", str(out), str(tree)]
    done = subprocess.run(command, env={**os.environ, "SOURCE_DATE_EPOCH": _epoch()}, capture_output=True, text=True)
    if done.returncode:
        raise WrongError(f"the build failed:\n{done.stdout}{done.stderr}")


def _epoch() -> str:
    """The time of the commit, so that who builds it again gets the same."""
    command = ["git", "-C", str(ROOT), "log", "-1", "--format=%ct"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def built_twice(work: Path, out: Path) -> Distributions:
    """Both files in ``out``, built from two copies, and the wheel from the sdist, too. Raises WrongError where bytes differ."""
    again = work / "again"
    for number, folder in enumerate((out, again)):
        build(export(work / f"tree{number}" / ("x" * number)), folder)
    sdist, wheel = found(out)
    with tarfile.open(sdist) as packed:
        packed.extractall(work / "unpacked", filter="data")
    build(next((work / "unpacked").iterdir()), work / "from-sdist", kinds=("--wheel",))
    for one, other in [(sdist, again / sdist.name), (wheel, again / wheel.name), (wheel, work / "from-sdist" / wheel.name)]:
        if digest(one) != digest(other):
            raise WrongError(f"{one.name} is not the same when it is built again, in {other.parent.name}")
    return Distributions(sdist, wheel)


def found(out: Path) -> Distributions:
    """The one sdist and the one wheel in a folder. Raises WrongError."""
    sdists, wheels = sorted(out.glob("*.tar.gz")), sorted(out.glob("*.whl"))
    if len(sdists) != 1 or len(wheels) != 1:
        raise WrongError(f"{out}: expected one sdist and one wheel, there are {len(sdists)} and {len(wheels)}")
    return Distributions(sdists[0], wheels[0])


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def check_contents(wheel: Path) -> int:
    """How many files of the package are in the wheel. Raises WrongError for one that is missing, or strange."""
    with ZipFile(wheel) as archive:
        shipped = {name for name in archive.namelist() if ".dist-info/" not in name}
    wanted = set(_of_the_package())
    if missing := sorted(wanted - shipped):
        raise WrongError(f"not in the wheel: {', '.join(missing)}")
    if strange := sorted(shipped - wanted):
        raise WrongError(f"in the wheel, and not of the package: {', '.join(strange)}")
    return len(shipped)


def _of_the_package() -> Iterator[str]:
    listed = subprocess.run(["git", "-C", str(ROOT), "ls-files", "src"], check=True, capture_output=True, text=True).stdout
    for name in map(Path, listed.splitlines()):
        if any(name.match(pattern) for pattern in SHIPPED):
            yield name.relative_to("src").as_posix()


def check_metadata(distributions: Distributions) -> None:
    """Ask those who will look at it: twine, as the index does, and check-wheel-contents. Raises WrongError."""
    with ZipFile(distributions.wheel) as archive:
        told = archive.read(next(name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))).decode()
    if lost := _RELATIVE.findall(told):
        raise WrongError(f"on the index these lead nowhere: {', '.join(lost)}")
    _ask("twine", "check", "--strict", *map(str, distributions))
    _ask("check_wheel_contents", str(distributions.wheel))


def _ask(module: str, *arguments: str) -> None:
    done = subprocess.run([sys.executable, "-m", module, *arguments], capture_output=True, text=True)
    if done.returncode:
        raise WrongError(f"{module}:\n{done.stdout}{done.stderr}")
