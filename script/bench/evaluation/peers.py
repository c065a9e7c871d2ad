"""The same models in Python. One fit per process, with any interpreter that has the peer: peers.py MODEL FILE RUNS.

FILE as for peers.R. The fit is timed; reading the file is not. Prints one line of JSON.
"""

import json
import sys
import time
import warnings
from importlib.metadata import version
from pathlib import Path
from statistics import median

import pandas as pd


def mixed_lm(seen: pd.DataFrame) -> tuple[float, float, bool]:
    """Random intercept per clinician, REML, statsmodels' own settings."""
    import numpy as np
    from statsmodels.regression.mixed_linear_model import MixedLM

    terms = seen.drop(columns=["person", "clinician", "visit", "y"])
    design = np.column_stack([np.ones(len(terms)), terms.to_numpy()])
    fit = MixedLM(seen["y"].to_numpy(), design, groups=seen["clinician"].to_numpy()).fit(reml=True)
    at = 1 + list(terms.columns).index("arm")
    return float(fit.params[at]), float(fit.bse[at]), bool(fit.converged)


def double_ml(seen: pd.DataFrame) -> tuple[float, float, bool]:
    """Interactive regression of one outcome among those measured, linear and logistic nuisances, 5 folds."""
    import doubleml
    import numpy as np
    from sklearn.linear_model import LinearRegression, LogisticRegression

    terms = [name for name in seen.columns if name not in ("person", "clinician", "visit", "y", "arm")]
    np.random.seed(1)
    data = doubleml.DoubleMLData(seen, y_col="y", d_cols="arm", x_cols=terms)
    learners = LinearRegression(), LogisticRegression(max_iter=1000)
    fit = doubleml.DoubleMLIRM(data, *learners, n_folds=5).fit()
    return float(fit.coef[0]), float(fit.se[0]), True


FITS = {"statsmodels": mixed_lm, "DoubleML": double_ml}


def main() -> None:
    name, file, runs = sys.argv[1], sys.argv[2], int(sys.argv[3])
    warnings.simplefilter("ignore")
    seen = pd.read_csv(file)
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        estimate, se, converged = FITS[name](seen)
        times.append(time.perf_counter() - start)
    status = Path("/proc/self/status").read_text().splitlines()
    peak = next(int(line.split()[1]) for line in status if line.startswith("VmHWM:")) / 1024
    told = {"seconds": median(times), "runs": runs, "estimate": estimate, "se": se, "third": int(converged)}
    print(json.dumps(told | {"peak_mb": peak, "version": version(name)}))


if __name__ == "__main__":
    main()
