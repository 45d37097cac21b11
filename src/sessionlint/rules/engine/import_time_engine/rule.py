"""SES101 import-time-engine: importing the module builds a database engine.

Why: the import then needs a valid URL and an installed driver, also for ``alembic``, test collection, ``--help`` and the
documentation build; and a test cannot swap the URL any more. It does not connect and binds no event loop: a module-level
engine is a pattern SQLAlchemy documents ("Engine Configuration"), so a literal URL is only worth an info.

Fix safety: unsafe, in several files. The engine, and every factory bound to it at import, become cached functions, and all
that refers to them calls these. Errors of the URL and the driver move from the import to the first use. Not offered where a
reference cannot be followed or rewritten; a related place shows which.
"""

from collections.abc import Iterator

from sessionlint.link.names.roles import runs_once
from sessionlint.link.names.scopes import ModuleScope
from sessionlint.link.project import Project
from sessionlint.link.values import kinds
from sessionlint.model.finding import Finding, Fix, Related, Severity
from sessionlint.questions.engines.engines import EngineBuild, engines_built_at_import
from sessionlint.questions.references.references import Obstacle
from sessionlint.rules.engine.import_time_engine import RULE


def check(project: Project, module: ModuleScope) -> Iterator[Finding]:
    for build in engines_built_at_import(project, module):
        mild = build.literal_url or _is_run_once(project, module)
        fix = _fix(project, build) if project.is_requested(RULE.code) or not mild else None
        in_the_way = (Related(fix.place, f"this is in the way of a fix: {fix.reason}"),) if isinstance(fix, Obstacle) else ()
        yield RULE.finding(
            build.site.place,
            _message(project, module, build),
            severity=Severity.INFO if mild else RULE.severity,
            related=(*_related(project, module, build), *in_the_way),
            help="build it on first use, in a cached `get_engine()`, or when the application starts",
            fix=fix if isinstance(fix, Fix) else None,
            on_request=mild,
        )


def _fix(project: Project, build: EngineBuild) -> Fix | Obstacle:
    from sessionlint.rules.engine.import_time_engine.fix import lazy_engine_fix

    return lazy_engine_fix(project, build)


def _is_run_once(project: Project, module: ModuleScope) -> bool:
    return runs_once(module) and not project.importers.of_module(module.path)


def _named(project: Project, module: ModuleScope, build: EngineBuild) -> str:
    if not build.name or build.function is not None:
        return "an engine"
    is_factory = isinstance(project.evaluator.name_kind(build.name, module), kinds.Factory)
    return f"the engine of `{build.name}`" if is_factory else f"engine `{build.name}`"


def _message(project: Project, module: ModuleScope, build: EngineBuild) -> str:
    what = _named(project, module, build)
    by = f" by `{build.function.qualified_name}()`" if build.function is not None else ""
    if build.literal_url:
        consequence = "the driver must be installed and tests cannot swap the URL"
    else:
        consequence = "without a valid URL and its driver the import fails, and tests cannot swap the URL"
    return f"{what} is built at import{by}: {consequence} ({_reach(project, module, build)})"


def _reach(project: Project, module: ModuleScope, build: EngineBuild) -> str:
    users = len(project.importers_of_name(module.path, build.name)) if build.name else 0
    importers = len(project.importers.of_module(module.path))
    of_them = f", {users} of them `{build.name}`" if users and build.function is None and importers > 1 else ""
    return f"{importers or 'no other'} module{'s import' if importers > 1 else ' imports'} `{module.name}`{of_them}"


def _related(project: Project, module: ModuleScope, build: EngineBuild) -> Iterator[Related]:
    if build.builder is not None:
        yield Related(build.builder, "the engine is built here")
    users = project.importers_of_name(module.path, build.name) if build.name else {}
    for place in list((users or project.importers.of_module(module.path)).values())[:3]:
        yield Related(place, "imported here")
