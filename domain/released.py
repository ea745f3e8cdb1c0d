"""What handbook versions and calendars have in common: they are released once and pinned by digest."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any, Self

from domain.canonical import canonical_json, sha256_hex
from domain.values import Sha256, Value


class ReleasedValue(Value):
    """A value that is released as a file and known by the digest of what it says."""

    @cached_property
    def digest(self) -> Sha256:
        """SHA-256 of the canonical JSON: that of the released file, if this is what the file says.

        Fields at their default are left out, so that a field which the models gain later does not change
        the digest of a file that was released before.
        """
        return sha256_hex(canonical_json(self.model_dump(mode="json", exclude_defaults=True)))

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Return a copy, changed as asked, checked like a new value and with a digest of its own.

        Pydantic's own copy would keep the digest of the original.
        """
        if not update:
            return super().model_copy(deep=deep)
        fields = {name: getattr(self, name) for name in type(self).model_fields}
        return type(self).model_validate({**fields, **update})
