"""`amble instruments` from the shell."""

import json

import pytest
from click.testing import CliRunner

from amble.cli.main import main


@pytest.fixture(autouse=True)
def kept(tmp_path, monkeypatch):
    monkeypatch.setenv("AMBLE_WORDING", str(tmp_path / "kept"))


@pytest.fixture
def amble():
    def run(*arguments):
        return CliRunner().invoke(main, ["instruments", *map(str, arguments)])

    return run


@pytest.fixture
def answers(tmp_path):
    def write(text):
        path = tmp_path / "answers.json"
        path.write_text(text, encoding="utf-8")
        return path

    return write


TWELVE = json.dumps({f"item_{n}": True for n in range(1, 13)})


@pytest.mark.parametrize(
    "text",
    [TWELVE, f'{{"version": "1", "answers": {TWELVE}}}', "[1,2,3,4,5,6,7,8,9,10,11,12]", "\ufeff" + TWELVE],
)
def test_roland_morris_is_scored_from_a_file(amble, answers, text):
    done = amble("score", "rmdq", answers(text))
    assert done.exit_code == 0
    assert json.loads(done.stdout) == {
        "instrument": "rmdq",
        "version": "1",
        "scales": {"raw": {"value": 12.0}, "function": {"value": 50.0}},
        "missing": [],
    }


def test_where_there_is_no_score_there_is_a_reason(amble, answers):
    done = amble("score", "phq4", answers('{"item_1": 2, "item_2": 1, "item_3": 0}'))
    assert done.exit_code == 0
    printed = json.loads(done.stdout)
    assert printed["scales"]["anxiety"] == {"value": 3.0, "screen_positive": True}
    assert printed["scales"]["depression"]["value"] is None
    assert "item_4" in printed["scales"]["depression"]["reason"]
    assert printed["missing"] == ["item_4"]


@pytest.mark.parametrize(
    ("instrument_id", "text", "named"),
    [
        ("rmdq", '{"item_25": true, "item_1": "perhaps"}', ["item_25", "item_1", "item_24"]),
        ("rmdq", '{"item_1": true, "item_1": false}', ["item_1", "more than once"]),
        ("rmdq", "[1, 1]", ["item_1", "more than once"]),
        ("rmdq", '["nose"]', ["nose"]),
        ("pain_nrs", '{"pain": 11}', ["pain", "0 to 10"]),
        ("pain_nrs", '{"pain": NaN}', ["pain", "0 to 10"]),
        ("pain_nrs", "[7]", ["JSON object"]),
        ("pain_nrs", "7", ["JSON object"]),
        ("pain_nrs", '{"answers": 7}', ["JSON object"]),
        ("pain_nrs", '{"answers": {}, "note": 1}', ["note"]),
        ("pain_nrs", '{"version": 1, "answers": {}}', ["version"]),
        ("pain_nrs", '{"pain": ', ["JSON"]),
        ("pain_nrs", "[" * 100_000, ["JSON"]),
        ("pain_nrs", '{"pain": 1' + "0" * 5000 + "}", ["JSON"]),
        ("pain_nrs", "", ["JSON"]),
    ],
)
def test_a_file_that_cannot_be_scored_is_named_with_the_reason(amble, answers, instrument_id, text, named):
    path = answers(text)
    done = amble("score", instrument_id, path)
    assert (done.exit_code, done.stdout) == (2, "")
    for words in [str(path), *named]:
        assert words in done.stderr


def test_what_does_not_exist_is_answered_with_what_does(amble, answers, tmp_path):
    absent = amble("score", "rmdq", tmp_path / "absent.json")
    assert absent.exit_code == 2
    assert "absent.json" in absent.stderr
    unknown = amble("score", "odi", answers("{}"))
    assert unknown.exit_code == 2
    assert "rmdq" in unknown.stderr
    old = amble("score", "rmdq", answers('{"version": "0", "answers": {}}'))
    assert old.exit_code == 2
    assert "no version '0'" in old.stderr


def test_list_and_show_tell_what_is_missing_or_not_validated(amble):
    listed = {line.split()[0]: line for line in amble("list").stdout.splitlines()}
    assert "not validated" in listed["fear_of_activity"]
    assert "wording missing" in listed["fabq_pa"]
    assert "not validated" not in listed["rmdq"]
    shown = amble("show", "rmdq")
    assert shown.exit_code == 0
    assert "I stay in bed most of the time because of my back." in shown.stdout
    assert "Spine 1983" in shown.stdout
    assert amble("show", "odi").exit_code == 2


def test_wording_is_added_in_one_command(amble, tmp_path):
    path = tmp_path / "words.toml"
    path.write_text('permission = "made up"\nintro = "i"\nlow = "l"\n[items]\nitem_2 = "x"\n')
    refused = amble("add-wording", "fabq_pa", path)
    assert refused.exit_code == 2
    assert "words.toml" in refused.stderr
    assert "wording missing" in amble("show", "fabq_pa").stdout
    items = "".join(f'item_{n} = "text {n}"\n' for n in (2, 3, 4, 5))
    path.write_text(f'permission = "made up"\nintro = "i"\nlow = "l"\nhigh = "h"\n[items]\n{items}')
    assert amble("add-wording", "fabq_pa", path).exit_code == 0
    assert "text 5" in amble("show", "fabq_pa").stdout
