"""Odd code, most of it valid: a snippet a line, in which ``⏎`` is a line ending.

The readings must agree on each; newer syntax has a table of its own, because only then is it worth a look who reads it.
"""

EXPRESSIONS = r"""
a
(a)
( (a) )
a.b
(a).b
(a) . b
a. \⏎ b
(# ( @⏎a).b
1 .real
-1
- 1
not a
not not a
~a
+-a
0xFF
0b1
0o17
1_000
00
1e5
1.
.5
1e400
3j
9223372036854775807
9223372036854775808
-9223372036854775808
...
None
True
False
'a'
"a" 'b'
("a"⏎ 'b')
'a' \⏎ 'b'
u'a'
U"a" "b"
r'\a'
R'\a' '\x41'
rb'\a'
b'a'
b'a' b'b'
(b'a'  # ' (⏎ rb"b")
b'''a⏎b'''
'''a⏎b'''
'\N{EN DASH}'
'\ud800'
'\d'
'é' + b
é.b(é, (é))
'日本' 'é'
'a\⏎b'
''
"" ''
a + b
a + b + c
(a + b) + c
((a) + b) + c
a + (b + c)
(a + b + c) + d + e
((a + b) + c)
a + b - c
a ** b ** c
a * b * c @ d / e // f % g
a << b >> c & d | e ^ f
a | b | c
(# a + b⏎a) | b | c
a or b
a or b or c
(a or b) or c
a or (b or c)
(a or b) and (c or d)
a and b or c and d
a and (b and c)
not a or not b
a < b
a < b < c
a is b
a is not b
a not in b
a in b == c != d <= e >= f > g
a not \⏎ in b
(a) < (b)
a if b else c
(a) if (b) else (c)
a if b else c if d else e
lambda: a
lambda: (a)
lambda a: a
lambda a, b=1: a
lambda a=(1), *b, c=(2), **d: (a)
lambda a, /, b: a
lambda *, a: a
lambda * a, ** b: a
(lambda b, * # *⏎ a: a)
lambda a=((1)): a
lambda: (yield)
lambda *a: lambda **b: c
(yield)
(yield a)
(yield (a))
(yield a, b)
(yield from a)
(yield from (a))
await a
await (a)
await a.b()
(await a).b
(a := b)
(a := (b))
((a) if (b := c) else d)
f()
f( )
f(a)
f((a))
f( (a) )
f(((a)))
f(a, b)
f((a), (b))
f((a), (b), )
f( (a) , (b) , )
f(a,)
(f)(a)
((f))((a))
(f)((a), b)
(# (⏎f)(# (a⏎(a) # )⏎, # ,⏎(b) # )⏎)
f(a)(b)
f(a)((b))
f(a)(b)((c))
f(*a)
f(* a)
f(*(a))
f(**a)
f(**(a))
f(a=b)
f(a=(b))
f(a = ( b ) )
f(a, *b, c=d, **e)
f(a=b, *c)
f(a=b, *c, d=e)
f((a), b=c, *d)
f(*a, (b))
f(*a, b, *c, d)
f(a=b, **c, d=e)
f((a), *b, (c), d=(e), **(g))
f((a, b))
f((a, b),)
f(((a, b)))
f(())
f((a,))
f((a), b)
f((a).b, (c).d)
f((a)(b))
f((yield))
f((yield a), b)
f(a := b)
f((a := b))
f(a if b else c, (d))
f(lambda: a, (b))
f(a for a in b)
f( a for a in b )
f((a for a in b))
f(((a for a in b)))
f((a) for a in (b))
f((a for a in b), c)
f(c, (a for a in b))
f(a for a in b if (c))
f(# (⏎a for a in b # )⏎)
f(⏎    a,⏎    (b),  # (⏎    c=d,⏎)
f(⏎    # (a⏎    (⏎        # (b⏎        a⏎        # )⏎    )⏎    # ),⏎    ,⏎    b⏎)
f(a⏎)
f((a)⏎)
f((a,⏎)⏎)
()
( )
(# a⏎)
(())
(((),),)
(a,)
(a, )
( a , )
((a),)
((a) , )
(a, b)
(a, b, )
( a, b )
( (a), b )
((a), (b))
( (a) , (b) , )
((a, b))
((a, b), c)
(a, (b, c))
((a), (b, c))
(*a, b)
(*(a), (b))
(a, *b)
(# (⏎a, # (⏎b # )⏎) # )
(a, b).c
(a, b)[c]
((a, b))[(c)]
(a, b)()
(a)[b]
a, b
a, b,
a,
(a),
(a), b
(a), (b)
(a), (b),
(a), b, (c)
((a), b), c
(a, b), c
(a, b), (c, d)
((a, b), c), (d)
(a).b, (c)
(a).b, (c).d
(a)(b), (c)(d)
(a for a in b), (c)
(a + b), (c)
(a) + b, (c)
*a, b
*a, *b
*a,
*(a), (b)
(# ),⏎a), (b # ),⏎)
a or b, c or d
[]
[ ]
[a]
[(a)]
[a, b]
[(a), (b)]
[a, b, ]
[*a, b]
[*(a)]
[[a], [b, (c)]]
{a}
{(a)}
{a, (b), }
{*a, *b}
{}
{ }
{a: b}
{(a): (b)}
{a: b, **c}
{**a}
{**(a), (b): (c), }
{a: b for a in b}
{(a): (b) for a, b in c}
{ (a) : (b) for (a, b) in (c) if (d) if e }
[a for a in b]
[(a) for a in b]
[ (a) for (a) in (b) ]
[a for a in b if c]
[a for a in b if (c) if (d)]
[(a) for a in (b) if (c) for d in (e) if (g)]
[a for a, in b]
[a for a, b in c]
[a for (a, b) in c]
[(a, b) for a in b]
[a for a in b for c in (d) for e in ((g))]
[# (⏎(a # )⏎) # for⏎for # a⏎a in b # ]⏎]
[a for a in b or c]
[a for a in (b, c)]
[a for a in [b for b in c]]
{a for a in b}
{(a) for a in (b)}
(a for a in b)
( a for a in b )
((a) for a in b)
((a) for a in (b))
((a for a in b))
( (a) for a in ((b)) )
((a) for a in b if (c))
((a for a in b) for a in (c for d in e))
(# (⏎a # )⏎for a in b # )⏎)
(a for a in b).c
(a for a in b)()
[a async for a in b]
[a async for a in (b) if c async for d in e]
[await a for a in b]
(a async for a in b)
a[b]
a[(b)]
a[ b ]
a[b, c]
a[b, ]
a[b,]
a[(b, c)]
a[(b, c), ]
a[(b, c), d]
a[(b), (c)]
a[(b), c]
a[b, (c)]
a[((b, c))]
a[((b), (c))]
a[((b), c), (d)]
a[(b), (c), ]
a[(b).c, (d)]
a[(b),]
a[((b),)]
a[()]
a[(),]
a[(# (⏎b), # )⏎(c)]
a[:]
a[ : ]
a[::]
a[b:]
a[b : ]
a[:b]
a[ : b ]
a[b:c]
a[(b):(c)]
a[b:c:d]
a[b::d]
a[::d]
a[b:c: ]
a[b : c : ]
a[(b) : (c) : (d) ]
a[: , b: , c]
a[b:c, d]
a[b:, ]
a[# (⏎b: # c⏎]
a[...]
a[..., b]
a[b if c else d]
a[b or c]
a[lambda: b]
a[b := c]
a[(b := c)]
a[-1]
a[b][c][(d)]
a[b](c)[d].e
[a, *b][c]
'{}'.format(a)
"%s" % (a)
"%s" % (a,)
a if (b) else (c),
print >>a, b
"""

