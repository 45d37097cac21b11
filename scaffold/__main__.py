"""``python -m scaffold session stale-read``: the folder of a new rule, under a code that is free."""

import re
from collections.abc import Collection
from pathlib import Path

import click

from sessionlint import __version__
from sessionlint.rules.registry import registered_rules

RULES = Path(__file__).parent.parent / "src" / "sessionlint" / "rules"
FAMILIES = {"engine": 1, "factory": 2, "session": 3, "provider": 4, "consumption": 5, "concurrency": 6, "object": 7}

_RULE = """\
from sessionlint.model.finding import Rule, Severity, Stability

RULE = Rule(
    code="{code}",
    name="{name}",
    severity=Severity.WARNING,
    why="TODO What the rule protects from, in one sentence for the reader of a finding.",
    on=False,
    symptoms=("TODO the error text that people paste into a search box",),
    stability=Stability.PREVIEW,
    since="{version}",
)
"""

_CHECK = '''"""{code} {name}: TODO what is wrong, in one sentence.

Why: TODO what goes wrong then, and where SQLAlchemy's documentation, or a proof on the page, says so.
"""

from collections.abc import Iterator

from sessionlint.link.names.scopes import ModuleScope
from sessionlint.link.project import Project
from sessionlint.model.finding import Finding
from sessionlint.rules.{family}.{module} import RULE


def check(project: Project, module: ModuleScope) -> Iterator[Finding]:
    """The findings in ``module``."""
    for site in module.calls_named(("todo",)):
        yield RULE.finding(site.place, "TODO what will happen here, in the words of the person who wrote the line")
'''

_PAGE = """\
# {name} ({code})

TODO What it finds, in one or two sentences.

## What breaks in production

TODO What people see, with the error text that they search for: `TODO the error text that people paste into a search box`.

## Example

```python
todo()
```

## Use instead

```python
```

## Known false alarms

None are known.

## Fix safety

There is no fix.

## Options

None.

## When not to use it

TODO

## References

- [TODO the documentation that the claim rests on](https://)

## Cases

### What it finds

```python title="app.py"
from sqlalchemy.orm import Session

todo()  # warning: {code} "what will happen here"
```

### What it leaves alone

```python title="app.py"
from sqlalchemy.orm import Session

done()
```

## Proof

### What breaks

```python proof="fails" raises="TODO"
raise RuntimeError("TODO a script against the real libraries that ends with the error")
```
"""


@click.command(help=__doc__)
@click.argument("family", type=click.Choice(sorted(FAMILIES)))
@click.argument("name")
def main(family: str, name: str) -> None:
    rules = {entry.rule.code: entry.rule.name for entry in registered_rules()}
    taken = {*rules, *(former for entry in registered_rules() for former in entry.rule.former)}
    if not re.fullmatch(r"[a-z]+(-[a-z]+)+", name):
        raise click.UsageError(f'"{name}": a name is words of small letters with hyphens between, such as bare-session')
    if name in rules.values():
        raise click.UsageError(f"there is a rule {name} already")
    module = name.replace("-", "_")
    folder = RULES / family / module
    code = _free_code(FAMILIES[family], taken)
    folder.mkdir()
    told = {"code": code, "name": name, "family": family, "module": module, "version": __version__}
    for file, text in {"__init__.py": _RULE, "rule.py": _CHECK, "page.md": _PAGE}.items():
        (folder / file).write_text(text.format(**told), encoding="utf-8")
    click.echo(f"{code} {name}: {folder.relative_to(RULES.parents[2]).as_posix()}")
    click.echo("and its row in docs/rules.md:  nox -s tables")
    click.echo(f"next: write the page's cases, then the rule; try it with  nox -s page -- {name}")


def _free_code(family: int, taken: Collection[str]) -> str:
    """One behind the last of the family: a code that was given up is not given again."""
    last = max(int(code[-2:]) for code in taken if re.fullmatch(rf"SES{family}\d\d", code))
    return f"SES{family}{last + 1:02}"


if __name__ == "__main__":
    main(prog_name="python -m scaffold")
