"""What ``sessionlint init`` shows of a project: what it is built of, and how it opens its sessions."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from sessionlint.model.finding import Severity
from sessionlint.model.outcome import Outcome
from sessionlint.model.records import dataclass
from sessionlint.model.source import Place, Source
from sessionlint.questions.inventory.records import Engine, Factory, Inventory, Provider, Standing
from sessionlint.report.visible import visible

_FEW = 5  # things of a kind, of more there is the number


@dataclass(frozen=True, slots=True)
class FirstLook:
    """``versions``: for a person, with where they are declared; ``frameworks``: how many files import each."""

    folder: str
    versions: Sequence[str]
    frameworks: Mapping[str, int]
    inventory: Inventory
    outcome: Outcome
    sources: Mapping[str, Source]
    shown_path: Callable[[str], str]


def render(look: FirstLook) -> str:
    """Lines, each visible; what is not there is said, too."""
    return "".join(f"{visible(line)}\n" for line in _lines(look))


def _lines(look: FirstLook) -> Iterator[str]:
    yield f"{look.folder}: {_count(look.outcome.checked, 'Python file')}"
    yield from _row("versions", look.versions or ["none declared: the newest are taken for granted"])
    yield from _row(
        "imports", [f"{name} in {_count(count, 'file')}" for name, count in look.frameworks.items()] or ["none known"]
    )
    found = look.inventory
    yield from _things("engines", [_engine(look, one) for one in found.engines])
    yield from _things("session factories", [_factory(look, one) for one in found.factories])
    yield from _things("providers", [_provider(look, one) for one in _providers(found)])
    yield from _row("findings", [_findings(look.outcome)])


def _row(heading: str, told: Iterable[str]) -> Iterator[str]:
    yield f"{heading}: {', '.join(told)}"


def _things(heading: str, told: Sequence[str]) -> Iterator[str]:
    yield f"{heading}: {len(told) or 'none'}"
    yield from (f"  {line}" for line in told[:_FEW])
    if len(told) > _FEW:
        yield f"  ... and {len(told) - _FEW} more: `sessionlint map` shows all"


def _engine(look: FirstLook, engine: Engine) -> str:
    kinds = [*filter(None, [_kind(engine.is_async), ", ".join(engine.driver)])]
    return f"{engine.code.full_name}  {_place(look, engine.code.place)}  {', '.join(kinds)}".rstrip()


def _factory(look: FirstLook, factory: Factory) -> str:
    kind = " and ".join(filter(None, [_kind(factory.is_async), "scoped" if factory.is_scoped else ""]))
    return f"{factory.code.full_name}  {_place(look, factory.code.place)}  {kind}"


def _providers(found: Inventory) -> list[Provider]:
    """The ones that are used most first."""
    uses = Counter(use.provider for use in found.uses)
    return sorted(found.providers, key=lambda one: -uses[one.code.place])


def _provider(look: FirstLook, provider: Provider) -> str:
    uses = sum(1 for _ in look.inventory.uses_of(provider.code.place))
    standing = {Standing.SOURCE: "", Standing.ALONE: ""}.get(provider.standing, f", {provider.standing.value}")
    told = f"{_kind(provider.is_async)}, {_count(uses, 'use')}{standing}"
    return f"{provider.code.full_name}  {_place(look, provider.code.place)}  {told}"


def _findings(outcome: Outcome) -> str:
    if not outcome.findings:
        return "none"
    severities = Counter(finding.severity for finding in outcome.findings)
    told = [f"{severities[level]} of severity {level.value}" for level in Severity if severities[level]]
    return f"{len(outcome.findings)} ({', '.join(told)})"


def _kind(is_async: bool | None) -> str:
    return "" if is_async is None else "async" if is_async else "sync"


def _place(look: FirstLook, place: Place) -> str:
    return f"{look.shown_path(place.path)}:{look.sources[place.path].position(place.span.start).line}"


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
