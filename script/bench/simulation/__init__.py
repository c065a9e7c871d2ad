"""How well every estimator of the report does where the truth is known."""
