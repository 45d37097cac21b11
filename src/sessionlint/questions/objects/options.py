"""What the options of a query load with its objects: ``selectinload``, ``joinedload``, ``defer``, ``load_only`` and the like."""

from collections.abc import Iterable, Iterator
from dataclasses import field

from sessionlint.model.facts import Attribute, Call, Collection, Constant, Name, Term
from sessionlint.model.records import dataclass

# an attribute that an option names is loaded, or a look at it says that it is not: neither is a lazy load
_NAMING = frozenset(
    {
        *("selectinload", "joinedload", "subqueryload", "contains_eager", "immediateload", "lazyload", "noload", "raiseload"),
        *("selectinload_all", "joinedload_all", "undefer", "with_expression", "selectin_polymorphic"),
    }
)
_LEADING = frozenset({"defaultload", "Load"})


@dataclass(slots=True)
class Options:
    """``loaded``: dotted names of attributes; ``is_plain``: all options were understood."""

    loaded: set[str] = field(default_factory=set)
    deferred: set[str] = field(default_factory=set)
    only: set[str] | None = None
    is_plain: bool = True


def read_options(given: Iterable[Term | None]) -> Options:
    """What the arguments of ``.options(...)`` say; None stands for one behind a star."""
    found = Options()
    for option in given:
        _read(option, "", found)
    return found


def listed(term: Term | None) -> Iterable[Term | None]:
    """The options of ``session.get(User, 1, options=[...])``."""
    match term:
        case None:
            return ()
        case Collection(items=items):
            return items
        case _:
            return (None,)


def _read(option: Term | None, prefix: str, found: Options) -> None:
    for call in _chain(option):
        name = _called(call) if call is not None else ""
        if call is None or any(given.star for given in call.args):
            found.is_plain = False
            return
        named = [*_named(call)]
        if name == "options":
            for given in call.args:
                _read(given.term, prefix, found)
        elif name in ("load_only", "defer"):
            _columns(name, named, prefix, found)
        elif name in _NAMING and named and "*" not in named:
            for one in named:
                prefix = f"{prefix}{one}"
                found.loaded |= {*_prefixes(prefix)}
                prefix += "."
        elif name in _LEADING:
            prefix += "".join(f"{one}." for one in named) if name != "Load" else ""
        else:
            found.is_plain = False


def _called(call: Call) -> str:
    match call.func:
        case Attribute(attr=name) | Name(id=name):
            return name
        case _:
            return ""


def _columns(name: str, named: list[str], prefix: str, found: Options) -> None:
    if prefix:
        return
    if name == "defer":
        found.deferred |= {*named}
    else:
        found.only = (found.only or set()) | {*named}


def _chain(option: Term | None) -> list[Call | None]:
    """``selectinload(A.b).joinedload(B.c)``: its calls, the first one first; a None for what is no such call."""
    calls: list[Call | None] = []
    while isinstance(option, Call):
        calls.append(option)
        option = option.func.value if isinstance(option.func, Attribute) and isinstance(option.func.value, Call) else option.func
        if not isinstance(option, Call):
            return calls[::-1]
    return [None]


def _named(call: Call) -> Iterator[str]:
    for given in call.args:
        match given.term:
            case Attribute(attr=name):
                yield name
            case Constant(value=str() as text):
                yield from text.split(".")
            case Call(func=Attribute(value=Attribute(attr=name), attr="of_type" | "and_")):
                yield name
            case _ if given.keyword is None:
                yield "*"


def _prefixes(path: str) -> Iterator[str]:
    parts = path.split(".")
    return (".".join(parts[: length + 1]) for length in range(len(parts)))
