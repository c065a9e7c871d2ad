"""What can be wrong with an answer, a definition, or the name of an instrument."""


class AnswerError(ValueError):
    """An answer that the item does not take. The message says what is wrong and what is accepted."""


class DefinitionError(ValueError):
    """A definition or wording file with a fault. The message names the file and the fault."""


class UnknownInstrument(LookupError):
    """No instrument, or no version of it, has this name. The message lists those that exist."""
