"""What a module is called where two of one name have to be told apart."""

from sessionlint.link.names.scopes import ModuleScope


def telling_name(module: ModuleScope) -> str:
    """Its dotted name; where that is one word, which another file may have too, the path with dots."""
    path = module.path.removeprefix("src/").removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    return module.name if "." in module.name else path
