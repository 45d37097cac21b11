"""Asynchronous engines whose pooled connections outlive the event loop that they belong to."""

from collections import defaultdict
from collections.abc import Iterator
from itertools import combinations

from sessionlint.link.names.scopes import Site, enclosing_function
from sessionlint.link.project import Project
from sessionlint.link.question import by_module
from sessionlint.model import walk
from sessionlint.model.facts import Block, For, Raise, Return, While
from sessionlint.model.records import dataclass
from sessionlint.model.role import Role
from sessionlint.model.source import Place
from sessionlint.questions.engines.drivers import driver_of
from sessionlint.questions.engines.engine_reach import EngineReach, lasting_engines
from sessionlint.questions.engines.urls import engine_urls
from sessionlint.questions.leaving.ways import is_left
from sessionlint.questions.running.callers import Caller, Callers
from sessionlint.questions.running.event_loops import LoopRun, loop_runs
from sessionlint.questions.running.frameworks import is_rerun
from sessionlint.rules.engine.engine_across_event_loops.pooled import LOOPLESS, is_pooled


@dataclass(frozen=True, slots=True, eq=False)
class LoopEngine:
    """The engine built at ``site`` is used on several event loops. ``runs`` start them; ``caller`` says why one of them does so
    again and again, None where there simply are several."""

    site: Site
    runs: tuple[LoopRun, ...]
    caller: Caller | None

    @property
    def place(self) -> Place:
        return self.site.place


@by_module
def engines_across_loops(project: Project) -> Iterator[LoopEngine]:
    """Every pooled asynchronous engine that stays while event loops come and go, in order of files."""
    reach = EngineReach(project)
    runs: dict[Place, list[LoopRun]] = defaultdict(list)
    for run in loop_runs(project):
        if not _cleans_up(run, reach):
            for engine in dict.fromkeys(place for function in run.functions for place in reach.of(function)):
                runs[engine].append(run)
    engines = lasting_engines(project) if runs else {}
    callers = Callers(project)
    for place in sorted(runs.keys() & engines.keys()):
        site = next((one for one in engines[place] if not _is_loopless(project, one) and is_pooled(project, one)), None)
        found = _repeated(project, site, runs[place], callers) if site is not None else None
        if found is not None:
            yield found


def _cleans_up(run: LoopRun, reach: EngineReach) -> bool:
    """Whether the pool is emptied with the loop, by what runs on it or around it."""
    outer = run.function
    return (outer is not None and reach.disposes(outer)) or any(reach.may_dispose(function) for function in run.functions)


def _is_loopless(project: Project, engine: Site) -> bool:
    """Whether the URL of an engine names a driver without ties to a loop, or one that nothing is known of."""
    version = project.targets.sqlalchemy
    for url in engine_urls(project, engine.scope.module):
        driver = driver_of(url.drivername, version) if url.drivername is not None else ""
        if url.site.place == engine.place and (driver is None or driver in LOOPLESS):
            return True
    return False


def _repeated(project: Project, site: Site, runs: list[LoopRun], callers: Callers) -> LoopEngine | None:
    """The finding, when one run comes again and again or several follow one another in one process.

    A test of an application may well have replaced the application's engine.
    """
    if project.role(site.scope.module) is not Role.TEST:
        runs = [run for run in runs if project.role(run.site.scope.module) is not Role.TEST]
    reasons = {run: _reason(project, run, site, callers) for run in runs}
    again = [run for run in runs if reasons[run] is not None]
    if again:
        again.sort(key=lambda run: list(Caller).index(reasons[run] or Caller.OPENER))
        return LoopEngine(site, tuple(again), reasons[again[0]])
    together: dict[object, list[LoopRun]] = defaultdict(list)
    for run in runs:
        module = run.site.scope.module
        together[module if project.role(module) is Role.TEST else run.site.scope].append(run)
    for group in together.values():
        looped = [run for run in group if _is_in_loop(run)]
        several = group if _follow_one_another(project, group) else looped
        if several:
            return LoopEngine(site, tuple(several), None)
    return None


def _reason(project: Project, run: LoopRun, engine: Site, callers: Callers) -> Caller | None:
    function = run.function
    if run.view is not None:
        return Caller.ROUTE
    caller = callers.of(function) if function is not None and not function.node.is_async else None
    if caller is not None and caller is not Caller.OPENER:
        return caller
    return Caller.PAGE if is_rerun(project, run.site.scope) and not _is_rebuilt(engine, run) else None


def _is_rebuilt(engine: Site, run: LoopRun) -> bool:
    """Whether the engine comes anew with each run of the page: neither of a module that it imports, nor cached."""
    return engine.scope.module is run.site.scope.module and enclosing_function(engine.scope) is None


def _is_in_loop(run: LoopRun) -> bool:
    return any(
        isinstance(statement, For | While) and statement.span.contains(run.site.term.span)
        for statement in walk.statements(run.site.scope.body)
    )


def _follow_one_another(project: Project, runs: list[LoopRun]) -> bool:
    return any(_follows(project, first, second) for first, second in combinations(runs, 2))


def _follows(project: Project, first: LoopRun, second: LoopRun) -> bool:
    """Whether ``second``, further down than ``first``, can happen after it: on no other branch, behind no return."""
    if first.site.scope is not second.site.scope:
        return True
    block = first.site.scope.body
    while True:
        inside, here = _branch(block, first), _branch(block, second)
        if inside is None:
            return not isinstance(first.site.statement, Return | Raise)
        if here is not None and here is not inside:
            return False
        if here is None and is_left(project, inside, first.site.scope):
            return False
        block = inside


def _branch(block: Block, run: LoopRun) -> Block | None:
    """The block inside a statement of ``block`` that holds the run; None when the statement itself does."""
    start = run.site.statement.span.start
    for statement in block:
        for inner in walk.blocks(statement):
            if inner and inner[0].span.start <= start < inner[-1].span.end:
                return inner
    return None
