"""The one way in which git is called.

A repository may have been made by somebody else, and its configuration names programs: to watch files, to show pages, to filter,
to fetch what is missing. Only commands are called that read objects and the index, with all of that off; what comes from the
environment of whoever runs us is left out too, for a variable can do the same.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from sessionlint.run.errors import UsageError

_OFF = {
    "core.fsmonitor": "false",
    "core.hooksPath": os.devnull,
    "core.pager": "cat",
    "core.sshCommand": "false",
    "core.askPass": "",
    "core.alternateRefsCommand": "false",
    "credential.helper": "",
    "protocol.allow": "never",
    "gc.auto": "0",
    "safe.bareRepository": "explicit",
}
_ENVIRONMENT = {
    "GIT_ALLOW_PROTOCOL": "",  # none: a repository could allow a single one, which counts for more than protocol.allow
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_PAGER": "cat",
    "LC_ALL": "C",
}
_ASKED_FOR_NOTHING = {"GIT_ASKPASS": "", "SSH_ASKPASS": ""}
_TRANSPORTS = "file:git:http:https:ssh"  # none that names a program, as `ext::` does
_LONGEST_COMPLAINT = 200
MOST_READ = 512 * 1024 * 1024
_PIECE = 1024 * 1024


class GitError(UsageError):
    """git is not there, or says no."""


class Git:
    """git in the work tree around ``root``, a real path, below which all names are relative to it. Raises GitError."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._program = _program(root)
        self._off: Mapping[str, str] = _OFF
        self._own: Mapping[str, str] = {}
        if index := os.environ.get("GIT_INDEX_FILE"):  # `git commit FILE` has its hooks look at another one
            self._own = {"GIT_INDEX_FILE": str(Path(index).absolute())}

    @classmethod
    def fetching(cls, root: Path) -> "Git":
        """git in a repository that we have made ourselves, to fetch into: with the user's keys, and without asking for any."""
        git = cls(root)
        ssh = os.environ.get("GIT_SSH_COMMAND", "ssh -o BatchMode=yes")
        git._off = {**{key: value for key, value in _OFF.items() if key != "credential.helper"}, "core.sshCommand": ssh}
        git._own = {**_ASKED_FOR_NOTHING, "GIT_ALLOW_PROTOCOL": _TRANSPORTS}
        return git

    def text(self, *arguments: str) -> str | None:
        """The first line that a command prints; None where it fails."""
        code, output, _ = self._run(arguments, b"")
        return os.fsdecode(output).partition("\n")[0] if code == 0 else None

    def data(self, *arguments: str, given: bytes = b"") -> bytes:
        """All that a command prints, ``given`` what it reads."""
        code, output, complaint = self._run(arguments, given)
        if code:
            told = os.fsdecode(complaint).strip().partition("\n")[0].removeprefix("fatal: ")
            raise GitError(f"git: {told or f'{arguments[0]} failed'}")
        return output

    def _run(self, arguments: tuple[str, ...], given: bytes) -> tuple[int, bytes, bytes]:
        """Exit code, output, and what was said of it. A repository of a few bytes can list more files than there is memory."""
        off = [word for key, value in self._off.items() for word in ("-c", f"{key}={value}")]
        command = [self._program, "--no-pager", "--no-optional-locks", "--no-replace-objects", "-C", str(self._root), *off]
        environment = {**_environment(), **self._own}
        try:
            with TemporaryFile() as asked, TemporaryFile() as said:
                asked.write(given)
                asked.seek(0)
                command += arguments
                with subprocess.Popen(command, stdin=asked, stdout=subprocess.PIPE, stderr=said, env=environment) as git:
                    return _communicated(git, said)
        except OSError as error:
            raise GitError(f"git: {error.strerror}") from None


def _communicated(git: "subprocess.Popen[bytes]", said: IO[bytes]) -> tuple[int, bytes, bytes]:
    assert git.stdout is not None
    output = b"".join(_pieces(git.stdout))
    if len(output) > MOST_READ:
        git.kill()
        raise GitError("git: the repository holds more than is read of it")
    code = git.wait()
    said.seek(0)
    return code, output, said.read(_LONGEST_COMPLAINT)


def _pieces(stream: IO[bytes]) -> Iterator[bytes]:
    """What comes, up to what is too much: to ask for that at once is to take as much memory."""
    left = MOST_READ + 1
    while left and (piece := stream.read(min(left, _PIECE))):
        yield piece
        left -= len(piece)


def _environment() -> Mapping[str, str]:
    own = {name: value for name, value in os.environ.items() if not name.upper().startswith("GIT_")}
    return {**own, **_ENVIRONMENT}


def _program(root: Path) -> str:
    """git where the system has it, and nothing of that name that lies in the project, which a search could come upon."""
    folders = [folder for folder in os.environ.get("PATH", os.defpath).split(os.pathsep) if _is_elsewhere(Path(folder), root)]
    found = shutil.which("git", path=os.pathsep.join(folders))
    if found is None or not _is_elsewhere(Path(found), root):
        raise GitError("git: there is no such program")
    return found


def _is_elsewhere(path: Path, root: Path) -> bool:
    return path.is_absolute() and not (root != Path(root.anchor) and path.resolve().is_relative_to(root))
