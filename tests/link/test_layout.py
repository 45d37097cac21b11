"""Which file an import means where nothing declares it."""

import pytest

from sessionlint.link.names.layout import Layout


@pytest.mark.parametrize(
    ("module", "file", "others", "found"),
    [
        ("shop.db", "backend/shop/db.py", (), True),
        ("shop.db", "backend/shop/db.py", ("other/shop/db.py",), False),
        ("db", "backend/db.py", (), False),
        ("logging.config", "backend/logging/config.py", (), False),
        ("mcp.types", "backend/letters/services/mcp/types.py", ("backend/letters/services/__init__.py",), False),
        ("mcp.types", "backend/letters/services/mcp/types.py", (), True),
        ("mcp.types", "backend/letters/services/mcp/types.py", ("backend/letters/__init__.py",), False),
        ("app.db", "src/backend/app/db.py", ("src/__init__.py",), True),
        ("shop", "backend/apps/shop/__init__.py", (), False),
        ("shop.sale", "backend/apps/shop/sale/__init__.py", ("backend/apps/shop/__init__.py",), True),
        ("shop.sale", "backend/apps/shop/sale/__init__.py", ("backend/apps/__init__.py",), False),
    ],
)
def test_a_module_that_only_one_file_can_be(module: str, file: str, others: tuple[str, ...], found: bool) -> None:
    """The one file that ends that way, unless it is inside of another package, or the name is one of Python's own."""
    layout = Layout(("elsewhere/main.py", file, *others))
    assert layout.resolve("elsewhere/main.py", module, 0) == (file if found else None)
