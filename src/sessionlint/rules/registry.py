"""Finds the rules, a folder each, by looking for them: there is no list to keep."""

from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from inspect import signature
from pathlib import Path
from typing import Any

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
    for folder in Path(__file__).parent.glob("*/*/rule.py"):
        module = import_module(f"{__package__}.{folder.parts[-3]}.{folder.parts[-2]}.rule")
        check = _by_module(getattr(module, "check", _finds_nothing))
        check_comments = getattr(module, "check_comments", _finds_nothing)
        yield RegisteredRule(module.RULE, check, check_comments, folder.with_name("page.md"))


def _finds_nothing(*_: object) -> Iterator[Finding]:
    return iter(())


def _by_module(check: Any) -> Callable[[Project, ModuleScope], Iterator[Finding]]:
    """TODO goes with the last rule that asks the whole project by itself."""
    if check is _finds_nothing or len(signature(check).parameters) == 2:
        return check  # type: ignore[no-any-return]

    def check_in(project: Project, module: ModuleScope) -> Iterator[Finding]:
        return check(project) if module is next(iter(project.modules.values())) else iter(())

    return check_in
