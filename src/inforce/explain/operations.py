"""What operations and events are called."""


def operation_words(kind: str) -> str:
    """An operation or a kind of event in words."""
    return "death claim" if kind == "death_proof" else kind.replace("_", " ")
