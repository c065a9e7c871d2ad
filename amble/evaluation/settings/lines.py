"""On which line of a TOML file each key and list entry stands. The standard library reads TOML but keeps no lines.

Only for text that `tomllib` has accepted: the scanner knows where things begin and end, not whether they are right.
"""

import re

Place = tuple[str | int, ...]

TOKEN = re.compile(
    r'"""(?:\\.|[^\\])*?"""+'  # text over several lines
    r"|'''.*?'''+"
    r'|"(?:\\.|[^"\\\n])*"'  # text
    r"|'[^'\n]*'"
    r"|\#[^\n]*"  # comment
    r"|\n"
    r"|[\[\]{}=,.]"
    r"|[^\s\[\]{}=,.\#\"']+",
    re.DOTALL,
)


def lines(text: str) -> dict[Place, int]:
    """("mic", "pain") -> line of the key; ("visits", 1) -> line of the second entry. Lines count from 1."""
    scanner = _Scanner(text)
    scanner.file()
    return scanner.found


class _Scanner:
    def __init__(self, text: str) -> None:
        self.tokens = [(m.group(), text.count("\n", 0, m.start()) + 1) for m in TOKEN.finditer(text)]
        self.tokens = [(token, line) for token, line in self.tokens if not token.startswith("#")]
        self.at = 0
        self.found: dict[Place, int] = {}
        self.latest: dict[Place, int] = {}

    def peek(self) -> str:
        return self.tokens[self.at][0] if self.at < len(self.tokens) else ""

    def take(self) -> tuple[str, int]:
        self.at += 1
        return self.tokens[self.at - 1]

    def file(self) -> None:
        table: Place = ()
        while self.peek():
            if self.peek() == "\n":
                self.take()
            elif self.peek() == "[":
                table = self.header()
            else:
                self.value(self.key(table))

    def header(self) -> Place:
        """A table, or the next of an array of tables; a table inside an array belongs to its latest entry."""
        self.take()
        several = self.peek() == "["
        names = self.names("]")
        table: Place = ()
        for part, (name, line) in enumerate(names, start=1):
            table = (*table, name)
            self.found.setdefault(table, line)
            if several and part == len(names):
                self.latest[table] = self.latest.get(table, -1) + 1
            if table in self.latest:
                table = (*table, self.latest[table])
                self.found.setdefault(table, line)
        return table

    def key(self, table: Place) -> Place:
        """A dotted key names a table of its own."""
        for name, line in self.names("="):
            table = (*table, name)
            self.found.setdefault(table, line)
        return table

    def names(self, end: str) -> list[tuple[str, int]]:
        """The names of a dotted key with their lines; reads up to and with `end`, once or twice."""
        found = []
        while (taken := self.take())[0] != end:
            if taken[0] not in ("[", "."):
                found.append((taken[0].strip("\"'"), taken[1]))
        if end == "]" and self.peek() == "]":
            self.take()
        return found

    def value(self, path: Place) -> None:
        if self.peek() == "[":
            self.take()
            self.entries(path)
        elif self.peek() == "{":
            self.take()
            self.pairs(path)
        else:
            while self.peek() not in ("", "\n", ",", "]", "}"):
                self.take()

    def entries(self, path: Place) -> None:
        index = 0
        while self.peek() != "]":
            if self.peek() in ("\n", ","):
                self.take()
                continue
            self.found[(*path, index)] = self.tokens[self.at][1]
            self.value((*path, index))
            index += 1
        self.take()

    def pairs(self, path: Place) -> None:
        while self.peek() != "}":
            if self.peek() in ("\n", ","):
                self.take()
            else:
                self.value(self.key(path))
        self.take()
