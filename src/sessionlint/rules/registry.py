"""Finds the rules by walking this package: there is no list to keep."""

import pkgutil
from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from pathlib import Path

import sessionlint.rules
from sessionlint.link.project import Project
from sessionlint.model.finding import Finding, Rule
from sessionlint.model.records import dataclass
from sessionlint.sift.comments import Comments


@dataclass(frozen=True, slots=True)
class RegisteredRule:
    """A rule, the generator that finds it, and the page beside it.

    A rule about suppression comments has ``check_comments``, which is asked when all others have spoken; the check that
    a module does not define finds nothing.
    """

    rule: Rule
    check: Callable[[Project], Iterator[Finding]]
    check_comments: Callable[[Comments], Iterator[Finding]]
    page: Path


@cache
def registered_rules() -> tuple[RegisteredRule, ...]:
    """Every rule of the package, by code."""
    return tuple(sorted(_walk(), key=lambda registered: registered.rule.code))


def _walk() -> Iterator[RegisteredRule]:
    for info in pkgutil.walk_packages(sessionlint.rules.__path__, "sessionlint.rules."):
        if info.ispkg or info.name == __name__:
            continue
        module = import_module(info.name)
        if hasattr(module, "RULE"):
            assert module.__file__ is not None
            check = getattr(module, "check", _finds_nothing)
            check_comments = getattr(module, "check_comments", _finds_nothing)
            yield RegisteredRule(module.RULE, check, check_comments, Path(module.__file__).with_suffix(".md"))


def _finds_nothing(_: object) -> Iterator[Finding]:
    return iter(())
