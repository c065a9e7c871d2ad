"""What no sentence of a report may hold: numbers that are none, codes, and a word that misleads."""

import re

ODD = re.compile(
    r"significan|\bnan\b|\bNone\b|\binf\b| {2}|\w_\w|\w:\w|\{|\}"
    r"|\b(?:6w|3m|6m|12m|mmrm|tost|aipw|lmm|etmi|smd)\b"
)
FILE = re.compile(r"tables/\w+\.csv")


def odd(text: str) -> bool:
    return ODD.search(FILE.sub("", text)) is not None
