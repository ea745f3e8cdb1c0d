"""What types are made of, looked at from outside."""

import types
from collections.abc import Iterator
from datetime import date, datetime
from enum import Enum
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, StringConstraints


def in_union(union: Any) -> set[type]:
    """List the classes of a discriminated union."""
    return set(get_args(get_args(union)[0]))


_LEAVES = (int, bool, date, datetime, AwareDatetime, UUID, Ellipsis, type(None))
"""What is neither text nor made of other values."""


def bare_strings(annotation: Any, path: str, seen: frozenset[type] = frozenset()) -> Iterator[str]:
    """Name the places within a type where any text at all could stand."""
    if annotation is str or annotation is Any:
        yield path
    elif get_origin(annotation) is Annotated:
        inner, *constraints = get_args(annotation)
        if inner is not str:
            yield from bare_strings(inner, path, seen)
        elif not any(isinstance(one, StringConstraints) and one.pattern for one in constraints):
            yield path
    elif get_origin(annotation) in {Union, types.UnionType, tuple, dict, list, frozenset}:
        for argument in get_args(annotation):
            yield from bare_strings(argument, path, seen)
    elif isinstance(annotation, type) and issubclass(annotation, BaseModel) and annotation not in seen:
        hints = get_type_hints(annotation, include_extras=True)
        for field in annotation.model_fields:
            yield from bare_strings(hints[field], f"{path}.{field}", seen | {annotation})
    else:
        assert get_origin(annotation) is Literal or annotation in _LEAVES or issubclass(annotation, Enum), (
            path
        )
