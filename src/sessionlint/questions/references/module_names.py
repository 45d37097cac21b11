"""What a module is called where two of one name have to be told apart."""


def telling_name(name: str, path: str) -> str:
    """Its dotted name; where that is one word, which another file may have too, the path with dots."""
    return name if "." in name else path.removeprefix("src/").removesuffix(".py").removesuffix("/__init__").replace("/", ".")
