from sessionlint.model.finding import Rule, Severity

RULE = Rule(
    code="SES001",
    name="syntax-error",
    severity=Severity.ERROR,
    why="A file that cannot be parsed is not checked, and Python cannot import it either.",
    symptoms=("SyntaxError", "IndentationError", "UnicodeDecodeError", "source code cannot contain null bytes"),
)
