"""One way to write a value as JSON, so that equal values have equal bytes and equal digests.

Sorted keys, no white space, UTF-8 unescaped, integers and strings only: a float has no single
spelling, so it is refused.
"""

import hashlib
import json
import re
from typing import Any, Final

from pydantic import BaseModel

_may_hold_a_float: Final = re.compile(r"(?:^|[:,\[])-?[0-9]+[.eE]").search
"""Finds a float in JSON text, and sometimes a string that looks like one: to walk through a value is slow."""


def canonical_json(value: Any) -> str:
    """Return the canonical JSON text of plain JSON data.

    Raises:
        ValueError: a float is inside; the ledger holds none.
    """
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"), sort_keys=True)
    if _may_hold_a_float(text):
        _refuse_floats(value)
    return text


def canonical_model(model: BaseModel) -> str:
    """Return the canonical JSON text of a pydantic model."""
    return canonical_json(model.model_dump(mode="json"))


def sha256_hex(text: str) -> str:
    """Return the SHA-256 of a text's UTF-8 bytes, in lower-case hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def _refuse_floats(value: Any) -> None:
    if isinstance(value, float):
        problem = f"{value!r} is a float; canonical JSON holds integers and strings only"
        raise ValueError(problem)  # noqa: TRY004  a JSON number of a kind that is not accepted
    if isinstance(value, dict):
        for item in value.values():
            _refuse_floats(item)
    elif isinstance(value, list | tuple):
        for item in value:
            _refuse_floats(item)
