"""Runs the linter on one project in a process of its own and keeps what came out."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

WORK = Path(__file__).parent / ".work"
SUFFIXES = (".py", ".pyi")


@dataclass(frozen=True, slots=True)
class Run:
    """``report`` is the linter's JSON; ``crash`` is empty or says how it failed; ``seconds`` is wall time."""

    package: str
    files: int
    lines: int
    seconds: float
    crash: str
    report: str


def lint(package: str, tree: Path, timeout: float = 900) -> Run:
    """Lint the project in ``tree``. Never raises for what the linter does: a crash or time-out (in seconds) is recorded."""
    files = tuple(python_files(tree))
    started = time.perf_counter()
    try:
        done = subprocess.run(command(), cwd=tree, capture_output=True, timeout=timeout, check=False)
        report, crash = done.stdout.decode("utf-8", "replace"), failure(done.returncode, done.stderr.decode("utf-8", "replace"))
    except subprocess.TimeoutExpired:
        report, crash = "", f"no answer within {timeout:g} s"
    seconds = time.perf_counter() - started
    return Run(package, len(files), sum(map(count_lines, files)), round(seconds, 2), crash, whole_report(report))


def command() -> list[str]:
    """The run a user would do, minus everything that a checkout around the project could change."""
    alone = ("--isolated", "--project-root", ".", "--no-respect-gitignore")
    return [sys.executable, "-m", "sessionlint", "check", *alone, "--output-format", "json", "."]


def failure(status: int, errors: str) -> str:
    """ "" after a run that worked (nothing found, or something), else what went wrong, in one line."""
    if status in (0, 1) and "Traceback (most recent call last)" not in errors:
        return ""
    lines = errors.strip().splitlines() or ["no message"]
    told = next((line for line in lines if line.startswith("error:")), lines[-1])
    return f"exit status {status}: {told}"


def whole_report(text: str) -> str:
    """The findings in ``text`` as a JSON array, an empty one where there are none: a run that failed may have stopped midway."""
    try:
        return json.dumps(json.loads(text)["findings"])
    except (ValueError, LookupError, TypeError):
        return "[]"


def python_files(tree: Path) -> Iterator[Path]:
    return (path for path in sorted(tree.rglob("*.py*")) if path.suffix in SUFFIXES and path.is_file())


def count_lines(path: Path) -> int:
    return path.read_bytes().count(b"\n")


def save(run: Run, folder: Path = WORK) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{run.package}.json").write_text(json.dumps(asdict(run)), "utf-8")


def load(package: str, folder: Path = WORK) -> Run:
    """The saved run. Raises FileNotFoundError when the package was not linted."""
    return Run(**json.loads((folder / f"{package}.json").read_text("utf-8")))
