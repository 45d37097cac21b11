"""One walk over control flow, and what is asked of paths."""
