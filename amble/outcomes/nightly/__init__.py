"""The nightly job: snapshot, evaluation, figures; all of it stored, or none."""
