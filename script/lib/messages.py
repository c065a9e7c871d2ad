"""Brings the translation file of one language up to date. See docs/guides/translate.md."""

import re
import subprocess
import sys

from bootstrap import bootstrap
from place import PYTHON, ROOT, stop


def main() -> None:
    if len(sys.argv) != 2 or not re.fullmatch(r"[a-z]{2,3}(_[A-Z][A-Za-z]+)?", sys.argv[1]):
        stop("Usage: script/messages LANG, where LANG is a language such as he or pt_BR")
    bootstrap("test")
    sys.exit(subprocess.run([PYTHON, "-m", "script.lib.catalogue", sys.argv[1]], cwd=ROOT).returncode)


if __name__ == "__main__":
    main()
