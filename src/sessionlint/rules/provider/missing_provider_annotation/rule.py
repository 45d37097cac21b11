"""SES410 missing-provider-annotation: a generator that lends a session says nothing of what it yields.

Why: without an annotation the session is ``Any`` wherever the generator is used directly: a missing ``await`` or a method that
does not exist passes the type checker. Off by default: FastAPI's own documentation leaves providers unannotated.

Fix safety: safe, and offered only where the class of the session is certain.
"""

from collections.abc import Iterator

from sessionlint.link.names.scopes import ModuleScope
from sessionlint.link.project import Project
from sessionlint.model.finding import Finding
from sessionlint.questions.injection.resources import is_fixture
from sessionlint.questions.providers.lent_types import unannotated_lenders
from sessionlint.rules.provider.missing_provider_annotation import RULE


def check(project: Project, module: ModuleScope) -> Iterator[Finding]:
    for function, session in unannotated_lenders(project, module):
        from sessionlint.edits.lent_annotations import missing_annotation_fix

        if is_fixture(project, function):
            continue
        element = "AsyncSession" if session.is_async else "Session"
        annotation = f"AsyncGenerator[{element}, None]" if function.node.is_async else f"Generator[{element}, None, None]"
        yield RULE.finding(
            function.place,
            f"`{function.node.name}` has no return annotation: to a type checker the session that it lends is `Any`",
            help=f"annotate it `-> {annotation}`",
            fix=missing_annotation_fix(project, function),
        )
