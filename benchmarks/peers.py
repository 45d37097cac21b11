"""The others: what is installed, and how each is asked for what comes nearest to our work."""

import subprocess
import sys
import venv
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.measure import Contender

# each in an environment of its own: their requirements contradict each other
PINS: Mapping[str, Sequence[str]] = {
    "ruff": ("ruff==0.17.6",),
    "ast-grep": ("ast-grep-cli==0.51.1",),
    "semgrep": ("semgrep==1.185.0",),
    "fixit": ("fixit==2.2.1",),
    "flake8": ("flake8==7.5.0", "flake8-bugbear==26.10.27", "flake8-async==26.8.1"),
}
OURS = "sessionlint"
# three things that a pattern can say of one file; the names are those of the rules that come nearest
_PATTERNS = {
    "import-time-engine": "create_engine($$$)",
    "bare-session": "$DB = SessionLocal()",
    "rollback": "$DB.rollback()",
}


def install(folder: Path, root: Path) -> None:
    """Every peer, and the linter itself (from ``root``), each in a virtual environment below ``folder``."""
    for name, wanted in {**PINS, OURS: (str(root),)}.items():
        if not (folder / name / "pyvenv.cfg").exists():
            venv.create(folder / name, with_pip=True)
        pip = [str(folder / name / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, *wanted], check=True)


def program(folder: Path, name: str) -> str:
    """The console script of a tool."""
    return str(folder / name / "bin" / name)


def versions(folder: Path) -> list[str]:
    """``name version`` of what takes part."""
    pinned = [pin.replace("==", " ") for pins in PINS.values() for pin in pins]
    code = "from importlib.metadata import version as v\nfor n in ('sessionlint', 'libcst'): print(n, v(n))"
    said = subprocess.run([str(folder / OURS / "bin" / "python"), "-c", code], capture_output=True, text=True, check=True)
    return [f"Python {sys.version.split()[0]}", *said.stdout.splitlines(), *pinned]


def peers(folder: Path, tree: Path, work: Path) -> list[Contender]:
    """Every peer on ``tree``; configuration goes to ``work``."""
    semgrep, ast_grep = work / "semgrep.yml", work / "ast-grep.yml"
    semgrep.write_text(_semgrep(), "utf-8")
    ast_grep.write_text(_ast_grep(), "utf-8")
    quiet = ["--quiet", "--metrics", "off", "--disable-version-check", "--no-git-ignore"]
    return [
        Contender("ruff, uncached", [program(folder, "ruff"), "check", "--no-cache", "--isolated", "--quiet", str(tree)]),
        Contender("ast-grep, three patterns", [program(folder, "ast-grep"), "scan", "--rule", str(ast_grep), str(tree)]),
        Contender("semgrep, three patterns", [program(folder, "semgrep"), "scan", *quiet, "--config", str(semgrep), str(tree)]),
        Contender(
            "fixit, its default rules", [program(folder, "fixit"), "--quiet", "lint", str(tree)], exits=frozenset(range(8))
        ),
        Contender(
            "flake8 with bugbear and async",
            [program(folder, "flake8"), "--isolated", "--select", "B,ASYNC", "--exclude", ".none", str(tree)],
        ),
    ]


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
