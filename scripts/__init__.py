"""Maintainers' scripts. They need Python 3.11 and nothing beyond its standard library."""
