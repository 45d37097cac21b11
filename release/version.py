"""The version stands in one place; the changelog and the tag, where there are ones, say the same."""

import re
import subprocess

from release.distributions import ROOT, WrongError
from sessionlint import __version__


def check_version() -> str:
    """The version. Raises WrongError where the changelog or a tag of this commit says something else."""
    if not re.fullmatch(r"\d+\.\d+\.\d+", __version__):
        raise WrongError(f"{__version__} is no MAJOR.MINOR.PATCH")
    tags = _git("tag", "--points-at", "HEAD").split()
    versions = [tag[1:] for tag in tags if re.fullmatch(r"v\d+\.\d+\.\d+", tag)]
    if versions and versions != [__version__]:
        raise WrongError(f"the commit is tagged {', '.join(tags)}, and the version is {__version__}")
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    newest = next(iter(re.findall(r"^## (\S+)", changelog, re.MULTILINE)), "nothing")
    allowed = (__version__,) if versions else (__version__, "Unreleased")
    if newest not in allowed:
        raise WrongError(f"CHANGELOG.md begins with {newest}, and the version is {__version__}")
    return __version__


def _git(*arguments: str) -> str:
    return subprocess.run(["git", "-C", str(ROOT), *arguments], check=True, capture_output=True, text=True).stdout
