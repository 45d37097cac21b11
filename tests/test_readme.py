"""What the README shows is what the tool does."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
OF_OTHERS = {
    *("--upgrade", "--group"),  # pip
    *("--all-files", "--from-ref", "--to-ref"),  # pre-commit
    *("--disable-noqa", "--stdin-display-name"),  # flake8
    *("--depth", "--preload", "--peer"),  # git, gunicorn, our benchmarks
}
OUTPUT = (ROOT / "docs" / "output.md").read_text(encoding="utf-8")


def run(*arguments: str) -> str:
    command = [sys.executable, "-X", "utf8", "-m", "sessionlint", *arguments]
    folder = ROOT / "fixtures" / "inputs" / "reports"
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, encoding="utf-8").stdout


def test_the_example_of_the_output_is_real() -> None:
    example = re.search(r"# How to read the output\n\n.+\n\n```\n(.+?)```", OUTPUT, re.DOTALL)
    assert example
    assert example[1] in run("check", "--isolated", "--project-root", ".", "--color", "never", "src")


def test_every_option_that_the_readme_and_the_documentation_name_exists() -> None:
    known = "".join(
        run(command, "--help")
        for command in ("check", "rule", "map", "patterns", "audit", "baseline", "suppressions", "init", "config", "clean")
    )
    pages = (page.read_text(encoding="utf-8") for page in sorted((ROOT / "docs").rglob("*.md")))
    own = "\n".join([README.partition("## Working on sessionlint")[0], *pages])
    named = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", own)) - OF_OTHERS
    assert len(named) > 5
    assert {option for option in named if option not in known} == set()


def test_every_pre_commit_hook_that_the_readme_names_exists() -> None:
    hooks = (ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8")
    assert re.findall(r"- id: (\S+)", README) == re.findall(r"- id: (\S+)", hooks)
