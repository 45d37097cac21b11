"""The others: what is installed, and how each is asked for what comes nearest to our work."""

import subprocess
import sys
import venv
from pathlib import Path

from benchmarks.measure import Contender

PINS = (
    *("ruff==0.17.6", "ast-grep-cli==0.51.1", "semgrep==1.185.0", "fixit==2.2.1"),
    *("flake8==7.5.0", "flake8-bugbear==26.10.27", "flake8-async==26.8.1"),
)
# three things that a pattern can say of one file; the names are those of the rules that come nearest
_PATTERNS = {
    "import-time-engine": "create_engine($$$)",
    "bare-session": "$DB = SessionLocal()",
    "rollback": "$DB.rollback()",
}


def install(folder: Path, root: Path) -> None:
    """Peers and the linter itself (from ``root``), in a virtual environment of their own."""
    if not (folder / "pyvenv.cfg").exists():
        venv.create(folder, with_pip=True)
    pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, *PINS, str(root)], check=True)


def versions(folder: Path) -> list[str]:
    """``name version`` of what takes part."""
    code = (
        "from importlib.metadata import version as v\n"
        f"for n in {[pin.split('==')[0] for pin in PINS] + ['sessionlint', 'libcst']!r}: print(n, v(n))"
    )
    said = subprocess.run([str(folder / "bin" / "python"), "-c", code], capture_output=True, text=True, check=True)
    return [*said.stdout.splitlines(), f"Python {sys.version.split()[0]}"]


def peers(folder: Path, tree: Path, work: Path) -> list[Contender]:
    """Every peer on ``tree``; configuration goes to ``work``."""
    programs = folder / "bin"
    semgrep, ast_grep = work / "semgrep.yml", work / "ast-grep.yml"
    semgrep.write_text(_semgrep(), "utf-8")
    ast_grep.write_text(_ast_grep(), "utf-8")
    (tree / "pyproject.toml").touch()
    fixit = [str(programs / "fixit"), "--quiet", "lint", str(tree)]
    return [
        Contender("ruff, uncached", [str(programs / "ruff"), "check", "--no-cache", "--isolated", "--quiet", str(tree)]),
        Contender("ast-grep, three patterns", [str(programs / "ast-grep"), "scan", "--rule", str(ast_grep), str(tree)]),
        Contender(
            "semgrep, three patterns",
            [
                *(str(programs / "semgrep"), "scan", "--quiet", "--metrics", "off", "--disable-version-check"),
                *("--no-git-ignore", "--config", str(semgrep), str(tree)),
            ],
        ),
        Contender("fixit, its default rules", fixit, exits=frozenset(range(8))),
        Contender(
            "flake8 with bugbear and async",
            [str(programs / "flake8"), "--isolated", "--select", "B,ASYNC", "--exclude", ".none", str(tree)],
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
