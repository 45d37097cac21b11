"""Finds the rules, a folder each, by looking into this package: there is no list to keep."""

from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from pathlib import Path

from sessionlint.link.names.scopes import ModuleScope
from sessionlint.link.project import Project
from sessionlint.model.finding import Finding, Rule
from sessionlint.model.records import dataclass
from sessionlint.sift.comments import Comments

_FAMILIES = Path(__file__).parent


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
    return tuple(sorted(map(_registered, _folders()), key=lambda registered: registered.rule.code))


def _folders() -> list[Path]:
    families = [family for family in _FAMILIES.iterdir() if family.is_dir()]
    return sorted(rule for family in families for rule in family.iterdir() if (rule / "rule.py").exists())


def _registered(folder: Path) -> RegisteredRule:
    module = import_module(f"{__package__}.{folder.parent.name}.{folder.name}.rule")
    check = getattr(module, "check", _finds_nothing)
    check_comments = getattr(module, "check_comments", _finds_nothing)
    return RegisteredRule(module.RULE, check, check_comments, folder / "page.md")


def _finds_nothing(*_: object) -> Iterator[Finding]:
    return iter(())
