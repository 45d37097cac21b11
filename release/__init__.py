"""What has to hold before a release, and what is made again for one; ``python -m release --help``."""
