"""The statistical engine: ETMI against usual care, from a snapshot of routine data to a report.

Knows no web framework. Read in this order: snapshot (the tables it reads), study (the questions asked),
cohort (who is in, one wide row per episode), sums (the data is scanned once), estimators (sums and rows to
numbers), diagnostics (may the numbers be believed), analyses (one file per question), report (for people).
"""
