"""Finds the rules, a folder each, by walking this package: there is no list to keep."""

import pkgutil
from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType

from sessionlint.link.names.scopes import ModuleScope
from sessionlint.link.project import Project
from sessionlint.model.finding import Finding, Rule
from sessionlint.model.records import dataclass
from sessionlint.sift.comments import Comments


@dataclass(frozen=True, slots=True)
class RegisteredRule:
    """A rule, the generator that finds it in a module, and the page beside it.

    A rule about suppression comments has ``check_comments``, which is asked when all others have spoken; the check that
    a module does not define finds nothing.
    """

    rule: Rule
    check: Callable[[Project, ModuleScope], Iterator[Finding]]
    check_comments: Callable[[Comments], Iterator[Finding]]
    page: Path


@cache
def registered_rules() -> tuple[RegisteredRule, ...]:
    """Every rule of the package, by code."""
    return tuple(sorted(_walk(), key=lambda registered: registered.rule.code))


def _walk() -> Iterator[RegisteredRule]:
    for family in _packages(Path(__file__).parent):  # pkgutil.walk_packages would look at each module of each rule
        for rule in _packages(family):
            yield _registered(import_module(f"sessionlint.rules.{family.name}.{rule.name}.rule"))


def _packages(folder: Path) -> list[Path]:
    return [folder / info.name for info in pkgutil.iter_modules([str(folder)]) if info.ispkg]


def _registered(module: ModuleType) -> RegisteredRule:
    assert module.__file__ is not None
    check = getattr(module, "check", _finds_nothing)
    check_comments = getattr(module, "check_comments", _finds_nothing)
    return RegisteredRule(module.RULE, check, check_comments, Path(module.__file__).with_name("page.md"))


def _finds_nothing(*_: object) -> Iterator[Finding]:
    return iter(())
