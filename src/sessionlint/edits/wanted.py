"""What a fix asks of a file's imports."""

from sessionlint.model.records import dataclass
from sessionlint.model.source import Span


@dataclass(frozen=True, slots=True)
class Wanted:
    """``name`` from ``module`` shall be usable at ``at`` (None: anywhere in the module).

    ``alternatives``: (module, name) pairs that are just as good when the file has them already. ``for_annotation``:
    it will stand in an annotation, so an import under ``if TYPE_CHECKING:`` will do in a file with
    ``from __future__ import annotations``; ``quoted``: the spelling will be put in quotes, so it always will.
    ``beside``: an import statement inside a function; a new import stands with it, because it runs when that does.
    ``inside``: imports of the module do not count, because the function binds the name itself. ``module`` may be relative,
    with its dots in front.
    """

    module: str
    name: str
    alternatives: tuple[tuple[str, str], ...] = ()
    at: Span | None = None
    for_annotation: bool = False
    quoted: bool = False
    beside: Span | None = None
    inside: bool = False
