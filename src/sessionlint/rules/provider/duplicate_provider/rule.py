"""SES409 duplicate-provider: two providers of one factory, and requests that get a session from each.

Why: two sessions are two transactions on two connections. What one of them loaded cannot be added to the other, a request
waits for a second connection while it holds the first, and ``dependency_overrides`` of one provider leaves the other real.

Fix safety: there is no fix: somebody has to say which provider stays.
"""

from collections.abc import Iterator

from sessionlint.link.names.scopes import ModuleScope
from sessionlint.link.project import Project
from sessionlint.model.finding import Finding, Related, Severity
from sessionlint.questions.inventory.parts import code_of
from sessionlint.questions.inventory.records import Code, Part
from sessionlint.questions.references.module_names import telling_name
from sessionlint.questions.requests.request_sessions import TwoSessions, two_providers
from sessionlint.rules.provider.duplicate_provider import RULE
from sessionlint.rules.provider.duplicate_provider.search import SecondProvider, second_providers


def check(project: Project, module: ModuleScope) -> Iterator[Finding]:
    for found in two_providers(project, module):
        yield _in_one_request(project, found)
    for second in second_providers(project, module):
        yield _in_the_project(second)


def _in_one_request(project: Project, found: TwoSessions) -> Finding:
    providers = (need.provider for need in (found.first, found.second) if need.provider is not None)
    first, second = _names(*(code_of(project, provider) for provider in providers))
    also = f", and {len(found.others)} more functions do" if found.others else ""
    return RULE.finding(
        found.place,
        f"`{found.function.node.name}` gets a session from `{first}` and another from `{second}`{also}: two transactions,"
        " two connections",
        related=(
            Related(found.other_place, f"the session of `{first}` comes with this"),
            *(Related(need.provider.place, "a provider of the factory") for need in (found.first, found.second) if need.provider),
        ),
        help="let both depend on one provider: FastAPI then gives the request one session",
    )


def _names(one: Code, other: Code) -> tuple[str, str]:
    """What two providers are called: with their modules, where they are of different ones."""
    if one.place.path == other.place.path:
        return one.name, other.name
    return _with_module(one), _with_module(other)


def _with_module(provider: Code) -> str:
    return f"{telling_name(provider.module, provider.place.path)}.{provider.name}"


def _in_the_project(second: SecondProvider) -> Finding:
    name, first = _names(*second.codes)
    of = "of the same factory as" if second.is_of_same_factory else "on the same engine as"
    is_injected = all(code.part is Part.DEPENDENCY for code in second.codes)
    what = "an override of one leaves the other real" if is_injected else "what is changed or replaced in one is not in the other"
    return RULE.finding(
        second.place,
        f"`{name}` opens sessions {of} `{first}`: {what}",
        severity=Severity.INFO,
        related=(Related(second.first.code.place, "the other provider"),),
        help="keep one of them, or let this one have its sessions from the other",
        on_request=True,
    )
