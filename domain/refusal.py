"""How a rule says no: a stable code, what the rule says, why it speaks here, what would be accepted."""

from typing import Final

from domain.values import Value

MALFORMED: Final = "malformed"
"""The code of the refusal that says that a request is none."""


class Refusal(Value):
    """An answer, not an error: the ledger keeps it with the command that it answers."""

    code: str
    rule: str
    because: str
    accepted: str
    waivable: bool
    fields: tuple[str, ...] = ()
