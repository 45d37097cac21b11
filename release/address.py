"""Where the project lies: ``pyproject.toml`` says it, and what people copy from elsewhere says the same."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import click

from release.distributions import ROOT

_DECLARED = re.compile(r'^Source = "https://github\.com/([\w.-]+)/sessionlint"$', re.MULTILINE)


def declared_owner() -> str:
    """Who owns the repository, as ``pyproject.toml`` has it."""
    found = _DECLARED.search((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert found is not None, "pyproject.toml names no Source"
    return found[1]


def places(owner: str) -> Iterator[tuple[Path, str]]:
    """The files that speak of ``owner``, with their texts."""
    pattern = _spoken_of(owner)
    listed = subprocess.run(["git", "-C", str(ROOT), "ls-files", "-z"], check=True, capture_output=True, text=True).stdout
    for name in filter(None, listed.split("\0")):
        path = ROOT / name
        try:
            text = path.read_bytes().decode()
        except (UnicodeDecodeError, OSError):
            continue
        if pattern.search(text):
            yield path, text


def _spoken_of(owner: str) -> re.Pattern[str]:
    """An address of the repository, of its pages or its container image, or what the action is called."""
    name = re.escape(owner)
    return re.compile(
        rf"((?:github|githubusercontent)\.com/|ghcr\.io/|uses: |--repo |https://){name}(?=(?:\.github\.io)?/sessionlint(?:-pre-commit)?\b)"
    )


@click.command()
@click.argument("name")
def owner(name: str) -> None:
    """Put the NAME of who owns the repository into every file that needs it, in the place of the one before."""
    if not re.fullmatch(r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?", name):
        raise click.UsageError(f'"{name}" is no name of a user or an organisation of GitHub')
    before = declared_owner()
    for path, text in [*places(before)]:
        changed = _spoken_of(before).sub(rf"\g<1>{name}", text)
        path.write_bytes(changed.encode())
        click.echo(f"{path.relative_to(ROOT).as_posix()}: {before} is {name} now")
