"""What can only be known of a study file when the data is there."""

import tomllib
from collections.abc import Mapping, Sequence

from amble.evaluation.settings.checks import nearest
from amble.evaluation.settings.source import Problem, Source


def problems(
    source: Source,
    constant: Sequence[str],
    absent: Sequence[str],
    instruments: Mapping[str, Sequence[str]] | None = None,
) -> list[Problem]:
    """Covariates of the file that cannot be adjusted for in this cohort, and instruments that were not used.

    constant, absent: columns with one value, or none, in the cohort.  instruments: measure -> those in the data.
    The built-in study has no faults of this kind: what it cannot adjust for is left out and named in the report.
    """
    content = tomllib.loads(source.text)
    found = []
    for index, covariate in enumerate(content.get("covariates", ())):
        path = ("covariates", index)
        if covariate in absent:
            words = f"{covariate} is not recorded in this cohort, so it cannot be adjusted for. Take it out."
            found.append(source.problem(path, words))
        elif covariate in constant:
            words = f"{covariate} is the same for everyone in this cohort, so it cannot be adjusted for. Take it out."
            found.append(source.problem(path, words))
    for measure, instrument in content.get("instruments", {}).items() if instruments is not None else ():
        if instrument not in (used := tuple(instruments.get(measure, ()))):
            hint = nearest(instrument, used) if used else "There are no such scores at all."
            words = f"{instrument} was not used in this cohort. {hint}"
            found.append(source.problem(("instruments", measure), words))
    return found