FORMATTED = r"""
f''
f'a'
f"a"
F'a'
f'{a}'
f'{(a)}'
f'{ a }'
f'{a!r}'
f'{a!s:>5}'
f'{a:}'
f'{a:>5}'
f'{a:{b}}'
f'{a:{b}.{c}}'
f'{a:>{b}x{(c)}}'
f'{a:{b!r}}'
f'{a:%H:%M}'
f'{a!r:{b}}'
f'{(a):(b)}'
f'{a=}'
f'{a = }'
f'{ a = !r}'
f'{a=!r:>5}'
f'{(a)=:>5}'
f'{a.b()}c{d}'
f'a{b}c'
f'{{a}}'
f'{{{a}}}'
f'{{{{{a}}}}}'
f'a{{b}}c{d}{{'
f'{a}{b}'
f'{a["b"]}'
f'{a, b}'
f'{a,}'
f'{(a, b)}'
f'{*a, b}'
f'{a if b else c}'
f'{(lambda: a)}'
f'{(a := b)}'
f'{a:=5}'
f'{a!=b}'
f'{a == b}'
f'{a>=b}'
f'{a:{b}={c}}'
f'{yield}'
f'{yield a}'
f'{await a}'
f'{ {a: b} }'
f'{ {a} }'
f'{[a for a in b]}'
f'{(a for a in b)}'
f'{f(a for a in b)}'
f'{f((a), b=(c))}'
f'{a:{f"{b}"}}'
f'{f"{a}"}'
f'{f"{f(a)}b{c}"}d'
f"{a}" 'b'
'a' f'{b}'
'a' f'{b}' "c" f"{d}e"
f'{a}' f'{b}'
f'a' 'b'
'a' f'b'
'\x41' f'{b}' r'\x41' u'c' '''d⏎e'''
('a'⏎ f'{b}'  # '⏎ f'c')
'a' \⏎ f'{b}'
f'\n{a}\t'
f'\x41{a}'
f'\{a}'
f'\\{a}'
f'\'{a}\''
f'\N{EN DASH}{a}'
fr'\N{a}'
rf'\{a}\d'
Rf'\'{a}'
fR'{a:\d}'
f'''{a}'''
f'''a⏎{b}⏎c'''
f'''a'{b}"c'''
f'''{⏎a⏎}'''
f'''{a⏎:b}'''
f'{a:b\x41}'
f'é{a}ü{b}'
f'{é}日{é!r:é>{é}}'
'é' f'{a}' 'é' f'{b}'
é, f'{a}', é(f'{b}')
f(f'{a}', (f'{b}'))
f'{a}' + f'{b}' + f'{c}'
f'{a}'.b
(f'{a}')
f'{a}' if f'{b}' else f'{c}'
f'{a:{{b}}}'
f'{a}}}'
f'a\⏎{b}'
f'{"a" "b"}'
f'{"a" "{b}"}'
f'{a!r}{b!s}{c!a}'
f"{'a' if b else 'c'}"
f'{a:,}'
f'{a:.2f}%'
f'{a:0>2}'
f'{a:#x}'
f'{3.4:10}'
f'{a[b:c]}'
f'{a[b:c]:d}'
f'{a["b":"c"]:d}'
f'{(a)(b)[(c)]:{(d)}}'
"""

