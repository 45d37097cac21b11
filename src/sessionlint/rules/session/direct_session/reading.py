"""Whether a statement that a session executes only reads."""

from collections.abc import Iterator, Sequence

from sessionlint.link.names.scopes import Binding, ImportBinding, Scope, ValueBinding
from sessionlint.link.project import Project
from sessionlint.link.values.known_names import WRITING_STATEMENTS
from sessionlint.model import walk
from sessionlint.model.facts import Attribute, Call, Constant, FString, Name, Term
from sessionlint.model.regex import regex

_READS = ("select", "show", "pragma", "explain", "set local ", "values", "with")
_QUERIES = frozenset({"select", "union", "union_all", "exists", "from_statement"})
# `FOR UPDATE` locks what it reads
_WORDS = "insert|update|delete|merge|replace|into|create|alter|drop|truncate|call|grant|revoke"
_WRITES = regex(rf"(?<!for )(?<!for no key )\b({_WORDS})\b(?!\s*\()")  # `replace(name, ...)` is a function
_LITERAL = regex(r"'[^']*'")


def may_write(project: Project, statement: Term, scope: Scope) -> bool:
    """Whether a statement that is executed may be more than a query; one that cannot be seen may."""
    if isinstance(statement, Constant | FString):  # as before SQLAlchemy 2.0
        return not _reads(statement)
    found = False
    for term in _parts(project, statement, scope):
        name = (walk.dotted(term.func) or _last(term.func)).rpartition(".")[2]
        if name in WRITING_STATEMENTS:
            return True
        if name == "text":
            given = _value(project, term.args[0].term, scope) if term.args else None
            if given is None or not _reads(given):
                return True
            found = True
        found = found or name in _QUERIES
    return not found


def _last(func: Term) -> str:
    return func.attr if isinstance(func, Attribute) else ""


def _parts(project: Project, statement: Term, scope: Scope) -> Iterator[Call]:
    """The calls in a statement, and in the values of the names that it is made of."""
    waiting, seen = [(statement, scope)], set[str]()
    while waiting:
        top, where = waiting.pop()
        for term, _ in walk.descend(top):
            if isinstance(term, Call):
                yield term
            elif isinstance(term, Name) and term.id not in seen:
                seen.add(term.id)
                bindings = _bindings(project, term.id, where)
                waiting += [(one.value, one.scope) for one in bindings if isinstance(one, ValueBinding) and one.value is not None]


def _value(project: Project, term: Term, scope: Scope) -> Term | None:
    """The text that a term is, by itself or under a name that is bound once."""
    if isinstance(term, Name):
        match _bindings(project, term.id, scope):
            case [ValueBinding(value=Constant() | FString() as value, path=())]:
                return value
        return None
    return term


def _bindings(project: Project, name: str, scope: Scope) -> Sequence[Binding]:
    """How a name gets its value, in the module from which it is imported."""
    home = project.evaluator.home(name, scope)
    bindings: Sequence[Binding] = home.bindings.get(name, ()) if home is not None else ()
    match bindings:
        case [ImportBinding(importer=importer, module=module, level=level, name=str() as imported)]:
            path = project.layout.resolve(importer.path, module, level)
            found = project.modules.get(path) if path is not None else None
            return found.bindings.get(imported, ()) if found is not None else ()
        case _:
            return bindings


def _reads(text: Term) -> bool:
    """``"select ..."``: one statement that begins as a query does and says no word that writes."""
    if isinstance(text, FString):
        parts = [str(part.value) if isinstance(part, Constant) else " ? " for part in text.parts]
        return bool(parts) and _says_only_reads("".join(parts))
    return isinstance(text, Constant) and _says_only_reads(str(text.value))


def _says_only_reads(sql: str) -> bool:
    plain = _LITERAL.sub("''", " ".join(sql.lower().split())).strip().rstrip("; ")
    return plain.startswith(_READS) and ";" not in plain and not _WRITES.search(plain)
