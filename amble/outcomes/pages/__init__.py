"""The doors to what the night stored: pages, tables as CSV, lists of people, planners."""
