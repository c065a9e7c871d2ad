"""One file per method: pure functions from sums or rows to estimates. No file access, no study, no report."""
