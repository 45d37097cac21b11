"""SES411 contextmanager-annotation: a context manager that lends a session is annotated as an iterator.

Why: typeshed has deprecated it (pyright: "Annotating the return type as `-> Iterator[Foo]` with `@contextmanager` is
deprecated. Use `-> Generator[Foo]` instead"): ``contextlib`` needs the generator's ``throw``, which an iterator has not.

Fix safety: safe, nothing reads the annotation at run time; none under a decorator that might.
"""

from collections.abc import Iterator

from sessionlint.link.names.scopes import ModuleScope
from sessionlint.link.project import Project
from sessionlint.model.finding import Finding
from sessionlint.questions.providers.lent_types import managers_as_iterators
from sessionlint.rules.provider.contextmanager_annotation import RULE


def check(project: Project, module: ModuleScope) -> Iterator[Finding]:
    for found in managers_as_iterators(project, module):
        from sessionlint.edits.lent_annotations import manager_annotation_fix

        function = found.function
        if function.node.returns is None:
            continue
        wanted = "AsyncGenerator[..., None]" if function.node.is_async else "Generator[..., None, None]"
        decorator = "asynccontextmanager" if function.node.is_async else "contextmanager"
        yield RULE.finding(
            function.module.place(function.node.returns.span),
            f"`{found.generic}` under `@{decorator}` is deprecated: it calls `throw`, which this type has not",
            help=f"annotate it `-> {wanted}`",
            fix=manager_annotation_fix(project, found),
        )
