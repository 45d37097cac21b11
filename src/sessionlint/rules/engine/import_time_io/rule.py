"""SES102 import-time-io: importing the module asks the database.

Why: nothing can import the module while the database is down, missing or not migrated: not the tests, not alembic, not
``--help``. Several workers that start at once all do it, and under a running event loop ``asyncio.run`` raises.

Fix safety: none; where the work belongs (a lifespan, a migration, a command) is for a person to say.
"""

from collections.abc import Iterator

from sessionlint.flow.paths import catches_everything
from sessionlint.link.names.scopes import ModuleScope
from sessionlint.link.project import Project
from sessionlint.model import walk
from sessionlint.model.facts import Try
from sessionlint.model.finding import Finding, Related, Severity
from sessionlint.questions.engines.import_io import ImportIo, io_at_import
from sessionlint.questions.engines.urls import is_sqlite_file
from sessionlint.rules.engine.import_time_io import RULE


def check(project: Project, module: ModuleScope) -> Iterator[Finding]:
    if project.is_program(module):
        return
    for io in io_at_import(project, module):
        is_file = is_sqlite_file(project, io.engine)
        yield RULE.finding(
            io.site.place,
            _message(project, module, io, is_file=is_file),
            severity=Severity.WARNING if is_file else RULE.severity,
            related=tuple(_related(project, module, io)),
            help="do it when the application starts (a lifespan), or in a migration",
        )


def _message(project: Project, module: ModuleScope, io: ImportIo, *, is_file: bool) -> str:
    by = f" through `{io.function.qualified_name}()`" if io.function is not None else ""
    users = len(project.importers.of_module(module.path))
    reach = f" ({users} module{'s import' if users > 1 else ' imports'} `{module.name}`)" if users else ""
    return f"importing this module {io.does}{by}: {_effect(module, io, is_file=is_file)}{reach}"


def _effect(module: ModuleScope, io: ImportIo, *, is_file: bool) -> str:
    if is_file:
        return "tests and tools that import it open its SQLite file, and make one where there is none"
    if _is_guarded(module, io):
        failure = "it waits for the connection to fail, and what it finds holds until the process ends"
    else:
        failure = "the import fails"
    return f"while the database cannot be reached, {failure}"


def _is_guarded(module: ModuleScope, io: ImportIo) -> bool:
    """Whether a ``try`` around the call that catches everything keeps the import going."""
    return any(
        isinstance(one, Try)
        and any(statement.span.contains(io.site.statement.span) for statement in one.body)
        and any(map(catches_everything, one.handlers))
        for one in walk.statements(module.body)
    )


def _related(project: Project, module: ModuleScope, io: ImportIo) -> Iterator[Related]:
    if io.inside is not None:
        yield Related(io.inside, "the database is asked here")
    for place in list(project.importers.of_module(module.path).values())[:3]:
        yield Related(place, "imported here")
