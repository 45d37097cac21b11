"""Which versions a project declares: one module for each kind of file, and ``folder`` that looks for them."""
