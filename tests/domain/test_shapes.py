"""The search for text that may stand anywhere, which guards every event."""

from typing import Annotated

from pydantic import StringConstraints

from domain.values import Value
from tests.domain.shapes import bare_strings


def testbare_strings_are_found_wherever_they_hide() -> None:
    """The search itself is tested: in unions, tuples, values of mappings, and models within."""

    class Inner(Value):
        text: str

    class Outer(Value):
        plain: str
        short: Annotated[str, StringConstraints(max_length=5)]
        maybe: str | None
        many: tuple[Inner, ...]
        named: dict[int, str]
        fine: Annotated[str, StringConstraints(pattern="^a$")]

    assert list(bare_strings(Outer, "outer")) == [
        "outer.plain",
        "outer.short",
        "outer.maybe",
        "outer.many.text",
        "outer.named",
    ]
