"""Pictures as Altair charts: common (colours, groups, ranges), lines, listed (a row each), areas."""
