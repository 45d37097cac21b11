"""An earlier revision of the linter, to run in turn with today's: machines differ by factors, but what is paired does not."""

import io
import subprocess
import tarfile
import venv
from pathlib import Path

from benchmarks.peers import OURS


def install(revision: str, root: Path, work: Path) -> str:
    """The console script of ``revision`` of the repository at ``root``, in an environment of its own that is made once."""
    found = subprocess.run(
        ["git", "rev-parse", "--verify", f"{revision}^{{commit}}"], cwd=root, capture_output=True, text=True, check=True
    )
    folder = work / "before" / found.stdout.strip()
    program = folder / "venv" / "bin" / OURS
    if not program.exists():
        unpack(found.stdout.strip(), root, folder / "source")
        venv.create(folder / "venv", with_pip=True, clear=True)
        pip = [str(program.with_name("python")), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, str(folder / "source")], check=True)
    return str(program)


def unpack(commit: str, root: Path, folder: Path) -> None:
    """The files of ``commit``, whatever the work tree holds by now."""
    packed = subprocess.run(["git", "archive", "--format=tar", commit], cwd=root, capture_output=True, check=True).stdout
    folder.mkdir(parents=True, exist_ok=True)
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        for member in archive:
            if member.isreg():
                target = folder / member.name
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(archive.extractfile(member).read())  # type: ignore[union-attr]  # it is a regular file
