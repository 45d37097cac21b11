"""What extraction says of sources, good and bad."""

import gc
import importlib.util
from pathlib import Path

import pytest

from sessionlint.extract.module import extract
from sessionlint.model import facts as f
from sessionlint.model.codec import _parents_first
from sessionlint.model.source import Source

REAL_FILES = [
    "argparse",
    "asyncio.tasks",
    "dataclasses",
    "typing",
    "libcst._nodes.op",
    "sqlalchemy.orm.session",
    "sqlalchemy.orm.scoping",
]


def facts_of(text: str) -> f.ModuleFacts:
    return extract(Source("example.py", text))


def body_of(text: str) -> f.Block:
    facts = facts_of(text)
    assert facts.problem is None and facts.skipped is None
    return facts.body


def show(item: object) -> str:
    """Facts as a line of symbols: each node as Class(fields), without places."""
    if isinstance(item, tuple):
        return "[" + " ".join(show(part) for part in item) + "]"
    if isinstance(item, f.Name):
        return item.id
    if isinstance(item, f.Attribute):
        return f"{show(item.value)}.{item.attr}"
    if hasattr(item, "__dataclass_fields__"):
        fields = [name for name in item.__dataclass_fields__ if not name.endswith(("start", "end"))]
        return f"{type(item).__name__}({', '.join(show(getattr(item, name)) for name in fields)})"
    return repr(item)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a = b = c()", "Assign([a b], Call(c, []), None, False)"),
        ("a: B = c", "Assign([a], c, B, False)"),
        ("a += 1", "Assign([a], Constant(1), None, True)"),
        ("type A[T: int] = B", "Assign([A], B, None, False)"),
        ("x = a or b or (c or d)", "Assign([x], BoolOp('or', [a b c d]), None, False)"),
        ("a + b + c", "Evaluate(Operation('+', [a b c]))"),
        ("a + b - c", "Evaluate(Operation('-', [Operation('+', [a b]) c]))"),
        ("a < b is not c", "Evaluate(Operation('<, is not', [a b c]))"),
        (
            "a[1:2, ..., *b]",
            "Evaluate(Subscript(a, [Operation('slice', [Constant(1) Constant(2)]) Operation('...', []) Operation('*', [b])]))",
        ),
        ("x = 'a' \"b\\n\" r'\\c'", "Assign([x], Constant('ab\\n\\\\c'), None, False)"),
        ("'what it' ' does'", "Evaluate(Constant(''))"),
        ("'a' f'{b!r:>{c}}'", "Evaluate(FString([Constant('a') b Constant('>') c]))"),
        (r"'a' '\x4'", "Evaluate(FString([Constant('a') Operation('bytes', [])]))"),
        (r"f'{a}' '\x4' 'b'", "Evaluate(FString([a Operation('bytes', []) Constant('b')]))"),
        (r"'\x4'", "Evaluate(Operation('bytes', []))"),
        ("9" * 5_000, "Evaluate(Operation('number', []))"),
        ("t'a{b!r:>{c}}d'", "Evaluate(FString([Constant('a') b Constant('>') c Constant('d')]))"),
        ('f"{a["b"]}"', "Evaluate(FString([Subscript(a, [Constant('b')])]))"),
        (
            "b'x', 1j, None, True",
            "Evaluate(Collection('tuple', [Operation('bytes', []) Operation('number', []) Constant(None) Constant(True)]))",
        ),
        ("{1: 2, **a}", "Evaluate(Mapping([[Constant(1) Constant(2)] [None a]]))"),
        ("[a async for a in b if c]", "Evaluate(Comprehension('list', [a], [Clause(a, b, [c], True)]))"),
        ("f(*a, b=c, **d)", "Evaluate(Call(f, [Argument(a, None, '*') Argument(c, 'b', '') Argument(d, None, '**')]))"),
        ("(a := b) if c else d", "Evaluate(Conditional(c, Walrus(a, b), d))"),
        ("from ..a.b import c as d, e", "Import('a.b', 2, [Alias('c', 'd') Alias('e', None)])"),
        ("from . import *", "Import('', 1, [Alias('*', None)])"),
        ("import a.b as c, d", "Import(None, 0, [Alias('a.b', 'c') Alias('d', None)])"),
        ("del a, b.c", "Delete([a b.c])"),
        ("assert a, b", "Assert(a, b)"),
        ("raise a from b", "Raise(a, b)"),
        ("global a, b", "Scoping('global', ['a' 'b'])"),
        ("with a as b, c: pass", "With([WithItem(a, b) WithItem(c, None)], [Jump('pass')], False)"),
        ("if a: b\nelif c: d\nelse: e", "If(a, [Evaluate(b)], [If(c, [Evaluate(d)], [Evaluate(e)])])"),
        (
            "try: a\nexcept B, C: d\nfinally: e",
            "Try([Evaluate(a)], [Handler(Collection('tuple', [B C]), None, [Evaluate(d)])], [], [Evaluate(e)])",
        ),
        ("try: a\nexcept* B as b: pass", "Try([Evaluate(a)], [Handler(B, 'b', [Jump('pass')])], [], [])"),
        (
            "match a:\n case B(c, d=[e, *g]) | {'k': h, **i} if j: pass",
            "Match(a, [Case(['c' 'e' 'g' 'h' 'i'], j, [Jump('pass')])])",
        ),
        ("class A[T](B, m=C): pass", "Class('A', [B Argument(C, 'm', '')], [], [Jump('pass')])"),
        (
            "@d\nasync def a(b, /, c: C = 1, *e, g, **h) -> R: yield",
            "Function('a', [Parameter('b', None, None, '/') Parameter('c', C, Constant(1), '') Parameter('e', None, None, '*') "
            "Parameter('g', None, None, 'kw') Parameter('h', None, None, '**')], "
            "R, [d], [Evaluate(Yield(None, False))], True, True)",
        ),
    ],
)
def test_each_construct_becomes_these_facts(text: str, expected: str) -> None:
    assert [show(statement) for statement in body_of(text + "\n")] == [expected]


