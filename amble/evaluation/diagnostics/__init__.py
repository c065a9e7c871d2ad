"""May the estimates be believed: balance, overlap, missingness, unmeasured confounding."""
