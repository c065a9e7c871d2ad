"""Random landed columns (columns.py) for tests of the analyses. Nothing here is realistic.

Whole numbers in landed units, NaN for null. `arm_effect` moves fear-avoidance, activity, function and cost, so that
there is something to find.
"""

import numpy as np

VISITS = ("discharge", "3m", "6m", "12m")


def columns(seed=1, n=600, clinicians=24, clinics=4, arm_effect=1.0, missing=0.3, baseline_missing=0.05):
    rng = np.random.default_rng(seed)
    clinician = rng.integers(0, clinicians, n)
    arm = rng.integers(0, 2, n)
    found = {
        "clinician": clinician,
        "clinic": clinician % clinics,
        "arm": arm,
        "age_years": rng.integers(18, 90, n),
        "symptom_months": _gaps(rng, rng.integers(3, 200, n), 0.2),
        "sex": rng.choice(4, n, p=[0.5, 0.4, 0.02, 0.08]),
        "depression": rng.choice(3, n, p=[0.7, 0.25, 0.05]),
        "anxiety": rng.choice(3, n, p=[0.7, 0.25, 0.05]),
        "activity_level": rng.choice(4, n, p=[0.5, 0.3, 0.15, 0.05]),
        "deprivation_quintile": rng.choice(6, n),
        "language": rng.choice(2, n),
    }
    found["depression_or_anxiety"] = np.where(
        (found["depression"] == 1) | (found["anxiety"] == 1),
        1,
        np.where((found["depression"] == 0) & (found["anxiety"] == 0), 0, 2),
    )
    found["age_group"] = np.digitize(found["age_years"], [45, 65])
    found |= _scores(rng, arm, clinician, arm_effect, missing, baseline_missing)
    found["sessions"] = rng.poisson(4 - arm_effect * arm)
    found["minutes"] = found["sessions"] * 30
    found["cost"] = found["minutes"] * 100 + rng.integers(0, 500, n)
    return {name: np.asarray(values, float) for name, values in found.items()}


def _scores(rng, arm, clinician, effect, missing, baseline_missing):
    n = len(arm)
    health = rng.normal(size=n) + 0.3 * rng.normal(size=clinician.max() + 1)[clinician]
    fear = {
        visit: rng.normal(size=n) - 0.5 * health - 0.6 * effect * arm * (visit != "baseline")
        for visit in _all()
    }
    busy = {
        visit: np.clip(np.round(0.8 + 0.5 * effect * arm * (visit != "baseline") + rng.normal(size=n)), 0, 2)
        for visit in _all()
    }
    found = {}
    for measure, (centre, spread, top) in {
        "function": (50, 12, 1000),
        "pain": (5, 1.5, 100),
        "fear_avoidance": (45, 15, 1000),
    }.items():
        pattern = np.zeros(n, int)
        for bit, visit in enumerate(_all()):
            sign = {"function": 1.0, "pain": -0.5, "fear_avoidance": -1.0}[measure]
            score = (
                fear[visit]
                if measure == "fear_avoidance"
                else (
                    sign
                    * (health - 0.4 * fear["discharge"] * (bit > 1) + 0.2 * busy["discharge"] * (bit > 1))
                    + 0.7 * rng.normal(size=n)
                )
            )
            values = np.clip(np.round(10 * (centre + spread * score)), 0, top)
            values = _gaps(rng, values, baseline_missing if visit == "baseline" else missing)
            found[f"{measure}_{visit}"] = values
            if visit != "baseline":
                pattern |= (~np.isnan(values)).astype(int) << (bit - 1)
        found[f"{measure}_pattern"] = pattern
        found[f"{measure}_baseline_known"] = ~np.isnan(found[f"{measure}_baseline"])
    return found | {f"activity_{visit}": _gaps(rng, busy[visit], missing) for visit in _all()}


def _all():
    return ("baseline", *VISITS)


def _gaps(rng, values, share):
    return np.where(rng.random(len(values)) < share, np.nan, values)
