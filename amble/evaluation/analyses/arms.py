"""How many people and clinicians stand behind a comparison from sums by clinician, and how few are too few."""

from amble.evaluation.sums.moments import ClusterGrams

FEW_PEOPLE = 8  # fewer in an arm: nothing is estimated
FEW_CLINICIANS = 10  # fewer: said beside the numbers


def episodes_by_arm(grams: ClusterGrams) -> tuple[int, int]:
    """Episodes with ETMI and of usual care. The grams have a column "arm"."""
    etmi = grams.gram[:, 0, grams.columns.index("arm")].sum()
    return round(etmi), round(grams.gram[:, 0, 0].sum() - etmi)


def clinicians_by_arm(grams: ClusterGrams) -> tuple[int, int]:
    """Clinicians with an episode with ETMI, and with one of usual care."""
    etmi, n = grams.gram[:, 0, grams.columns.index("arm")], grams.gram[:, 0, 0]
    return int((etmi > 0.5).sum()), int((n - etmi > 0.5).sum())
