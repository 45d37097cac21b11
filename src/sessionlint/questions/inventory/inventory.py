"""The inventory of a project, asked for as a whole."""

from collections.abc import Iterator

from sessionlint.link.project import Project
from sessionlint.model.source import Place
from sessionlint.questions.inventory.engines import engines, factories
from sessionlint.questions.inventory.handles import handles
from sessionlint.questions.inventory.records import Code, Inventory
from sessionlint.questions.inventory.standing import databases, ranked_providers
from sessionlint.questions.inventory.uses import openings, uses


def inventory(project: Project) -> Inventory:
    """All engines, factories and providers of ``project``, and everybody who has to do with them."""
    ranked = ranked_providers(project)
    things = dict(_things(project))
    return Inventory(
        engines(project),
        factories(project),
        ranked,
        tuple(databases(ranked)),
        openings(project),
        uses(project),
        handles(project, things),
    )


def _things(project: Project) -> Iterator[tuple[Place, Code]]:
    for code in (
        *(engine.code for engine in engines(project)),
        *(factory.code for factory in factories(project)),
        *(provider.code for provider in ranked_providers(project)),
    ):
        yield code.place, code
