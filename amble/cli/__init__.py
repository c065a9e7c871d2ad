"""The `amble` command."""
