"""The libraries around sessions that a project imports."""

from collections.abc import Iterable, Iterator, Mapping

from sessionlint.link.names.scopes import ImportBinding, ModuleScope
from sessionlint.link.project import Project

FRAMEWORKS: Mapping[str, str] = {
    "sqlalchemy": "SQLAlchemy",
    "sqlmodel": "SQLModel",
    "flask_sqlalchemy": "Flask-SQLAlchemy",
    "alembic": "Alembic",
    "fastapi": "FastAPI",
    "starlette": "Starlette",
    "flask": "Flask",
    "litestar": "Litestar",
    "aiohttp": "aiohttp",
    "django": "Django",
    "strawberry": "Strawberry",
    "celery": "Celery",
    "dramatiq": "Dramatiq",
    "arq": "arq",
    "rq": "RQ",
    "apscheduler": "APScheduler",
    "dependency_injector": "Dependency Injector",
    "typer": "Typer",
    "click": "Click",
    "pytest": "pytest",
    "pytest_asyncio": "pytest-asyncio",
}


def frameworks(project: Project) -> Mapping[str, int]:
    """How many files import each of FRAMEWORKS, by its own name; only those that some file imports."""
    found = dict.fromkeys(FRAMEWORKS, 0)
    for module in (*project.modules.values(), *project.outlines):
        for name in {binding.module.partition(".")[0] for binding in imports_of(module) if not binding.level} & found.keys():
            found[name] += 1
    return {FRAMEWORKS[name]: count for name, count in found.items() if count}


def imports_of(module: ModuleScope) -> Iterator[ImportBinding]:
    """Every imported name, wherever in the module it is bound."""
    yield from module.star_imports
    for scope in module.scopes:
        for bindings in scope.bindings.values():
            yield from _imports(bindings)


def _imports(bindings: Iterable[object]) -> Iterator[ImportBinding]:
    return (binding for binding in bindings if isinstance(binding, ImportBinding))
