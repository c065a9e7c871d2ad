"""`amble instruments`: look at the questionnaires, score a file of answers, add wording."""

import json
from pathlib import Path
from typing import Any

import click

from amble.instruments import wording
from amble.instruments.definition import Definition, DefinitionError, Item, UnknownInstrument, load, load_all
from amble.instruments.scoring import AnswerError, Result, ScaleScore, score

FILE = click.Path(path_type=Path)


class Refused(click.ClickException):
    """What was given cannot be used. The message says what to do."""

    exit_code = 2


@click.group()
def instruments() -> None:
    """Questionnaires: list, show, score, add wording."""


@instruments.command("list")
def list_instruments() -> None:
    """One line per instrument."""
    for definition in _all():
        state = "" if definition.available else "  (wording missing: see 'add-wording')"
        tested = "" if definition.validated else "  (not validated)"
        click.echo(f"{definition.id:22} version {definition.version}  {definition.name}{tested}{state}")


@instruments.command()
@click.argument("instrument_id", metavar="ID")
@click.option("--version", help="An older version. Default: the newest.")
def show(instrument_id: str, version: str | None) -> None:
    """Everything about one instrument: items, scoring, source, licence."""
    definition = _load(instrument_id, version)
    click.echo("\n".join(_description(definition)))


@instruments.command("score")
@click.argument("instrument_id", metavar="ID")
@click.argument("file", type=FILE)
def score_file(instrument_id: str, file: Path) -> None:
    """Score a JSON FILE of answers and print the result as JSON.

    FILE holds an object of item and answer, such as {"item_1": true, "item_2": false}; or, for an older
    version, {"version": "1", "answers": {...}}. For an instrument of ticks, a list of the numbers of the
    ticked items will do: [1, 5].
    """
    version, answers = _version_and_answers(_json(file), file)
    definition = _load(instrument_id, version)
    if isinstance(answers, list):
        answers = _from_ticked(definition, answers, file)
    try:
        result = score(definition, answers)
    except AnswerError as fault:
        raise Refused(f"{file}: {fault}") from fault
    click.echo(json.dumps(_as_json(result), indent=2, ensure_ascii=False))


@instruments.command("add-wording")
@click.argument("instrument_id", metavar="ID")
@click.argument("file", type=FILE)
def add_wording(instrument_id: str, file: Path) -> None:
    """Check a TOML FILE with the words of an instrument that ships without them, and keep it.

    FILE needs: permission (who allows the use), intro, low and high (the words at both ends of the answers)
    and [items] with one text for each item.
    """
    definition = _load(instrument_id, None)
    try:
        kept = wording.add(definition, file)
    except DefinitionError as fault:
        raise Refused(f"{fault}\nNothing was changed.") from fault
    except OSError as fault:
        raise Refused(f"{wording.folder()}: cannot be written to: {fault.strerror}") from fault
    click.echo(f"{instrument_id} is now available. Its wording is kept in {kept}.")


def _all() -> tuple[Definition, ...]:
    try:
        return load_all()
    except DefinitionError as fault:
        raise Refused(str(fault)) from fault


def _load(instrument_id: str, version: str | None) -> Definition:
    try:
        return load(instrument_id, version)
    except (UnknownInstrument, DefinitionError) as fault:
        raise Refused(str(fault)) from fault


def _json(file: Path) -> Any:
    try:
        return json.loads(file.read_text(encoding="utf-8-sig"), object_pairs_hook=_without_doubles)
    except OSError as fault:
        raise Refused(f"{file}: cannot be read: {fault.strerror}") from fault
    except (ValueError, RecursionError) as fault:
        raise Refused(f"{file}: is not a JSON file of answers: {fault}") from fault


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    keys = [key for key, _ in pairs]
    doubled = sorted({key for key in keys if keys.count(key) > 1})
    if doubled:
        raise ValueError(f"{', '.join(doubled)} appears more than once; keep one answer for each item")
    return dict(pairs)


def _version_and_answers(content: Any, file: Path) -> tuple[str | None, dict[str, Any] | list[Any]]:
    version = None
    if isinstance(content, dict) and "answers" in content:
        others = sorted(content.keys() - {"version", "answers"})
        if others:
            raise Refused(f"{file}: beside 'answers' only 'version' is accepted, not {', '.join(others)}")
        version, content = content.get("version"), content["answers"]
    if version is not None and not isinstance(version, str):
        raise Refused(f"{file}: 'version' must be a text, such as \"1\"")
    if not isinstance(content, dict | list):
        raise Refused(f'{file}: must hold a JSON object of item and answer, such as {{"item_1": true}}')
    return version, content


def _from_ticked(definition: Definition, ticked: list[Any], file: Path) -> dict[str, bool]:
    if any(item.kind != "tick" for item in definition.items):
        raise Refused(f"{file}: {definition.id} needs a JSON object of item and answer, not a list")
    ids = [f"item_{entry}" if type(entry) is int else str(entry) for entry in ticked]
    doubled = sorted({item_id for item_id in ids if ids.count(item_id) > 1})
    if doubled:
        raise Refused(f"{file}: {', '.join(doubled)} is listed more than once; list each ticked item once")
    return dict.fromkeys(ids, True)


def _as_json(result: Result) -> dict[str, Any]:
    return {
        "instrument": result.instrument,
        "version": result.version,
        "scales": {scale_id: _scale_as_json(scale) for scale_id, scale in result.scales.items()},
        "missing": list(result.missing),
    }


def _scale_as_json(scale: ScaleScore) -> dict[str, Any]:
    if scale.value is None:
        return {"value": None, "reason": scale.why_none}
    shown = {"value": scale.value}
    return shown if scale.screen_positive is None else {**shown, "screen_positive": scale.screen_positive}


def _description(definition: Definition) -> list[str]:
    lines = [
        f"{definition.name}, version {definition.version}",
        f"Heading:   {definition.title}",
        f"Intro:     {definition.intro or 'part of the wording, which is missing'}",
        f"About:     {definition.recall}",
        f"Validated: {'yes' if definition.validated else 'no'}",
        f"Source:    {definition.source}",
        f"Licence:   {definition.licence.light}. {definition.licence.notice}",
        f"           {definition.licence.permission}",
        f"Missing:   {definition.missing_reason}",
    ]
    if definition.wording_permission:
        lines.append(f"Wording:   added here. {definition.wording_permission}")
    lines += ["", "Items", *(_item_line(item) for item in definition.items), "", "Scores"]
    for scale in definition.scales:
        lines.append(f"  {scale.id}: {scale.range[0]} to {scale.range[1]}, higher is {scale.higher_is}")
        change = scale.important_change
        known = f"{change.value} {change.unit}. {change.source}" if change else scale.no_important_change
        lines.append(f"    smallest change that matters: {known}")
    return lines


def _item_line(item: Item) -> str:
    answers = "ticked or not" if item.kind == "tick" else "; ".join(option.label for option in item.options)
    return f"  {item.id}: {item.text or '(wording missing)'} [{answers}]"
