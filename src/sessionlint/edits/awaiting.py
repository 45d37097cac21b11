"""Putting ``await`` before a call, taking it away, and taking ``asyncio.shield`` off what is awaited."""

from sessionlint.edits.arguments import parentheses
from sessionlint.edits.imports import change_imports
from sessionlint.edits.session_arguments import droppable_names
from sessionlint.link.names.scopes import FunctionScope, Site
from sessionlint.link.project import Project
from sessionlint.model.facts import Attribute, Await, Call, Comprehension, Lambda, Subscript, Term
from sessionlint.model.finding import Applicability, Edit, Fix
from sessionlint.model.role import Role
from sessionlint.model.source import Place, Source, Span
from sessionlint.questions.running.awaits import MissingAwait, SuperfluousAwait, Treatment, awaits_the_rows
from sessionlint.questions.sessions.session_methods import MethodCall
from sessionlint.text.lines import lines_of


def awaited_fix(project: Project, missing: MissingAwait) -> Fix | None:
    """Put ``await`` before the call, in parentheses where something is asked of its result; None where it may not stand."""
    site = missing.call.site
    if missing.treatment is Treatment.ENTERED or not _may_await(site):
        return None
    start, end = site.term.span
    before, behind = ("(await ", ")") if _is_asked(site.term, site) else ("await ", "")
    edits = [Edit(Place(site.place.path, Span(start, start)), before)]
    edits += [Edit(Place(site.place.path, Span(end, end)), behind)] if behind else []
    outer = awaits_the_rows(missing)
    if outer is not None:
        taken = _taken(project.source(site.scope), outer)
        if taken is None:
            return None
        edits.append(Edit(Place(site.place.path, taken), ""))
    return Fix("await it", tuple(edits), Applicability.UNSAFE)


def _may_await(site: Site) -> bool:
    """Whether an ``await`` at ``site`` belongs to an async function and leaves everything around it what it is."""
    if not isinstance(site.scope, FunctionScope) or not site.scope.node.is_async:
        return False
    inner: Term = site.term
    for outer in site.path:
        if isinstance(outer, Lambda):
            return False
        if isinstance(outer, Comprehension) and outer.kind == "generator" and not _lies_in(inner, outer.clauses[0].iter):
            return False  # it would become an async generator; only what its first `for` iterates is awaited around it
        inner = outer
    return True


def _lies_in(inner: Term, outer: Term) -> bool:
    return outer.span.contains(inner.span)


def _is_asked(term: Term, site: Site) -> bool:
    """Whether ``term`` is the receiver of an attribute, an index or a call: these bind stronger than ``await``."""
    match site.path[0] if site.path else None:
        case Attribute():
            return True
        case Subscript(value=asked) | Call(func=asked):
            return asked is term
        case _:
            return False


def without_await_fix(project: Project, found: SuperfluousAwait) -> Fix | None:
    """Take the ``await`` away with the blanks behind it; parentheses around the call stay. None when a comment would go, too.

    Not from a synchronous session in an application: it would no longer fail, but block the event loop.
    """
    if found.origin is not None and project.role(found.site.scope.module) is Role.APPLICATION:
        return None
    taken = _taken(project.source(found.site.scope), found.awaited)
    if taken is None:
        return None
    return Fix("remove the `await`", (Edit(Place(found.site.place.path, taken), ""),), Applicability.SAFE)


def _taken(source: Source, awaited: Await) -> Span | None:
    """The keyword with the blanks behind it; None when a comment or a line ending follows."""
    tokens = lines_of(source.text).tokens_from(awaited.span.start)
    keyword, following = next(tokens), next(tokens)
    if keyword.start != awaited.span.start or keyword.text != "await" or following.kind in ("comment", "newline"):
        return None
    return Span(keyword.start, following.start)


def unshielded_fix(project: Project, call: MethodCall) -> Fix | None:
    """From ``await asyncio.shield(db.commit())`` to ``await db.commit()``; None where the shield is not awaited at once."""
    site = call.site
    if len(site.path) < 2:
        return None
    shield, awaited = site.path[0], site.path[1]
    if not isinstance(shield, Call) or not isinstance(awaited, Await) or len(shield.args) != 1 or shield.args[0].star:
        return None
    source, module = project.source(site.scope), site.scope.module
    gaps = _around(source, shield, site.term)
    if gaps is None:
        return None
    unused = droppable_names(project, module, [shield.func])
    imports = change_imports(module.facts, source, drop=unused, removed=[shield.func.span])
    edits = [Edit(Place(module.path, span), "") for span in gaps]
    return Fix("take the `shield` away", (*edits, *(imports.edits if imports else ())), Applicability.UNSAFE)


def _around(source: Source, outer: Call, inner: Term) -> tuple[Span, Span] | None:
    """What of ``outer(inner)`` stands before and behind ``inner``; None when a comment stands there."""
    gaps = Span(outer.span.start, inner.span.start), Span(inner.span.end, parentheses(source, outer).end)
    return None if any(lines_of(source.text).comments_in(gap) for gap in gaps) else gaps