FORMATTED_SINCE_312 = r"""
f'{a:{b:{c}}}'
f'{a['b']}'
f'{'a'}'
f'{f'{f'{a}'}'}'
f'{'\n'.join(a)}'
f'{a:{'b'}}'
f'{a # }⏎}'
f'{⏎a⏎}'
f"{'''a⏎b'''}"
f'{"a"}' f'{'b'}'
f'{a['b']:{c['d']}}'
f'{f'{a}' 'b' f"{c}"}'
f'{a["é"]}{é}{f'é{a}'}'
f'''{⏎    a,⏎    (b),⏎}'''
"""

STATEMENTS = r"""
for a in *b, *c: pass
a[(*b, c)]
a = b
a = b = c
(a) = (b)
a = (b)
a, b = c
a, = b
(a, b) = c
(a), (b) = c
[a, b] = c
a, *b = c
*a, = b
a.b = c
a[b] = c
a[b, c] = d
(a).b = c
a = b, c
a = b,
a = *b, c
a = (yield)
a = yield
a = yield b
a = yield b, c
a = await b
a = lambda: (yield)
a += b
a //= (b)
a @= b
a **= yield
a += b, c
(a) += b
a: b
a: b = c
a.b: c = d
a[b]: c
a: b = yield
a: b = c, d
a; b
a;
a; b;
a ;b ; c ;
a = b; c = d;
pass; pass
return
return a
return (a)
return a, b
return (a, b)
return *a, b
return(a)
return (a), (b)
raise
raise a
raise (a)
raise a from b
raise (a) from (b)
raise a(b) from None
del a
del (a)
del a, b
del a,
del (a, b)
del (a), b
del (a), (b)
del [a, b]
del (a,)
del a.b, c[d]
del ()
del []
assert a
assert (a)
assert a, b
assert (a), (b)
assert (a, b)
pass
break
continue
global a
global a, b
nonlocal a, b
import a
import a.b
import a . b
import a as b
import a.b as c, d
import a, \⏎ b
from a import b
from a import b as c
from a import (b)
from a import (b, c,)
from a import ( b as c , # d⏎ e )
from . import a
from .. import a as b
from ... import a
from .... a import b
from .a import b
from . a . b import c
from a import *
from . import *
from a import b, c as d
from __future__ import annotations
if a: pass
if (a): pass
if a: pass;
if a: b; c
if a: b; c ;
if a:⏎  pass⏎else:⏎  b
if a:⏎  pass⏎elif b:⏎  c⏎elif (d):⏎  e⏎else:⏎  g;
if a:⏎  pass⏎else:⏎  if b:⏎    c
if a:⏎  pass⏎else:⏎  if b:⏎    c⏎  else:⏎    d⏎  e
if a: pass⏎elif b: pass⏎else: pass
if a: # x⏎  # y⏎  pass # z⏎  # w⏎# v
if a := b: pass
if a:⏎	b⏎	if c:⏎		d
if a:⏎  if b:⏎    if c:⏎      d;
while a: pass
while (a): b; break;
while a:⏎  b⏎else:⏎  c
for a in b: pass
for a, b in c: pass
for (a, b) in (c): pass
for (a) in (b): pass
for a, in b: pass
for a in b, c: pass
for a in b,: pass
for a in (b, c): pass
for a in *b, c: pass
for a.b in c: pass
for a[b] in c: pass
for a in b:⏎  c⏎else:⏎  d;
async for a in b: pass
async  for a in b:⏎  c⏎else: d
for (a), (b) in c: pass
with a: pass
with a as b: pass
with (a): pass
with (a) as b: pass
with (a) as (b): pass
with ((a)): pass
with (((a))): pass
with ( a ): pass
with (a,): pass
with (a, ): pass
with (a, b): pass
with (a, b,): pass
with ((a, b)): pass
with ((a, b),): pass
with (a, b) as c: pass
with ((a, b)) as c: pass
with ((a, b) as c): pass
with ((a), b): pass
with ((a), (b)): pass
with (a), (b): pass
with (a), b: pass
with a, (b): pass
with (a), b as c: pass
with (a as b): pass
with (a as b,): pass
with (a as b, c as d): pass
with (a as b, c as d,): pass
with (a as b, (c)): pass
with ((a) as b, (c) as (d)): pass
with ((a) as (b)): pass
with (a as (b, c)): pass
with a as (b, c): pass
with a as [b, c]: pass
with a as b.c, d as e[g]: pass
with (yield): pass
with (yield a): pass
with ((yield a)): pass
with (yield a) as b: pass
with (yield from a): pass
with (yield a), b: pass
with ((yield a), b): pass
with (a := b): pass
with ((a := b)): pass
with (a := b) as c: pass
with (a := b), c: pass
with (a for a in b): pass
with ((a for a in b)): pass
with (a for a in b) as c: pass
with ((a for a in b) as c): pass
with (*a, b): pass
with (a, *b): pass
with (a).b: pass
with (a).b as c: pass
with (a)(b): pass
with ((a).b): pass
with (a) + b: pass
with (a)(b), c: pass
with (a).b, (c): pass
with (a).b as c, (d): pass
with ((a)(b) as c, d): pass
with (a), (b) as c: pass
with (a)[b] as (c): pass
with (a if b else c): pass
with (lambda: a): pass
with (await a): pass
with (await a) as b: pass
with await a as b: pass
with a() as b, c() as d: pass
with a, b as c, d: pass
with a as b,\⏎  c as d: pass
with (# (⏎  a as b, # )⏎  c # ):⏎): pass
with ( # a⏎  (a) # b⏎  as # c⏎  (b) # d⏎  , # e⏎): pass
with ( # a⏎  (a) # b⏎) as c: pass
with\⏎ a: pass
with(a): pass
with(a)as b: pass
with (a) as b, (c) as d: pass
with ((a)), ((b)): pass
with (()): pass
with (): pass
with () as a: pass
with [a, b] as c: pass
with {}: pass
with 'a': pass
async with a: pass
async with a as b: pass
async with (a as b, c): pass
async  with (a), b: pass
async with (yield): pass
with a:⏎  b;
with a:⏎  with (b):⏎    c
try: a⏎except: b
try: a⏎finally: b
try: a⏎except b: c
try: a⏎except (b): c
try: a⏎except b as c: d
try: a⏎except (b, c) as d: e
try: a⏎except (b, c): d⏎except e: g⏎else: h⏎finally: i
try:⏎  a⏎except b:⏎  c;⏎else:⏎  d;
try:⏎  a⏎finally:⏎  b;
try:⏎  a⏎except b:⏎  c # d⏎  # e⏎# g
try:⏎  a⏎except b:⏎  try: c⏎  finally: d
def a(): pass
def a(): pass;
def a( ): pass
def a(b): pass
def a(b,): pass
def a(b, c): pass
def a(b=c): pass
def a(b = c): pass
def a(b=(c)): pass
def a(b = (c) ): pass
def a(b=((c)), d=(e)): pass
def a(b=(c, d)): pass
def a(b=(c for c in d)): pass
def a(b=(c).d): pass
def a(b: c): pass
def a(b: (c)): pass
def a(b: c = d): pass
def a(b: (c) = (d)): pass
def a(b:c=(d),): pass
def a(b, /): pass
def a(b, /, c): pass
def a(b=1, /, c=2): pass
def a(b, /, c, *, d): pass
def a(*b): pass
def a(* b): pass
def a(* # *⏎ b): pass
def a(b='#', /, * # c, *⏎ d, ** # **⏎ e): pass
def a(*b: c): pass
def a(*b: (c)): pass
def a(**b): pass
def a(** b): pass
def a(**b: (c)): pass
def a(*, b): pass
def a(*, b=(c)): pass
def a(*, b: c = (d), e): pass
def a(*b, c, **d): pass
def a(b, *c, d=(e), **g,): pass
def a(b, c=1, *d, e, g=(2), **h): pass
def a(⏎  b, # (c⏎  d=( # )⏎    e # )⏎  ), # )⏎): pass
def a(⏎  b: ( # :⏎    c # )⏎  ) = d, # )⏎): pass
def a(⏎  b⏎  = # =⏎  (c)⏎): pass
def a(⏎  *,⏎  b,⏎): pass
def a() -> b: pass
def a() -> (b): pass
def a()->b: pass
def a() -> (b, c): pass
def a() -> ((b)) : pass
def a( # )⏎) -> b: pass
def a(b=c) -> lambda: d: pass
def a(b) -> 'c': pass
def a() : # b⏎  pass
def a(): return
def a():⏎  yield
def a():⏎  def b():⏎    yield
def a():⏎  b = lambda: (yield)
def a():⏎  class b:⏎    yield
def a(b=(yield)): pass
def a():⏎  return [(yield)]
def a():⏎  '''b'''⏎  c;
def a():⏎  with b: yield c
async def a(): pass
async  def a(): await b
async def a(b) -> c:⏎  yield d
def\⏎ a(): pass
def a\⏎(): pass
def  a (): pass
@a⏎def b(): pass
@a⏎@b.c⏎@d(e)⏎def g(): pass
@ a⏎def b(): pass
@(a)⏎def b(): pass
@ ( a )⏎def b(): pass
@( # @⏎  a)⏎def b(): pass
@((a).b)⏎def c(): pass
@a # @⏎# @⏎def b(): pass
@a⏎⏎# @b⏎⏎@c⏎def d(): pass
@a @ b⏎def c(): pass
@(a⏎  @ b)⏎def c(): pass
@a⏎class b: pass
@a⏎async def b(): pass
@a[b]⏎def c(): pass
@(yield)⏎def b(): pass
@lambda a: b⏎def c(): pass
@(a, b)⏎def c(): pass
class a:⏎  @b⏎  def c(self): pass⏎  @d⏎  class e: pass
x = a @ b⏎@c⏎def d(): pass
class a: pass
class a(): pass
class a( ): pass
class a(b): pass
class a((b)): pass
class a( (b) , ): pass
class a(b, c): pass
class a((b), (c)): pass
class a(b, c=d): pass
class a(b, c=(d), **e): pass
class a(*b): pass
class a(*b, c): pass
class a(b, *c, d=e): pass
class a((b).c): pass
class a(b[c], (d[e])): pass
class a((b, c)): pass
class a( # (⏎  (b), # )⏎  c # )⏎): pass
class a(b⏎): pass
class a(metaclass=b): pass
class a (b): pass
class a:⏎  b = c;
class a:⏎  b: c⏎  def d(self): pass⏎  e = 1
class\⏎ a: pass
match a:⏎  case b: pass
match a:⏎  case _: pass
match (a):⏎  case (b): pass
match a,:⏎  case b,: pass
match a, b:⏎  case c, d: pass
match (a, b):⏎  case (c, d): pass
match *a, b:⏎  case *c, _: pass
match a:⏎  case 1 | 2: pass
match a:⏎  case -1 | 1+2j: pass
match a:⏎  case 'b' 'c': pass
match a:⏎  case None: pass
match a:⏎  case b.c: pass
match a:⏎  case b() | c(d) : pass
match a:⏎  case b(c, d=e, g=[h, *i]): pass
match a:⏎  case {'b': c, **d}: pass
match a:⏎  case {}: pass
match a:⏎  case {'b': {'c': d}, 1: e as g}: pass
match a:⏎  case [b, [c, *_], (d | d)] as e if (g): pass
match a:⏎  case (b as c): pass
match a:⏎  case [b] | [b, _]: pass
match a:⏎  case b if c: pass
match a:⏎  case b if (c) : pass
match a:⏎  case (b) if (c := d): pass
match a:⏎  case b: pass;⏎  case c: d;e;⏎  case g:⏎    h;
match a:⏎  # case⏎  case b: # case⏎    c # case⏎    # case⏎  # case⏎  case (# case⏎  d): pass
match( a ):⏎  case(b): pass
match a.b(c):⏎  case d:⏎    match e:⏎      case g: pass⏎  case h: pass
match (yield):⏎  case a: pass
match a := b:⏎  case c: pass
match a :⏎⏎⏎  case b  : c
match = a; case = b
match(a)
match[a]
match.a = case.b
type = a
type(a)
print(a)
print >>a, b
a\⏎  = b
a = \⏎ b
  # b
a # b
a	= (b)
if a:⏎  b⏎⏎⏎# c⏎  # d⏎e
é = ü(ä, (ö), ß=(é))
def é(ü, *ä: ö, **ß: é) -> ü: return (é)
with (é) as ü, (ä): pass
# é日⏎@é⏎class ü((ä), ö=1): pass
'''é⏎日'''; é(⏎(ü),⏎'''ä⏎ö''', (ß))
# ﬁ⏎a
'ﬁ'; a
x = {0}
"""

