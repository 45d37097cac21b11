"""Sessions that are closed by hand, exactly where a ``with`` block would close them."""

from collections.abc import Iterator

from sessionlint.link.names.scopes import ModuleScope, Site
from sessionlint.link.project import Project
from sessionlint.link.values import kinds
from sessionlint.link.values.known_names import CONTEXT_METHODS
from sessionlint.model.facts import Try
from sessionlint.model.records import dataclass
from sessionlint.questions.sessions.lives import Ending, Life, lives_of
from sessionlint.questions.sessions.makers import makers_of
from sessionlint.questions.sessions.rollbacks import is_call, merely_reraises


@dataclass(frozen=True, slots=True, eq=False)
class ManualBlock:
    """``life`` is closed by ``close``, the last act of the ``finally`` of ``block``, which follows the opening.

    ``merely_reraises``: the handlers of ``block`` do nothing but roll back and raise the error again, as a ``with`` would.
    """

    life: Life
    block: Try
    close: Site
    merely_reraises: bool


def manual_blocks(project: Project, module: ModuleScope) -> Iterator[ManualBlock]:
    """Every session of ``module`` that ``db = SessionLocal(); try: ... finally: db.close()`` closes."""
    for life in lives_of(project, module):
        block = _following(life)
        if life.ending is not Ending.CLOSED or block is None or not block.final or _has_own_exits(project, life):
            continue
        if len(life.closes) == 1 and is_call(block.final[-1], life.names, ("close", "aclose")):
            close = life.closes[0]
            if close.statement is block.final[-1]:
                plain = merely_reraises(project, block, life.names)
                yield ManualBlock(life, block, close, plain)


def _following(life: Life) -> Try | None:
    """The ``try`` behind the opening."""
    block = life.opening.block
    position = next((index for index, one in enumerate(block) if one is life.opening.statement), None)
    following = block[position + 1] if position is not None and position + 1 < len(block) else None
    return following if isinstance(following, Try) else None


def _has_own_exits(project: Project, life: Life) -> bool:
    """Whether the session's class does something else at the ends of a ``with`` than SQLAlchemy's."""
    origin = life.session.origin
    made = makers_of(project, project.modules[origin.path]) if origin is not None else ()
    classes = [maker.session_class for maker in made if maker.place == origin]
    ancestors = [project.evaluator.ancestors(one.cls) for one in classes if isinstance(one, kinds.ClassKind)]
    return any(CONTEXT_METHODS & set(one.methods) for some in ancestors for one in some)
