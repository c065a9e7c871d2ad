"""Pictures as Vega-Lite: common (colours, groups, ranges), lines, listed (a row each), areas.

Plain dictionaries, not Altair as on Amble's pages (docs/decisions/0007): a report has dozens of pictures, and Altair
takes four times as long to describe one as vl-convert takes to draw it.
"""