def test_only_a_yield_in_its_own_scope_makes_a_generator() -> None:
    (outer,) = body_of("def a():\n    def b():\n        yield\n    return lambda: (yield)\n")
    assert isinstance(outer, f.Function) and not outer.is_generator
    inner = outer.body[0]
    assert isinstance(inner, f.Function) and inner.is_generator


def test_a_definition_starts_at_its_decorator_and_ends_before_the_comment_behind_its_body() -> None:
    text = "@a\ndef b(\n    c=(1),  # )\n) -> (D) :  # x\n    return (1)  # y\n    # z\n"
    (function,) = body_of(text)
    assert isinstance(function, f.Function)
    assert text[slice(*function.span)] == text[: text.index("  # y")]
    assert text[slice(*function.name_span)] == "b"
    assert text[slice(*function.returns_span)] == "-> (D)"
    assert text[: function.header_end].endswith("(D) :")
    assert text[slice(*function.params[0].span)] == "c=(1)"


def test_an_argument_takes_a_node_of_its_own_where_it_is_more_than_its_term() -> None:
    text = "f(a, (b), (c, d), *e, g=h)"
    (statement,) = body_of(text + "\n")
    assert isinstance(statement, f.Evaluate) and isinstance(statement.value, f.Call)
    args = statement.value.args
    assert [text[slice(*given.span)] for given in args] == ["a", "(b)", "(c, d)", "*e", "g=h"]
    assert [text[slice(*given.term.span)] for given in args] == ["a", "b", "c, d", "e", "h"]
    assert [(given.star, given.keyword) for given in args] == [("", None)] * 3 + [("*", None), ("", "g")]
    assert [isinstance(given, f.Argument) for given in args] == [False, True, True, True, True]


@pytest.mark.parametrize(
    "header", ["def a():", "def a(b):", "def a[T](\n    b, *, c,\n):", "async def a[*T = *X](  # )\n) :", "def a(b, /):"]
)
def test_without_an_annotation_the_returns_span_is_empty_behind_the_parenthesis(header: str) -> None:
    text = header + " pass\n"
    (function,) = body_of(text)
    assert isinstance(function, f.Function)
    assert function.returns_span.start == function.returns_span.end == header.rindex(")") + 1
    assert function.header_end == len(header)