STATEMENTS_SINCE_311 = r"""
a[*b]
a[*b, c]
a[(b), *c]
a[*(b)]
a[*b, *c,]
a[*b][c:d, *e]
def a(*b: *c): pass
def a(*b: *(c), d): pass
def a(*b: *c[d]) -> e: pass
try: a⏎except* b: c
try: a⏎except *b as c: d
try: a⏎except* (b, c): d⏎else: e⏎finally: g;
try: a⏎except * (b): c;
"""

STATEMENTS_SINCE_312 = r"""
type a = b
type a[b] = c
type a[b: (c), *d, **e] = (g)
type a = (b, c)
type a = lambda: b
type  a  =  b;
def a[b](): pass
def a[b, c](d): pass
def a[b: (c)](): pass
def a[b: c, *d, **e](g: b) -> b: pass
def a[b] (): pass
def a[ b , ] ( ): pass
async def a[*b](*c: *b): pass
class a[b]: pass
class a[b](): pass
class a[b]((c), d=e): pass
class a[b: (c, d)] (e): pass
class a[b, ](b[c]): pass
class a[**b](c, (d)): pass
@a⏎class b[c]: pass
"""

STATEMENTS_SINCE_313 = r"""
type a[b = c] = d
def a[b = (c)](): pass
def a[b = (c)] (d): pass
def a[b: (c) = (d)](): pass
def a[*b = *c](): pass
def a[**b = [c]](): pass
class a[b = c]: pass
class a[b = (c)]((d)): pass
class a[b: c = (d), ](e): pass
"""

