"""The guide is run as it stands: its commands, in their order, print what the guide says they print."""

import json
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner

from amble.cli.main import main

GUIDES = Path(__file__).parents[3] / "docs" / "guides"
GUIDE = (GUIDES / "bring_your_own_data.md").read_text("utf-8")
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(language: str) -> list[str]:
    return [text for name, text in BLOCK.findall(GUIDE) if name == language]


@pytest.fixture
def export(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "export"
    shutil.copytree(GUIDES / "example_export", folder)
    monkeypatch.chdir(folder)
    return folder


def run(command: str) -> str:
    if command.startswith("amble "):
        result = CliRunner().invoke(main, shlex.split(command)[1:])
        assert result.exit_code == 0, result.output
        return result.output
    command = re.sub(r"^python3", shlex.quote(sys.executable), command)
    return subprocess.run(command, shell=True, check=True, capture_output=True, text=True).stdout


def test_every_command_does_what_the_guide_says(export: Path) -> None:
    for block in blocks("console"):
        command, _, printed = block.partition("\n")
        output = run(command.removeprefix("$ "))
        assert printed in output, command
    results = json.loads((export / "report" / "results.json").read_text("utf-8"))
    assert {"mmrm", "negative_binomial"} <= {estimate["method"] for estimate in results["estimates"]}
    assert (export / "report" / "report.html").exists()
    assert sorted(path.name for path in export.iterdir() if path.name.startswith(".")) == []


def test_what_the_guide_shows_of_the_mapping_is_in_the_example(export: Path) -> None:
    example = tomllib.loads((export / "mapping.toml").read_text("utf-8"))

    def inside(part: dict, whole: dict) -> bool:
        return all(
            inside(value, whole[key]) if isinstance(value, dict) else whole[key] == value
            for key, value in part.items()
        )

    for block in blocks("toml"):
        assert inside(tomllib.loads(block), example), block


def test_a_code_that_is_not_explained_is_refused_in_the_words_of_the_guide(export: Path) -> None:
    run(blocks("console")[0].splitlines()[0].removeprefix("$ "))
    mapping = export / "mapping.toml"
    mapping.write_text(mapping.read_text("utf-8").replace('arm = { E = "etmi", ', "arm = { ", 1), "utf-8")
    result = CliRunner().invoke(
        main, ["snapshot", "from-csv", "--mapping", "mapping.toml", "--out", "snapshot"]
    )
    assert result.exit_code == 2
    assert result.stderr == f"Error: {blocks('text')[0]}Nothing was written.\n"
    assert not (export / "snapshot").exists()
