"""The pages of rules, by name, without importing the rules."""


def rule_page(name: str) -> str:
    """What a rule's page says to users, in Markdown; "" where there is no such rule."""
    from importlib.resources import files  # takes long to import

    from sessionlint.report.page import user_part

    folder = name.replace("-", "_")
    pages = (family / folder / "page.md" for family in files("sessionlint.rules").iterdir())
    page = next((page for page in pages if page.is_file()), None)
    return user_part(page.read_text(encoding="utf-8")) if page else ""
