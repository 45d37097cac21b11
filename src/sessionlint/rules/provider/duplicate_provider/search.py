"""Providers that open sessions of a database for which there is a provider already."""

from collections.abc import Iterator

from sessionlint.link.project import Project
from sessionlint.link.question import by_module
from sessionlint.model.records import dataclass
from sessionlint.model.source import Place
from sessionlint.questions.inventory.records import Code, Provider, Standing
from sessionlint.questions.inventory.standing import ranked_providers
from sessionlint.questions.requests.request_sessions import provider_pairs


@dataclass(frozen=True, slots=True, eq=False)
class SecondProvider:
    """``provider`` opens sessions of the same database as ``first``, the one through which most are had."""

    provider: Provider
    first: Provider

    @property
    def place(self) -> Place:
        return self.provider.code.place

    @property
    def is_of_same_factory(self) -> bool:
        return self.provider.source == self.first.source

    @property
    def codes(self) -> tuple[Code, Code]:
        return self.provider.code, self.first.code


@by_module
def second_providers(project: Project) -> Iterator[SecondProvider]:
    """Every duplicate in order of files, however it lends its sessions.

    Left out are those that some request gets a session from beside another: ``two_providers`` has them.
    """
    ranked = {one.code.place: one for one in ranked_providers(project)}
    met = {
        need.provider.place for pair in provider_pairs(project) for need in (pair.first, pair.second) if need.provider is not None
    }
    for one in ranked.values():
        if one.standing is Standing.DUPLICATE and one.of is not None and one.code.place not in met:
            yield SecondProvider(one, ranked[one.of])
