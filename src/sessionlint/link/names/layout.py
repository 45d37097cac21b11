"""From import statements to files: which module of the project does a dotted name mean?

The layout is not declared anywhere, so it is read off the tree: an absolute import is looked up from every folder above
the importing file (nearest first; those above the project, as far as it is part of a package), then from the declared source
roots, then wherever exactly one file ends that way and stands in no other package.
"""

import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from posixpath import join

_SUFFIXES = (".py", "/__init__.py", ".pyi", "/__init__.pyi")
_SUFFIXES_OF_ROOT = (".py", "__init__.py", ".pyi", "__init__.pyi")

# Libraries whose objects the linter knows: a project folder of the same name (`alembic/`, `celery/`) never shadows them.
KNOWN_LIBRARIES = frozenset(
    {"sqlalchemy", "sqlmodel", "alembic", "fastapi", "starlette", "contextlib", "functools", "typing", "collections"}
)


class Layout:
    """The files of a project as importable modules. ``paths`` are relative to the project root, with forward slashes.

    ``package`` is the dotted name of the package that the root is; "" for none.
    """

    def __init__(self, paths: Iterable[str], source_roots: Sequence[str] = (), package: str = "") -> None:
        self._paths = frozenset(paths)
        self._package = package
        self._around = package.split(".") if package else []
        self._roots = tuple(root.strip("/").removeprefix("./") for root in source_roots)
        self._folders = frozenset(folder for path in self._paths for folder in _parents(path))
        self._by_leaf: dict[str, list[str]] = defaultdict(list)
        for path in sorted(self._paths):
            self._by_leaf[self._dotted(path).rpartition(".")[2]].append(path)
        self._names = frozenset((*self._around, *(name for path in self._paths for name in _names_in(path))))
        self._resolved_from = lru_cache(maxsize=None)(self._resolve)

    def resolve(self, importer: str, module: str, level: int) -> str | None:
        """The path of the module that ``from {level dots}{module}`` means in ``importer``; None: not in the project."""
        if not self.may_resolve(module, level):
            return None
        return self._resolved_from(_folder(importer), module, level)

    def may_resolve(self, module: str, level: int) -> bool:
        """Whether a file or a folder of the project has the name that the import begins with; most imports are of others."""
        return bool(level) or module.partition(".")[0] in self._names

    def _resolve(self, folder: str, module: str, level: int) -> str | None:
        if level:
            return self._relative(folder, module, level - 1)
        if module.partition(".")[0] in KNOWN_LIBRARIES:
            return None
        for above in (folder, *_parents(folder)):
            if (found := self._module_in(above, module)) is not None:
                return found
        for height in range(1, len(self._around) + 1):
            if (found := self._module_above(height, module)) is not None:
                return found
        for root in (*self._roots, "src"):
            if (found := self._module_in(root, module)) is not None:
                return found
        return self._only_module_ending(module)

    def _relative(self, folder: str, module: str, climbed: int) -> str | None:
        depth = len(folder.split("/")) if folder else 0
        if self._around and climbed > depth:
            return self._module_above(climbed - depth, module)
        for _ in range(climbed):
            folder = _folder(folder)
        return self._module_in(folder, module)

    def _module_above(self, height: int, module: str) -> str | None:
        """What ``module`` is in the folder so many above the root."""
        beginning = ".".join(self._around[-height:]) if height <= len(self._around) else None
        if beginning is None or not f"{module}.".startswith(f"{beginning}."):
            return None
        return self._module_in("", module[len(beginning) + 1 :])

    def is_internal(self, importer: str, module: str, level: int) -> bool:
        """Whether the import means the project's own code, also when the file it names was not found."""
        if level:
            return True
        top = module.partition(".")[0]
        if top in KNOWN_LIBRARIES or top not in self._names:
            return False
        in_folder = (join(folder, top) in self._folders for folder in (*_parents(importer), *self._roots, "src"))
        return top in self._around or any(in_folder)

    def _module_in(self, folder: str, module: str) -> str | None:
        parts = module.replace(".", "/")
        stem = f"{folder}/{parts}" if folder and module else folder or parts
        for suffix in _SUFFIXES if stem else _SUFFIXES_OF_ROOT:
            if (path := stem + suffix) in self._paths:
                return path
        return None

    def _only_module_ending(self, module: str) -> str | None:
        # a single word ends too many paths by accident, and `logging.config` is Python's own, whatever a project has
        if "." not in module or module.partition(".")[0] in sys.stdlib_module_names:
            return None
        matches = [path for path in self._by_leaf[module.rpartition(".")[2]] if ("." + self._dotted(path)).endswith("." + module)]
        return matches[0] if len(matches) == 1 and not self._is_inside_package(matches[0], module) else None

    def _is_inside_package(self, path: str, module: str) -> bool:
        """Whether the file has the name ``module`` only below a package: a vendored or an own `mcp/types.py` is another one than
        that of the library."""
        folder = path[: path.rfind(module.replace(".", "/"))].rstrip("/")
        around = (each for each in (folder, *_parents(folder)) if each.rpartition("/")[2] not in ("", "src"))
        return any(map(self._is_package, around))  # many a `src` has an `__init__.py`, and nobody imports it

    def full_path(self, path: str) -> str:
        """``path`` as it is from the folder around the package that the root is."""
        return "/".join((*self._around, path))

    def module_name(self, path: str) -> str:
        """The dotted name a person would use for the file: from the topmost folder that is a package.

        Folders without an ``__init__.py`` inside a package are parts of it, too.
        """
        if self._package:
            return self._dotted(path)
        packages = [folder for folder in _parents(path) if folder and self._is_package(folder)]
        top = _folder(packages[-1] if packages else path)
        return _dotted(path[len(top) + 1 if top else 0 :]) or _dotted(path)

    def _dotted(self, path: str) -> str:
        return ".".join(filter(None, (self._package, _dotted(path))))

    def _is_package(self, folder: str) -> bool:
        return any(join(folder, init) in self._paths for init in ("__init__.py", "__init__.pyi"))


@lru_cache(maxsize=1)
def layout_of(paths: frozenset[str], source_roots: tuple[str, ...], package: str) -> Layout:
    """The layout of these files; a project is linked more than once, and its files stay where they are."""
    return Layout(paths, source_roots, package)


def _dotted(path: str) -> str:
    stem = path.rpartition(".")[0].replace("/", ".")
    return stem.removesuffix(".__init__") if stem != "__init__" else ""


def _names_in(path: str) -> list[str]:
    """What the file and the folders around it are called in code."""
    *folders, file = path.split("/")
    return [*folders, file.rpartition(".")[0]]


def _folder(path: str) -> str:
    """The folder around it; a path is plain here, and this is asked for every import."""
    return path.rpartition("/")[0]


def _parents(path: str) -> Iterator[str]:
    folder = _folder(path)
    while folder:
        yield folder
        folder = _folder(folder)
    yield ""
