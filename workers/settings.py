"""What an operator may set, read once from the environment.

Only `INSPECTIONS_…` variables are read here. How to reach a Temporal server of one's own is said with
the variables and the file that the `temporal` command reads too (`workers.external`).
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import platformdirs
from pydantic import Field, ValidationError, field_validator

from domain.errors import MalformedError
from domain.values import PersonRef, Value

_PREFIX: Final = "INSPECTIONS_"


def _default_data_dir() -> Path:
    return platformdirs.user_data_path("inspections")


def _inside_data_dir(fields: dict[str, Any]) -> Path:
    data_dir: Path = fields["data_dir"]
    return data_dir / "published"


class Settings(Value):
    """Every setting with its default. Paths are absolute.

    `database_url` is None when the embedded PostgreSQL is meant. A field is in `model_fields_set` only
    if somebody set it.
    """

    data_dir: Path = Field(default_factory=_default_data_dir)
    publication_dir: Path = Field(default_factory=_inside_data_dir)
    database_url: str | None = None
    task_queue: str = "inspections"
    recorded_by: PersonRef | None = None

    @field_validator("data_dir", "publication_dir")
    @classmethod
    def _absolute(cls, path: Path) -> Path:
        return path.expanduser().absolute()

    @field_validator("database_url")
    @classmethod
    def _for_postgresql(cls, url: str | None) -> str | None:
        if url is not None and not url.startswith(("postgresql://", "postgres://")):
            raise ValueError("give a URL that begins with postgresql://")
        return url

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> "Settings":
        """Read the settings. An empty variable counts as not set.

        Raises:
            MalformedError: a variable is unknown, or its value cannot be read. No value is repeated
                in the message, because a database URL may hold a password.
        """
        given = {
            name.removeprefix(_PREFIX).lower(): value
            for name, value in environ.items()
            if name.startswith(_PREFIX) and value
        }
        for field in sorted(given.keys() - cls.model_fields.keys()):
            raise MalformedError(f"{_variable(field)} is not a setting; known are {_known(cls)}")
        try:
            return cls.model_validate(given)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            raise MalformedError(f"{_variable(str(first['loc'][0]))}: {first['msg']}") from None


def _variable(field: str) -> str:
    return _PREFIX + field.upper()


def _known(settings: type[Settings]) -> str:
    return ", ".join(_variable(field) for field in sorted(settings.model_fields))
