"""Finds the rules by walking this package: there is no list to keep."""

import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path

import sessionlint.rules
from sessionlint.link.project import Project
from sessionlint.model.finding import Finding, Rule


@dataclass(frozen=True, slots=True)
class RegisteredRule:
    """A rule, the generator that finds it, and the page beside it."""

    rule: Rule
    check: Callable[[Project], Iterator[Finding]]
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
            yield RegisteredRule(module.RULE, module.check, Path(module.__file__).with_suffix(".md"))
