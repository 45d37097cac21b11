"""The inventory of a project, asked for as a whole."""

from dataclasses import replace

from sessionlint.link.project import Project
from sessionlint.questions.inventory.engines import engines, factories
from sessionlint.questions.inventory.handles import handles
from sessionlint.questions.inventory.records import Inventory
from sessionlint.questions.inventory.standing import databases, ranked_providers
from sessionlint.questions.inventory.uses import openings, uses


def inventory(project: Project) -> Inventory:
    """All engines, factories and providers of ``project``, and everybody who has to do with them."""
    ranked = ranked_providers(project)
    found = Inventory(engines(project), factories(project), ranked, tuple(databases(ranked)), openings(project), uses(project))
    return replace(found, handles=handles(project, {code.place: code for code in found.codes}))
