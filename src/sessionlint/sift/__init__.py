"""Which findings are shown: precedence, suppressions, choice."""
