"""Our pages in a real browser: what they show, what they do when somebody filters and clicks, and what they must not do."""
