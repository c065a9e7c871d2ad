"""SQL for one column of the snapshot, from the text in a CSV file: its value, and whether the text is understood."""

from collections.abc import Iterable
from dataclasses import dataclass

from amble.evaluation.snapshot.own_csv.mapping import Block
from amble.evaluation.snapshot.tables import STORED, Column

UNEXPLAINED = "is not explained in the mapping"
YES, NO = ("true", "yes", "1"), ("false", "no", "0")
SQL = {"string": "VARCHAR", "int64": "BIGINT", "float64": "DOUBLE", "array<string>": "VARCHAR[]"}


@dataclass(frozen=True)
class Cell:
    """SQL over the rows of one file.  theirs: the file's column.  text: as found.  wrong: true where not understood.

    problem: what is then said of the text.
    """

    column: Column
    theirs: str
    text: str
    value: str
    wrong: str
    problem: str


def name(identifier: str) -> str:
    return '"' + identifier.replace('"', '""') + '"'


def literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def trimmed(column: str, block: Block) -> str:
    """The text of a cell without spaces around it; NULL where the file says that nothing was recorded."""
    text = f"trim({name(column)})"
    return f"CASE WHEN {text} IN ({_listed(block.format.missing)}) THEN NULL ELSE {text} END"


def cell(column: Column, block: Block) -> Cell:
    """A column of the snapshot as the block gives it, or NULL."""
    if column.name in block.constants:
        return read(column, block, literal(block.constants[column.name]), "")
    if column.name in block.columns:
        theirs = block.columns[column.name]
        return read(column, block, trimmed(theirs, block), theirs)
    nothing = f"NULL::{stored(column)}" if column.type != "texts" else "[]::VARCHAR[]"
    return Cell(column, "", "NULL", nothing, "false", "")


def read(column: Column, block: Block, text: str, theirs: str) -> Cell:
    """What the text of a cell means for a column."""
    reader = {"text": _text, "integer": _number, "number": _number, "yes_no": _yes_no, "date": _date}
    if column.type == "texts":
        value, wrong, problem = _texts(column, block, text)
    else:
        value, wrong, problem = reader[column.type](column, block, text)
    return Cell(column, theirs, text, f"({value})::{stored(column)}", wrong, problem)


def stored(column: Column) -> str:
    return SQL.get(STORED[column.type], STORED[column.type].upper())


def _listed(texts: Iterable[str]) -> str:
    return ", ".join(literal(text) for text in texts)


def _translated(column: Column, block: Block, text: str) -> str:
    """Their codes replaced by ours; a code that stands for nothing becomes NULL."""
    pairs = block.values.get(column.name, {})
    if not pairs:
        return f"({text})"
    cases = " ".join(f"WHEN {literal(theirs)} THEN {literal(ours)}" for theirs, ours in pairs.items())
    return f"nullif(CASE {text} {cases} ELSE {text} END, '')"


def _unknown(column: Column, block: Block, text: str) -> str:
    """Neither one of their codes nor one of ours; without a list of either, every text will do."""
    pairs = block.values.get(column.name, {})
    known = [*pairs, *(column.values or pairs.values())]
    return f"coalesce({text} NOT IN ({_listed(known)}), false)" if known else "false"


def _text(column: Column, block: Block, text: str) -> tuple[str, str, str]:
    wrong = _unknown(column, block, text)
    value = f"CASE WHEN {wrong} THEN NULL ELSE {_translated(column, block, text)} END"
    return value, wrong, _unexplained(column.values)


def _unexplained(ours: tuple[str, ...]) -> str:
    return f"{UNEXPLAINED}; Amble's words are {', '.join(ours)}" if ours else UNEXPLAINED


def _number(column: Column, block: Block, text: str) -> tuple[str, str, str]:
    written = _translated(column, block, text)
    if block.format.decimal != ".":
        written = f"replace(replace({written}, '.', '?'), {literal(block.format.decimal)}, '.')"
    factor = block.multiply.get(column.name)
    found = f"TRY_CAST({written} AS DOUBLE)"
    wrong = f"{written} IS NOT NULL AND NOT coalesce(isfinite({found}), false)"
    if factor is not None:
        found = f"{found} * {float(factor)!r}::DOUBLE"
    if column.type == "number":
        return f"CASE WHEN {wrong} THEN NULL ELSE {found} END", wrong, "is not a number"
    if factor is None:
        wrong = f"({wrong}) OR coalesce({found} <> round({found}), false)"
    value = f"CASE WHEN {wrong} THEN NULL ELSE TRY_CAST(round({found}) AS BIGINT) END"
    return value, wrong, "is not a whole number"


def _yes_no(column: Column, block: Block, text: str) -> tuple[str, str, str]:
    found = f"lower({_translated(column, block, text)})"
    value = f"CASE WHEN {found} IN ({_listed(YES)}) THEN true WHEN {found} IN ({_listed(NO)}) THEN false END"
    wrong = f"coalesce({found} NOT IN ({_listed((*YES, *NO))}), false)"
    return value, wrong, _unexplained(("true", "false"))


def _date(column: Column, block: Block, text: str) -> tuple[str, str, str]:
    written = _translated(column, block, text)
    value = f"CAST(try_strptime({written}, {literal(block.format.dates)}) AS DATE)"
    wrong = f"{written} IS NOT NULL AND {value} IS NULL"
    return value, wrong, f"is not a date written as {block.format.dates}"


def parts(column: Column, block: Block, text: str) -> str:
    """The entries of one cell, as a list of text."""
    separator = block.separator.get(column.name)
    split = f"string_split({text}, {literal(separator)})" if separator else f"[{text}]"
    return f"[trim(part) FOR part IN coalesce({split}, []) IF trim(part) <> '']"


def _texts(column: Column, block: Block, text: str) -> tuple[str, str, str]:
    wrong = _unknown(column, block, "part")
    ours = _translated(column, block, "part")
    listed = f"[{ours} FOR part IN {parts(column, block, text)} IF NOT {wrong}]"
    value = f"[part FOR part IN {listed} IF part IS NOT NULL]"
    return value, wrong, _unexplained(column.values)
