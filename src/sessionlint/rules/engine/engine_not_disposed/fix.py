"""``await engine.dispose()`` where the application's lifespan ends."""

from sessionlint.edits.imports import import_name
from sessionlint.link.names.scopes import Binding, ImportBinding, ModuleScope, ValueBinding
from sessionlint.link.project import Project
from sessionlint.model.facts import Constant
from sessionlint.model.finding import Applicability, Edit, Fix
from sessionlint.model.source import Place, Span
from sessionlint.questions.running.lifespans import Lifespan, lifespans
from sessionlint.rules.engine.engine_not_disposed.kept import KeptEngine
from sessionlint.text.lines import lines_of


def dispose_fix(project: Project, engine: KeptEngine) -> Fix | None:
    """None where not exactly one lifespan has a simple form, and where it cannot have the engine."""
    found = lifespans(project)
    lifespan = found[0] if len(found) == 1 else None
    if lifespan is None or not engine.name or lifespan.function.place != engine.process.place:
        return None
    if engine.is_global and not _is_bound_once(engine.site.scope.module, engine.name):
        return None
    spelled = _spelled(project, engine, lifespan)
    if spelled is None:
        return None
    name, imports = spelled
    return Fix(
        f"dispose `{name}` when the application stops", (*imports, _behind(project, engine, lifespan, name)), Applicability.UNSAFE
    )


def _is_bound_once(module: ModuleScope, name: str) -> bool:
    """Whether the name is one engine: of two, the lifespan could dispose one alone. An attribute is no name of the module."""
    bindings = module.bindings.get(name, ())
    return "." in name or sum(not _is_nothing(each) for each in bindings) == 1


def _is_nothing(binding: Binding) -> bool:
    """``engine = None``, and ``engine: AsyncEngine``: there is none yet."""
    if not isinstance(binding, ValueBinding):
        return False
    return binding.value is None or (isinstance(binding.value, Constant) and binding.value.value is None)


def _behind(project: Project, engine: KeptEngine, lifespan: Lifespan, name: str) -> Edit:
    """What stands behind the last statement of the lifespan."""
    path = lifespan.function.module.path
    lines = lines_of(project.sources[path].text)
    indent, end = lines.newline + lines.indent(lifespan.last.span.start), lines.end(lifespan.last.span.end)
    text = f"{indent}await {name}.dispose()"
    if engine.function is not None and engine.is_global:  # whoever stops before the start is through has none
        unit = "\t" if lines.indent(lifespan.last.span.start).startswith("\t") else "    "
        text = f"{indent}if {name} is not None:{indent}{unit}await {name}.dispose()"
    return Edit(Place(path, Span(end, end)), text)


def _spelled(project: Project, engine: KeptEngine, lifespan: Lifespan) -> tuple[str, tuple[Edit, ...]] | None:
    """How the lifespan writes the engine, and the import that it needs for that."""
    module, home = lifespan.function.module, engine.site.scope.module
    if engine.function is lifespan.function or home is module:
        return (engine.name, ()) if _means_it(engine, lifespan) else None
    if engine.function is not None:
        return None  # an import would have what the name was before the start
    source = project.sources[module.path]
    for binding in (each for bindings in module.bindings.values() for each in bindings):
        if not isinstance(binding, ImportBinding) or binding.name is None or "." in engine.name:
            continue
        if project.layout.resolve(module.path, binding.module, binding.level) == home.path:
            imported = import_name(module.facts, source, "." * binding.level + binding.module, engine.name)
            return (imported.spelling, tuple(imported.edits)) if imported is not None else None
    return None


def _means_it(engine: KeptEngine, lifespan: Lifespan) -> bool:
    """Whether the name is the engine in the lifespan, too."""
    function, first = lifespan.function, engine.name.partition(".")[0]
    if engine.function is function and not engine.is_global:
        only = len(function.bindings.get(first, ())) == 1
        outside = engine.site.statement.span.end <= lifespan.start.span.start and engine.site.block is function.body
        return only and outside
    return first not in function.bindings or function.declared.get(first) == "global"
