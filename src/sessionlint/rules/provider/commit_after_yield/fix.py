"""From ``Depends(get_db)`` to ``Depends(get_db, scope="function")``, everywhere at once."""

from sessionlint.edits.arguments import add_arguments
from sessionlint.edits.unread_files import mentions_in_unread
from sessionlint.link.project import Project
from sessionlint.model.finding import Applicability, Edit, Fix
from sessionlint.questions.providers.lending import Lender
from sessionlint.rules.provider.commit_after_yield.function_scope import can_be_function_scoped


def function_scope_fix(project: Project, lender: Lender) -> Fix | None:
    """Leave the provider before the response is sent, in every ``Depends`` of the project; None if one of them cannot."""
    if not can_be_function_scoped(project, lender) or any(True for _ in mentions_in_unread(project, lender.function)):
        return None
    edits: list[Edit] = []
    for use in lender.uses:
        if not use.is_function_scoped:
            added = add_arguments(project.source(use.scope), use.call, ['scope="function"'])
            if added is None:
                return None
            edits += added
    return Fix('use `scope="function"` everywhere', tuple(edits), Applicability.UNSAFE)
