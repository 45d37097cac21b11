"""Configuration, discovery, the pipeline and the fixpoint: everything that touches the disk."""
