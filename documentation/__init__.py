"""Makes the documentation site of Markdown in the repository, the rules' pages and the configuration's schema."""
