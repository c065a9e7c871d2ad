"""Every entry of the rule files has a slug for an id, or a visit for a key, and names its source."""

import re

import pytest

from amble.programme import content

ENTRIES = [
    (f"{file}: {id}", id, entry)
    for file, section in [
        ("activities", "activities"),
        ("planning", "weekly_rules"),
        ("planning", "starting_rules"),
        ("stuck", "reasons"),
        ("eligibility", "criteria"),
        ("timetable", "windows"),
    ]
    for entries in [content.read(file)[section]]
    for id, entry in (entries.items() if isinstance(entries, dict) else ((e["id"], e) for e in entries))
]


@pytest.mark.parametrize(("where", "id", "entry"), ENTRIES, ids=[where for where, _, _ in ENTRIES])
def test_entry(where, id, entry):
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", id), where
    assert len(entry["source"]) > 10, where


@pytest.mark.parametrize("section", ["weekly_rules", "starting_rules"])
def test_rules_name_known_conditions_and_steps(section):
    planning = content.read("planning")
    for rule in planning[section]:
        assert set(rule["when"]) <= planning["conditions"].keys(), rule["id"]
        assert rule["step"] in planning["steps"], rule["id"]
