"""Right code in a project's own names. Every example is a whole file in which nothing is to be found."""

from collections.abc import Sequence

from sessionlint.model.records import dataclass
from sessionlint.questions.inventory.ways import Manner, Way

QUERY = 'text("select 1")'


@dataclass(frozen=True, slots=True)
class Words:
    """What differs between synchronous and asynchronous code."""

    way: Way

    @property
    def define(self) -> str:
        return "async def" if self.way.is_async else "def"

    @property
    def enter(self) -> str:
        return "async with" if self.way.is_async else "with"

    @property
    def wait(self) -> str:
        return "await " if self.way.is_async else ""

    @property
    def session_class(self) -> tuple[str, str]:
        """Its module and its name."""
        return ("sqlalchemy.ext.asyncio", "AsyncSession") if self.way.is_async else ("sqlalchemy.orm", "Session")

    @property
    def opened(self) -> str:
        """What is entered."""
        return f"{WRAPPER}()" if self.way.manner is Manner.WRAPPED else self.way.call


WRAPPER = "session_scope"  # what the example calls the context manager that a project does not have yet


def route(way: Way) -> str:
    words = Words(way)
    module, name = words.session_class
    depends = way.manner is Manner.DEPENDS
    imports = [
        ("fastapi", "APIRouter, Depends" if depends else "APIRouter"),
        ("sqlalchemy", "text"),
        *([(module, name)] if depends else []),
        (way.module, way.name),
    ]
    parameter = f"{way.session}: {name} = Depends({way.name})" if depends else f"{way.session}: {way.name}"
    body = [
        "router = APIRouter()",
        "",
        "",
        '@router.get("/answer")',
        f"{words.define} answer({parameter}) -> int:",
        f"    return {words.wait}{way.session}.scalar({QUERY})",
    ]
    return _file(imports, body)


def service(way: Way) -> str:
    words = Words(way)
    end = [] if way.commits else [f"        {words.wait}{way.session}.commit()"]
    said = "  # commits at its end" if way.commits else ""
    body = [
        *_defined(way),
        f"{words.define} save(entry: object) -> None:",
        f"    {words.enter} {words.opened} as {way.session}:{said}",
        f"        {way.session}.add(entry)",
        *end,
    ]
    return _file(_imports(way), body)


def task(way: Way) -> str:
    words = Words(way)
    body = [*_defined(way), f"{words.define} count_entries() -> int:", *_reading(words)]
    return _file([("sqlalchemy", "text"), *_imports(way)], body)


def script(way: Way) -> str:
    words = Words(way)
    run = ["    asyncio.run(main())"] if way.is_async else ["    main()"]
    reading = [line.replace("return ", "print(") + ")" if "return " in line else line for line in _reading(words)]
    body = [*_defined(way), f"{words.define} main() -> None:", *reading, "", "", 'if __name__ == "__main__":', *run]
    return _file([*([("", "asyncio")] * way.is_async), ("sqlalchemy", "text"), *_imports(way)], body)


def with_fixture(way: Way) -> str:
    words = Words(way)
    module, name = words.session_class
    body = [
        f"{words.define} test_answer({way.name}: {name}) -> None:",
        f"    assert {words.wait}{way.name}.scalar({QUERY}) == 1",
    ]
    return _file([("sqlalchemy", "text"), (module, name)], body)


def with_override(way: Way) -> str:
    """A test that gives the application its own session; it has to name the provider that the routes name."""
    module, name = Words(way).session_class
    body = [
        f"def give_routes(app: FastAPI, session: {name}) -> None:",
        f"    app.dependency_overrides[{way.code.name}] = lambda: session",
    ]
    return _file([("fastapi", "FastAPI"), (module, name), (way.home, way.code.name)], body)


def _reading(words: Words) -> list[str]:
    return [
        f"    {words.enter} {words.opened} as {words.way.session}:",
        f"        return {words.wait}{words.way.session}.scalar({QUERY})",
    ]


def _defined(way: Way) -> list[str]:
    if way.manner is not Manner.WRAPPED:
        return []
    return [f"{WRAPPER} = {'async' if way.is_async else ''}contextmanager({way.name})  # once, beside `{way.name}`", "", ""]


def _imports(way: Way) -> list[tuple[str, str]]:
    wrapper = [("contextlib", "asynccontextmanager" if way.is_async else "contextmanager")]
    module, _, name = way.session_class.rpartition(".")
    cls = [(module, name)] if name else []
    return [*(wrapper if way.manner is Manner.WRAPPED else []), *cls, (way.module, way.name)]


_STANDARD = ("asyncio", "contextlib")
_LIBRARIES = ("fastapi", "sqlalchemy", "sqlalchemy.orm", "sqlalchemy.ext.asyncio", "sqlmodel", "sqlmodel.ext.asyncio.session")


def _file(imports: Sequence[tuple[str, str]], body: Sequence[str]) -> str:
    """Imports in their three groups, then the code."""
    standard = [one for one in imports if (one[0] or one[1]) in _STANDARD]
    libraries = [one for one in imports if one[0] in _LIBRARIES]
    own = [one for one in imports if one not in standard and one not in libraries]
    groups = ["\n".join(_import(*one) for one in sorted(group)) for group in (standard, libraries, own) if group]
    gap = "\n\n\n" if body[0].startswith(("def", "async")) else "\n\n"
    return "\n\n".join(groups) + gap + "\n".join(body) + "\n"


def _import(module: str, names: str) -> str:
    return f"from {module} import {names}" if module else f"import {names}"
