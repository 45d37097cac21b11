"""How long the linter takes, next to others, on trees that anybody can download. See README.md."""
