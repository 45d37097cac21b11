"""What the README shows is what the tool does."""

import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from release import figures
from release.picture import PICTURES, output, picture
from sessionlint.commands.snippets import GITHUB
from sessionlint.rules.registry import registered_rules

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
OF_OTHERS = {
    *("--upgrade", "--group"),  # pip
    *("--all-files", "--from-ref", "--to-ref"),  # pre-commit
    *("--disable-noqa", "--stdin-display-name"),  # flake8
    *("--depth", "--preload", "--peer"),  # git, gunicorn, our benchmarks
    *("--rm", "--read-only", "--network", "--volume", "--ends"),  # docker, our releases
    *("--nthreads", "--keep-cr"),  # Dask, git
}
OUTPUT = (ROOT / "docs" / "output.md").read_text(encoding="utf-8")
FLEET = ("run", "merge", "index", "report", "fix")
COMMANDS = ("check", "rule", "map", "patterns", "audit", "baseline", "suppressions", "init", "config", "clean")


def run(*arguments: str) -> str:
    command = [sys.executable, "-X", "utf8", "-m", "sessionlint", *arguments]
    folder = ROOT / "fixtures" / "inputs" / "reports"
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, encoding="utf-8").stdout


def test_the_example_of_the_output_is_real() -> None:
    example = re.search(r"# How to read the output\n\n.+\n\n```\n(.+?)```", OUTPUT, re.DOTALL)
    assert example
    assert example[1] in run("check", "--isolated", "--project-root", ".", "--color", "never", "src")


@pytest.mark.parametrize("scheme", PICTURES)
def test_the_picture_is_what_the_tool_says(scheme: str) -> None:
    assert PICTURES[scheme].read_text(encoding="utf-8") == picture(output(), scheme), "python -m release figures"
    assert PICTURES[scheme].relative_to(ROOT).as_posix() in README


def test_the_figures_are_those_that_were_measured(request: pytest.FixtureRequest) -> None:
    if request.config.getoption("--accept"):
        figures.renew()
        return
    assert dict(figures.shown(README)) == {name: make() for name, make in figures.FIGURES.items()}, "python -m release figures"


def test_no_line_begins_with_a_comment() -> None:
    """Markdown would take it for a block of HTML, in the middle of a paragraph."""
    assert [line for line in README.splitlines() if line.lstrip().startswith("<!--")] == []


def test_a_figure_names_the_command_that_measures_it() -> None:
    for name, figure in figures.shown(README):
        behind = README.partition(f"<!-- figure {name} -->")[2].partition("<!-- /figure -->")[2]
        assert re.match(r"[^`<]*\(`(?:python -m|pytest) ", behind), figure


def test_it_is_short_and_its_links_lead_somewhere() -> None:
    assert len(README.splitlines()) < 200
    links = {
        link.partition("#")[0]
        for link in re.findall(r"\]\((?!https?:)([^)]+)\)|(?:src|srcset)=\"([^\"]+)\"", README)
        for link in link
    }
    assert {link for link in links if link and not (ROOT / link).exists()} == set()


def test_every_option_that_the_readme_and_the_documentation_name_exists() -> None:
    known = "".join(
        run(*command, "--help") for command in [*((name,) for name in COMMANDS), *(("fleet", name) for name in FLEET)]
    )
    pages = (page.read_text(encoding="utf-8") for page in sorted((ROOT / "docs").rglob("*.md")))
    own = "\n".join([README.partition("## Working on sessionlint")[0], *pages])
    named = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", own)) - OF_OTHERS
    assert len(named) > 5
    assert {option for option in named if option not in known} == set()


def test_every_pre_commit_hook_that_the_readme_names_exists() -> None:
    hooks = (ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8")
    assert re.findall(r"- id: (\S+)", README) == re.findall(r"- id: (\S+)", hooks)


def test_the_step_of_a_job_is_the_one_that_init_gives() -> None:
    assert f"```yaml\n{GITHUB}```" in README


def test_the_families_are_counted() -> None:
    counted = Counter(entry.rule.code[:4] for entry in registered_rules())
    assert dict(re.findall(r"^\| (SES\d) \| (\d+) \|", README, re.MULTILINE)) == {code: str(n) for code, n in counted.items()}
