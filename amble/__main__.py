"""`python -m amble` is the `amble` command."""

from amble.cli.main import main

main()
