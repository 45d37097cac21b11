"""SES401 provider-annotation: a provider that yields a session is annotated as if it returned one.

Why: a function that yields returns a generator. Annotated ``-> Session``, its direct callers are checked against a type
that they never get, and mypy reports every such function ("The return type of a generator function should be
"Generator" or one of its supertypes"). FastAPI ignores the annotation of a dependency.

Fix safety: safe, nothing reads the annotation at run time; none under a decorator that might. The new type comes from
``collections.abc`` unless the file has another spelling already; the element type stays as it was written.
"""

from collections.abc import Iterator

from sessionlint.link.names.scopes import ModuleScope
from sessionlint.link.project import Project
from sessionlint.model.finding import Finding
from sessionlint.questions.providers.providers import MisannotatedProvider, misannotated_providers
from sessionlint.rules.provider.provider_annotation import RULE


def check(project: Project, module: ModuleScope) -> Iterator[Finding]:
    for provider in misannotated_providers(project, module):
        from sessionlint.edits.generator_annotation import generator_annotation_fix

        yield RULE.finding(
            provider.function.place,
            _message(project, provider),
            help=f"annotate it `-> {provider.generator}[{provider.element}{', None' if provider.is_async else ', None, None'}]`",
            fix=generator_annotation_fix(project, provider),
        )


def _message(project: Project, provider: MisannotatedProvider) -> str:
    function = provider.function
    annotation = function.node.returns
    assert annotation is not None
    written = project.source(function).text[slice(*annotation.span)]
    kind = "an async generator" if provider.is_async else "a generator"
    return f"`{function.node.name}` is {kind}, but its annotation says `{' '.join(written.split())}`"
