"""The shape of the house: which layer may know which, and what must lie beside what."""

import ast
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from sessionlint.rules.registry import registered_rules

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "src" / "sessionlint"
OPENERS = {"open", "read_text", "read_bytes", "write_text", "write_bytes", "unlink", "mkdir", "iterdir", "glob", "rglob"}


def test_no_layer_imports_a_higher_one_and_no_rule_another() -> None:
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()", "--no-cache"]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "0 broken" in result.stdout


def test_the_model_imports_the_standard_library_only() -> None:
    imported = {name for path in _modules(PACKAGE / "model") for name in _imported(path)}
    foreign = imported - sys.stdlib_module_names - {"sessionlint"}
    assert foreign <= {"typing_extensions"}, "typing_extensions is for type checkers only"


def test_a_plain_run_of_the_model_does_not_need_typing_extensions() -> None:
    imports = "".join(f"import sessionlint.model.{path.stem}\n" for path in _modules(PACKAGE / "model"))
    subprocess.run([sys.executable, "-c", f"import sys; sys.modules['typing_extensions'] = None\n{imports}"], check=True)


@pytest.mark.parametrize("layer", ["rules", "link", "model", "report"])
def test_a_layer_between_text_and_findings_never_opens_a_file(layer: str) -> None:
    """But for the registry, which looks for the rules beside it; pkgutil took ten times as long for that."""
    own = {"registry.py": {"glob"}} if layer == "rules" else {}
    found = {path.name: calls for path in _modules(PACKAGE / layer) if (calls := OPENERS & set(_called(path)))}
    assert found == own


def test_programs_are_called_in_three_places() -> None:
    """git, which is told there what not to run, and ourselves: to do a part of a run, and to check one repository of many."""
    callers = {_dotted(path) for path in _modules(PACKAGE) if "subprocess" in set(_imported(path))}
    ours = {"sessionlint.run.processes", "sessionlint.fleet.attempt"}
    assert callers == {"sessionlint.run.revision.git", *ours}


def test_every_rule_has_its_page_beside_it_and_every_page_its_rule() -> None:
    pages = sorted((PACKAGE / "rules").rglob("*.md"))
    assert pages
    assert sorted(registered.page for registered in registered_rules()) == pages


def test_a_code_and_a_name_are_given_once() -> None:
    """What a rule was called before included: that is not given again."""
    rules = [entry.rule for entry in registered_rules()]
    given = [name.upper() for rule in rules for name in (rule.code, rule.name, *rule.former)]
    assert len({*given}) == len(given) >= 2 * len(rules) > 0


def test_what_one_rule_alone_uses_stands_in_its_folder() -> None:
    """A module of ``questions`` or ``edits`` serves several, or belongs to the one that it serves."""
    users: dict[str, set[str]] = defaultdict(set)
    for path in _modules(PACKAGE):
        for name in _imported_modules(path):
            users[name].add(_owner(path))
    shared = [
        _dotted(path) for floor in ("questions", "edits") for path in _modules(PACKAGE / floor) if path.name != "__init__.py"
    ]
    assert {name: owners for name in shared if len(owners := users[name]) == 1 and ".rules." in next(iter(owners))} == {}


def test_a_search_is_what_the_rule_asks() -> None:
    """What only other parts of a rule use has a name of its own, for whoever looks for the rule's search."""
    searches = sorted((PACKAGE / "rules").rglob("search.py"))
    assert searches
    assert [path for path in searches if _dotted(path) not in _imported_modules(path.with_name("rule.py"))] == []


def test_nobody_remembers_answers_but_the_memory() -> None:
    """Keys of other caches are objects of one run, and nobody knows when their answers end."""
    caching = {"cache", "lru_cache", "cached_property"}
    found = {
        _dotted(path)
        for floor in ("questions", "edits", "rules", "flow")
        for path in _modules(PACKAGE / floor)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and node.module == "functools" and caching & {alias.name for alias in node.names}
    }
    own = {"sessionlint.rules.registry", "sessionlint.edits.bindings"}  # rules, and fields of classes: no answers about a project
    assert found == {*own, "sessionlint.questions.references.own_names"}  # an answer about one file, of which one asks for parts


def test_a_table_of_names_stands_once() -> None:
    """Names of SQLAlchemy's or FastAPI's that two modules need have one home."""
    tables: dict[frozenset[str], set[str]] = defaultdict(set)
    for path in _modules(PACKAGE):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Set) and len(node.elts) >= 3:
                words = [item.value for item in node.elts if isinstance(item, ast.Constant) and isinstance(item.value, str)]
                if len(words) == len(node.elts):
                    tables[frozenset(words)].add(_dotted(path))
    assert {tuple(sorted(words)): sorted(homes) for words, homes in tables.items() if len(homes) > 1} == {}


def test_a_module_compiles_no_regular_expression_before_it_is_needed() -> None:
    """``regex`` does that later. What stands in functions runs later, too."""
    compiling = [
        _dotted(path) for path in _modules(PACKAGE) if "compile" in set(_called_at_import(ast.parse(path.read_text("utf-8"))))
    ]
    assert compiling == []


def _called_at_import(node: ast.AST) -> Iterator[str]:
    for inner in ast.iter_child_nodes(node):
        if not isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            if isinstance(inner, ast.Call) and isinstance(inner.func, ast.Attribute):
                yield inner.func.attr
            yield from _called_at_import(inner)


def test_the_heavy_libraries_are_not_imported_by_asking_for_help() -> None:
    code = "import sys, sessionlint.cli; print(sorted({'libcst', 'sqlalchemy'} & set(sys.modules)))"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"


def _dotted(path: Path) -> str:
    return ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts)


def _owner(path: Path) -> str:
    """The rule that a module belongs to, or the module itself."""
    parts = path.relative_to(PACKAGE.parent).parts
    return ".".join(parts[:4]) if parts[1] == "rules" and len(parts) > 4 else _dotted(path)


def _imported_modules(path: Path) -> Iterator[str]:
    """The modules that a module imports names from, wherever in it; also those of ``from package import module``."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _modules(folder: Path) -> list[Path]:
    found = sorted(folder.rglob("*.py"))
    assert found, f"no modules in {folder}"
    return found


def _imported(path: Path) -> Iterator[str]:
    """The top-level packages that a module imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.split(".")[0]


def _called(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            func = node.func
            if isinstance(func, ast.Name):
                yield func.id
            elif isinstance(func, ast.Attribute):
                yield func.attr


def test_fixes_are_imported_with_the_first_finding() -> None:
    """Most files have none, and what changes text is a fifth of what the rules would import."""
    code = (
        "import sys\n"
        "from sessionlint.model.source import Source\n"
        "from sessionlint.run.analysis import analyse_sources\n"
        "analyse_sources({'a.py': Source('a.py', 'from sqlalchemy.orm import Session\\n')})\n"
        "print([name for name in sys.modules if name.startswith('sessionlint.edits.') or name.endswith('.fix')])"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
