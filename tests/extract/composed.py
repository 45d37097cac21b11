"""Random modules: forms within forms, with parentheses, gaps and comments wherever they may stand."""

from hypothesis import strategies as st

_ATOMS = st.sampled_from(
    ["a", "b.c", "1", "'s'", "é", "...", "()", "[]", "(a)", "f()", "a[b]", "f'{a}b'", "'ü' f'{é}'", "yield", "-1"]
)
# § is a gap, which only stands within brackets
_EXPRESSIONS = [
    "(§{}§)",
    "({})",
    "({})",
    "{}.b",
    "({}).b",
    "{}(§{}§)",
    "f(§{}§,§{}§)",
    "f({},{},)",
    "f(§*§{}§,§k§=§{}§,§**§{}§)",
    "f(k={}, *{})",
    "f({} for x in {})",
    "f(§{}§for x in§{}§if§{}§)",
    "(§{}§for (x) in§{}§for y in§{}§)",
    "[§{}§for x, in§{}§if§{}§if§{}§]",
    "{{§{}§:§{}§for x in§{}§}}",
    "{{{}:{},**{}}}",
    "{{{}, {}}}",
    "[§{}§,§{}§]",
    "(§{}§,§)",
    "(§{}§,§{}§)",
    "({}, {})",
    "{}, {}",
    "{},",
    "*{}, {}",
    "{} + {}",
    "({} + {}) + {}",
    "{} - {} - {}",
    "{} or {}",
    "{} and {} and {}",
    "not {}",
    "-{}",
    "{} < {}",
    "{} is not {} in {}",
    "{} if {} else {}",
    "lambda x={}, *y, z={}: {}",
    "lambda x=(§{}§): {}",
    "a[{}]",
    "a[§{}§,§{}§]",
    "a[({}), ({})]",
    "a[§{}§:§{}§]",
    "a[§{}§:§{}§:§,§{}§]",
    "{}[{}]",
    "await {}",
    "(yield {})",
    "(yield from {})",
    "(x := {})",
    "f'a{{{}}}b'",
    "f'{{{}!r:>{{{}}}}}' 'c' f'é{{{}=}}'",
    '''f"""a{{§{}§:b{{§{}§}}c}}"""''',
]
_STATEMENTS = [
    "{}",
    "{}; {};",
    "a = b, = {}",
    "a: {} = {}",
    "a.b += {}",
    "return {}",
    "raise {} from {}",
    "assert {}, {}",
    "del a, (b), {}",
    "with {}: pass",
    "with ({}): pass",
    "with (§{}§): pass;",
    "with {} as a: pass",
    "with ({}) as (a), {}: pass",
    "with (§{}§as§b§,§{}§): pass",
    "with ({}), ({}): pass",
    "with ({}, {},): pass",
    "with (§(§{}§)§as§(§b§)§): pass",
    "async with {} as b, ({}): pass",
    "for x in {}: pass",
    "for x, in {}:\n  {}\nelse: {};",
    "while {}: {}; {};",
    "if {}: {}\nelif {}:\n  {}; \nelse:\n  {}",
    "try: {}\nexcept {}: {}\nexcept ({}) as e: {};",
    "def f(§a§=§{}§,§/§,§b: {} = {},§*§,§c={}§)§ -> {}: {}",
    "def f(*a: {}, b, **c: ({})) -> ({}): return {}",
    "def f(a=({})): {};",
    "@{}\nasync def f(): {}",
    "@f({})\n@(§{}§)\ndef f(§):\n  {};",
    "class A({}): {}",
    "class A(§{}§,§*§{}§,§k§=§{}§):\n  a = {};",
    "@{}\nclass A(§({}),§({})§): pass",
    "match {}:\n  case a if {}: {};\n  # case\n  case (b): {}",
    "match ({}):\n  case [a, *b] | {{'c': a, **b}}: {}",
]
_GAPS = st.sampled_from(["", " ", " ", "  ", "\n", " # (\n", "# ),é\n ", "\\\n", "\t", "\r\n"])


def _filled(form: str, parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    holes, gaps = form.replace("{{", "").count("{"), form.count("§")
    return st.tuples(st.tuples(*[parts] * holes), st.tuples(*[_GAPS] * gaps)).map(lambda drawn: _fill(form, *drawn))


def _fill(form: str, parts: tuple[str, ...], gaps: tuple[str, ...]) -> str:
    first, *rest = form.split("§")
    spaced = first + "".join(gap.replace("{", "{{") + text for gap, text in zip(gaps, rest, strict=True))
    return spaced.format(*parts)


def _any(forms: list[str], parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.sampled_from(forms).flatmap(lambda form: _filled(form, parts))


expressions = st.recursive(_ATOMS, lambda inner: _any(_EXPRESSIONS, inner), max_leaves=8)
modules = st.lists(_any(_STATEMENTS, expressions), min_size=1, max_size=3).map("\n".join)
