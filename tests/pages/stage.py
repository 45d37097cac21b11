"""A Python that has imported the libraries already, and runs each script in a child of its own.

To import SQLAlchemy and FastAPI takes longer than most proofs do. Started as a program, it reads folders from standard input,
a line each, runs the script there as ``python app.py`` would, and answers with its exit code. Needs ``os.fork``.
"""

import gc
import importlib
import os
import signal
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

SCRIPT = "app.py"
OUTPUT, ERRORS = "stdout.txt", "stderr.txt"
LIBRARIES = ("sqlalchemy.orm", "sqlalchemy.ext.asyncio", "sqlmodel", "aiosqlite", "fastapi", "fastapi.testclient")
_PATIENCE = 300  # seconds: only a script that hangs is to be stopped


class Stage:
    """Plays scripts, one after the other."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None

    def begin(self) -> subprocess.Popen[str]:
        """Begin to import the libraries, unless that has begun; nobody waits for it."""
        if self._process is None:
            command = [sys.executable, __file__]
            self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        return self._process

    def play(self, folder: Path) -> int:
        """Run the script in ``folder`` there; its exit code. What it wrote lies beside it."""
        process = self.begin()
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(f"{folder}\n")
        process.stdin.flush()
        return int(process.stdout.readline())

    def close(self) -> None:
        if self._process is not None:
            self._process.communicate()
            self._process = None


def _serve() -> str | None:
    """Answer until there is nothing more to play; in the child that plays it, the script."""
    for line in sys.stdin:
        child = os.fork()
        if not child:
            return _prepared(Path(line.rstrip("\n")))
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
    return None


def _prepared(folder: Path) -> str:
    signal.alarm(_PATIENCE)
    os.chdir(folder)
    for name, descriptor in ((os.devnull, 0), (OUTPUT, 1), (ERRORS, 2)):
        opened = os.open(name, os.O_RDWR | os.O_CREAT, 0o600)
        os.dup2(opened, descriptor)
        os.close(opened)
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115  (what was read ahead is the parent's)
    sys.argv = [SCRIPT]
    sys.path[0] = str(folder)
    return Path(SCRIPT).read_text(encoding="utf-8")


def _play(script: str) -> None:
    """As ``python app.py`` does: in ``__main__``, whose names live until the interpreter ends."""
    main: dict[str, Any] = vars(sys.modules["__main__"])
    main.update(__file__=SCRIPT, __name__="__main__")
    exec(compile(script, SCRIPT, "exec"), main)


if __name__ == "__main__":
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for library in LIBRARIES:
            importlib.import_module(library)
    gc.freeze()  # a child looks for garbage of its own only: the libraries' objects are shared pages, and many
    if (script := _serve()) is not None:
        _play(script)