@pytest.mark.parametrize("name", REAL_FILES)
def test_every_place_in_real_files_holds_what_the_fact_says(name: str) -> None:
    spec = importlib.util.find_spec(name)
    assert spec is not None and spec.origin is not None
    text = Path(spec.origin).read_text("utf-8")
    facts = facts_of(text)
    nodes = _parents_first(facts)
    assert facts.problem is None and len(nodes) > 500
    for node in nodes:
        if isinstance(node, f.Name):
            assert text[slice(*node.span)] == node.id
        elif isinstance(node, f.Attribute):
            assert text[slice(*node.span)].endswith(node.attr)
            assert node.span.contains(node.value.span)
        elif isinstance(node, f.Call):
            inside = text[node.func.span.end : node.span.end]
            assert inside.lstrip(" )\n").startswith("(") and inside.endswith(")")
        elif isinstance(node, f.Argument):
            assert text[slice(*node.span)].startswith(node.star + (node.keyword or ""))
        elif isinstance(node, f.Function):
            assert text[slice(*node.name_span)] == node.name
            assert (
                text[node.header_end - 1] == ":" and text[node.returns_span.start - 1 : node.header_end].count(":") == 1
            ) or node.returns
        elif isinstance(node, f.Clause):
            assert text[slice(*node.span)].startswith(("for ", "async "))


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("if a:\nb\n", 6, "expected an indented block"),
        ("x = (\n", 4, "was never closed"),
        ("a\0b\n", 1, "contains a NUL character"),
        ("x = 1\ny = = 2\n", 10, "invalid syntax"),
        ("x = 1\ry = = 2\r", 10, "invalid syntax"),
        ("if a:\n\x0c    b\nx = = 1\n", 17, "invalid syntax"),
    ],
)
def test_what_does_not_parse_is_a_problem_with_a_place(text: str, place: int, message: str) -> None:
    problem = facts_of(text).problem
    assert problem is not None
    assert problem.span.start == place
    assert message in problem.message and "\n" not in problem.message


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# only\n# comments",
        "\n\n",
        "x",
        "\f\nx = 1\n",
        "if a:\n\tb",
        "x = 1\r\ny = '''a\r\nb'''\r\n",
        "if a:\n  b\n # c",
        "x = 1\ry = 2\r",
    ],
)
def test_odd_but_valid_text_is_read(text: str) -> None:
    for statement in body_of(text):
        assert text[slice(*statement.span)].strip() == text[slice(*statement.span)] != ""


@pytest.mark.parametrize(
    "text", ["(" * 50_000, "[" * 1_500, "-" * 20_000 + "1", "+".join("a" * 5_000), "a" + ".b" * 20_000, "lambda: " * 5_000 + "1"]
)
def test_deep_nesting_is_refused_and_not_a_crash(text: str) -> None:
    problem = facts_of(text).problem
    assert problem is not None and "nested" in problem.message


@pytest.mark.parametrize("terms", [1_000, 20_000])
def test_a_definition_within_a_string_does_not_hide_how_deep_the_code_is(terms: int) -> None:
    chain = "+".join("a" * terms)
    facts = facts_of(f"x = ({chain} + '''\ndef b(): pass\n''' + {chain})\n")
    assert len(facts.body) == 1 or (facts.problem is not None and "nested" in facts.problem.message)


@pytest.mark.parametrize(
    "text", ["(" * 150 + "a" + ")" * 150, "a" + ".b()" * 300, "+".join("a" * 600), "if a: pass\n" + "elif b: pass\n" * 150]
)
def test_nesting_that_python_itself_accepts_is_read(text: str) -> None:
    assert len(body_of(text + "\n")) == 1


def test_a_file_of_twenty_thousand_lines_is_read_whole() -> None:
    assert len(body_of("a.b(c, d)\n" * 20_000)) == 20_000


def test_a_template_is_skipped_and_python_with_braces_is_not() -> None:
    assert facts_of("class {{ name }}:\n    pass\n").skipped == "looks like a template (contains {{ or {%)"
    assert body_of("f'{{a}}'\n")


def test_the_collector_is_left_as_it_was() -> None:
    gc.disable()
    try:
        facts_of("x = (")
        assert not gc.isenabled()
    finally:
        gc.enable()
    facts_of("x = 1")
    assert gc.isenabled()


def test_offsets_are_the_same_numbers_in_all_texts() -> None:
    texts = ("#\n" * 1_000 + "name = 1\n", "#é" + "#" * 1_997 + "\nname = 1\n")
    (first,), (second,) = (extract(Source("a.py", text)).body for text in texts)
    assert first.span == second.span
    assert first.span.start > 256
    assert first.span.start is second.span.start