STATEMENTS_SINCE_314 = r"""
try: a⏎except b, c: d
try: a⏎except* b, c: d
t'{a}'
t'a{b!r:>{c}}d'
"""

# with characters that no editor shows
SPECIAL = (
    "\x0c\na = 1",
    "\x0cdef a():\n\x0c  pass\n\x0c",
    "a = '\x0c'; (b)",
    "a = 'b\x0bc\x1cd\u2028e'; (f)(g)",
    "a = '\ufeff'",
    "x = 1\r\nif (a):\r\n  '''b\r\nc'''; (d)(e, \\\r\n (g))\r\n",
    "f(\r\n  (a), # b\r\n  'c\\\r\nd',\r\n)\r\n",
    "b'''a\r\nb'''\r\n",
    "f'''a\r\n{b}\r\n''' 'c'\r\n",
    "a\rb",
    "a = 'b\\\rc'",
    "a = '''b\rc'''\r\r\ndef f(\ra): # d\r\treturn f'{a}'\r\t \r\t#\n",
    "\x0cdef a():\n    '''\n    \x0c b'''\n  \x0c    c = f(\n\x0c  d\n)\n\x0c    e = \\\n\x0c f\n",
    "\x0c\n\x0cclass A:\n  \x0c\n\x0c    a = 1\n",
)

LEFT_TO_LIBCST = r"""
ﬁ = 1
a.ﬁ
def a(ﬁ): pass
import ﬁ
f(ﬁ=1)
ªb.ªc
"""

# libcst knows no such thing
UNKNOWN_TO_LIBCST = r"""
(a): b
(a): (b) = (c)
"""

UNREADABLE = r"""
@a, b⏎def c(): pass
exec "a"
a = 0777
if a:⏎	b⏎        c
"""

SPECIAL_LEFT_TO_LIBCST = ("e\u0301 = 1",)
SPECIAL_UNREADABLE = ("\ufeffa",)


def snippets(table: str) -> list[str]:
    """The modules of a table."""
    return [line.replace("⏎", "\n") + "\n" for line in table.strip("\n").split("\n")]
