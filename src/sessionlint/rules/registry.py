"""Finds the rules, a folder each, by looking into this package: there is no list to keep.

What a rule is stands in its package, what finds it in ``rule.py`` there, which is imported only in runs that ask it: not where
the rule is off, nor where no file has to do with sessions.
"""

from collections.abc import Callable, Iterator
from functools import cache, partial
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
    a module does not define finds nothing. ``prepare`` imports what finds the rule, as its first question else does.
    """

    rule: Rule
    check: Callable[[Project, ModuleScope], Iterator[Finding]]
    check_comments: Callable[[Comments], Iterator[Finding]]
    page: Path
    prepare: Callable[[], object] = lambda: None


@cache
def registered_rules() -> tuple[RegisteredRule, ...]:
    """Every rule of the package, by code."""
    return tuple(sorted(map(_registered, _FAMILIES.glob("*/*/rule.py")), key=lambda registered: registered.rule.code))


def _registered(path: Path) -> RegisteredRule:
    folder = path.parent
    package = import_module(f"{__package__}.{folder.parent.name}.{folder.name}")
    module = f"{package.__name__}.rule"
    check, check_comments = (partial(_asked, module, way) for way in ("check", "check_comments"))
    return RegisteredRule(package.RULE, check, check_comments, folder / "page.md", partial(import_module, module))


def _asked(module: str, way: str, *given: object) -> Iterator[Finding]:
    return _found_by(module, way)(*given)


@cache
def _found_by(module: str, way: str) -> Callable[..., Iterator[Finding]]:
    finds: Callable[..., Iterator[Finding]] = getattr(import_module(module), way, _finds_nothing)
    return finds


def _finds_nothing(*_: object) -> Iterator[Finding]:
    return iter(())
