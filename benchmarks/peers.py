"""The others: what is installed, and how each is asked for what comes nearest to our work."""

import os
import re
import subprocess
import sys
import venv
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from benchmarks.measure import Contender

# each in an environment of its own: their requirements contradict each other
PINS: Mapping[str, Sequence[str]] = {
    "ruff": ("ruff==0.17.6",),
    "ast-grep": ("ast-grep-cli==0.51.1",),
    "semgrep": ("semgrep==1.185.0",),
    "ty": ("ty==0.0.108",),
    "pyrefly": ("pyrefly==1.5.0",),
    "mypy": ("mypy==2.4.1",),
    "fixit": ("fixit==2.2.1",),
    "flake8": ("flake8==7.5.0", "flake8-bugbear==26.10.27", "flake8-async==26.8.1"),
}
OURS = "sessionlint"
RUFF = "ruff, uncached"
AST_GREP = "ast-grep, three patterns"
SEMGREP = "semgrep, three patterns"
TY = "ty, its default rules"
PYREFLY = "pyrefly, its default rules"
MYPY = "mypy, without its cache"
FIXIT = "fixit, its default rules"
FLAKE8 = "flake8 with bugbear and async"
# they take minutes on a large tree, and mypy refuses trees in which two files are one module
ON_REQUEST = ("fixit", "flake8", "mypy")
# three things that a pattern can say of one file; the names are those of the rules that come nearest
_PATTERNS = {
    "import-time-engine": "create_engine($$$)",
    "bare-session": "$DB = SessionLocal()",
    "rollback": "$DB.rollback()",
}


def install(folder: Path, root: Path, names: Sequence[str] = ()) -> None:
    """The peers ``names`` (default: all), and the linter itself (from ``root``), each in an environment below ``folder``."""
    for name in (*(names or PINS), OURS):
        wanted = (str(root),) if name == OURS else PINS[name]
        if not (folder / name / "pyvenv.cfg").exists():
            venv.create(folder / name, with_pip=True)
        pip = [str(folder / name / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, *wanted], check=True)


def program(folder: Path, name: str) -> str:
    """The console script of a tool."""
    return str(folder / name / "bin" / name)


def versions(folder: Path, names: Sequence[str] = ()) -> list[str]:
    """``name version`` of Python, of the linter and what it stands on, and of the peers ``names``."""
    pinned = [pin.replace("==", " ") for name in names for pin in PINS[name]]
    code = "from importlib.metadata import version as v\nfor n in ('sessionlint', 'libcst'): print(n, v(n))"
    said = subprocess.run([str(folder / OURS / "bin" / "python"), "-c", code], capture_output=True, text=True, check=True)
    return [f"Python {sys.version.split()[0]}", *said.stdout.splitlines(), *pinned]


def peers(folder: Path, tree: Path, work: Path) -> dict[str, Contender]:
    """Every peer on ``tree``, by the name of the tool; configuration goes to ``work``. Nothing of it needs a network."""
    semgrep, ast_grep, pyrefly = work / "semgrep.yml", work / "ast-grep.yml", work / "pyrefly.toml"
    semgrep.write_text(_semgrep(), "utf-8")
    ast_grep.write_text(_ast_grep(), "utf-8")
    pyrefly.write_text("project-excludes = []\n", "utf-8")
    offline, every_file = ["--metrics", "off", "--disable-version-check"], ["--no-git-ignore", "--x-ignore-semgrepignore-files"]
    # the trees lie in a hidden folder that git ignores, of a project that is not theirs
    unaided = ["--use-ignore-files=false", "--disable-project-excludes-heuristics=true", "--skip-interpreter-query"]

    def command(name: str, *arguments: str) -> list[str]:
        return [program(folder, name), *arguments, str(tree)]

    return {
        "ruff": Contender(
            RUFF,
            command("ruff", "check", "--no-cache", "--isolated", "--quiet"),
            files=lambda _: _listed(command("ruff", "check", "--isolated", "--show-files")),
        ),
        "ast-grep": Contender(
            AST_GREP,
            command("ast-grep", "scan", "--rule", str(ast_grep), "--inspect", "summary"),
            files=_counted(r"scannedFileCount=(\d+)"),
        ),
        "semgrep": Contender(
            SEMGREP,
            command("semgrep", "scan", *offline, *every_file, "--config", str(semgrep)),
            files=_counted(r"Targets scanned: (\d+)"),
        ),
        "ty": Contender(
            TY,
            command(
                "ty",
                "check",
                "--project",
                str(tree),
                "--python",
                str(folder / "ty"),
                "--no-respect-ignore-files",
                "--exit-zero",
                "-v",
            ),
            files=_counted(r"Indexed (\d+) file"),
        ),
        "pyrefly": Contender(
            PYREFLY,
            command("pyrefly", "check", "--config", str(pyrefly), *unaided, "--progress-bar=no", "--summary=full"),
            files=_counted(r"([\d,]+) modules \("),
        ),
        "mypy": Contender(
            MYPY,
            command("mypy", "--config-file", "", "--cache-dir", os.devnull, "--ignore-missing-imports"),
            files=_counted(r"checked (\d+) source files|no issues found in (\d+) source files"),
        ),
        "fixit": Contender(
            FIXIT,
            command("fixit", "lint"),
            exits=frozenset(range(8)),
            files=_counted(r"(\d+) files? checked"),
        ),
        "flake8": Contender(
            FLAKE8,
            command("flake8", "--isolated", "--select", "B,ASYNC", "--exclude", ".none", "--benchmark"),
            files=_counted(r"(\d+) +total files processed"),
        ),
    }


def _counted(pattern: str) -> Callable[[str], int]:
    """Finds the number in what a peer prints; 0 when it does not print any."""

    def files(said: str) -> int:
        found = re.search(pattern, said)
        return int(next(filter(None, found.groups())).replace(",", "")) if found else 0

    return files


def _listed(command: Sequence[str]) -> int:
    said = subprocess.run(command, capture_output=True, text=True, check=True)
    return sum(line.endswith((".py", ".pyi")) for line in said.stdout.splitlines())


def _semgrep() -> str:
    rules = [
        f"  - {{id: {name}, languages: [python], severity: WARNING, message: found, pattern: '{pattern.replace('$$$', '...')}'}}"
        for name, pattern in _PATTERNS.items()
    ]
    return "\n".join(["rules:", *rules, ""])


def _ast_grep() -> str:
    return "\n---\n".join(
        f"id: {name}\nlanguage: python\nmessage: found\nseverity: warning\nrule:\n  pattern: '{pattern}'"
        for name, pattern in _PATTERNS.items()
    )
