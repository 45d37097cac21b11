"""Making the provider, or its use, fit the other."""

from sessionlint.edits.decorated import decorated_fix
from sessionlint.edits.entered import entered_fix
from sessionlint.link.project import Project
from sessionlint.model.finding import Fix
from sessionlint.questions.providers.consumptions import Consumption
from sessionlint.questions.providers.usage_table import Provider, Use

_ENTERED = ((Provider.GENERATOR, Use.WITH), (Provider.ASYNC_GENERATOR, Use.ASYNC_WITH))


def protocol_fix(project: Project, found: Consumption) -> Fix | None:
    """The provider is decorated where everybody enters it; else this use is mended."""
    enters = (found.provider, found.use) in _ENTERED
    decorated = decorated_fix(project, found.function) if found.function is not None and enters else None
    return decorated if decorated is not None else entered_fix(project, found)
