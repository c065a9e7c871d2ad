"""A comparison written down before it is computed: the study file, its faults, and its plain words."""
