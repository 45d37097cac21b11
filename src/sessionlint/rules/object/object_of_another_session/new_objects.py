"""What a new object holds when it is made, and whether the session of that is still open when the new one is added to another."""

from collections.abc import Iterator

from sessionlint.link.names.scopes import EnteredBinding, FunctionScope
from sessionlint.link.names.sites import sites
from sessionlint.link.project import Project
from sessionlint.model import walk
from sessionlint.model.facts import Attribute, Call, Term
from sessionlint.questions.objects.entity import Entity, Shape, Stage
from sessionlint.questions.objects.mapped import defined, relationship

_ENDING = frozenset({"close", "aclose", "reset", "remove", "expunge", "expunge_all", "invalidate"})
_OTHERWISE = frozenset({"cascade", "viewonly", "sa_relationship_kwargs"})


def related_to_new(project: Project, new: Entity) -> Iterator[Term]:
    """What the call that makes an object gives its relationships: ``Item(shop=shop)``."""
    if new.stage is Stage.NEW and new.shape is Shape.ONE and new.origin is not None:
        for given in new.origin.args:
            if given.keyword is not None and _takes_along(project, new, given.keyword):
                yield given.term


def _takes_along(project: Project, new: Entity, name: str) -> bool:
    """Whether it is a relationship that adds what it holds, as all do that do not say otherwise."""
    if new.cls is None or relationship(project, new.cls, name) is None:
        return False
    made = next((found for one in project.evaluator.ancestors(new.cls) if (found := defined(one, name)) is not None), None)
    return made is None or not any(given.keyword in _OTHERWISE for given in made[0].args)


def is_open_at(function: FunctionScope, session: str, call: Call) -> bool:
    """Whether nothing in a function has closed a session where a call stands, or taken objects out of it."""
    entered = [one for one in function.bindings.get(session, ()) if isinstance(one, EnteredBinding)]
    around = (item.target for one in function.withs if one.span.contains(call.span) for item in one.items)
    if entered and not any(target is not None and walk.dotted(target) == session for target in around):
        return False
    return not any(_ends(site.term, session) for site in sites(function))


def _ends(term: Term, session: str) -> bool:
    func = term.func if isinstance(term, Call) else None
    return isinstance(func, Attribute) and func.attr in _ENDING and walk.dotted(func.value) == session
