"""A Temporal server of one's own: said with the variables and the file that the `temporal` command reads."""

import re
from collections.abc import Mapping
from typing import Final

from temporalio.envconfig import ClientConfig, ClientConnectConfig

from domain.errors import MalformedError, UnavailableError
from domain.values import Value

_CAUSE: Final = re.compile(r'(?:message|error): "([^"]+)"')


def innermost(error: Exception) -> str:
    """Say why Temporal's client could not connect.

    It hands on what its parts in Rust say, each wrapped in the next; the cause is innermost.
    """
    cause = _CAUSE.search(str(error))
    return cause[1] if cause else str(error)


class TemporalConnection(Value):
    """How a Temporal server of one's own is reached, without any secret."""

    address: str
    namespace: str
    tls: bool
    api_key: bool
    profile: str


def external_temporal(environ: Mapping[str, str]) -> ClientConnectConfig | None:
    """Say how to reach the Temporal server that `TEMPORAL_ADDRESS` or `TEMPORAL_PROFILE` name.

    Returns None when neither is set: then the embedded server is meant, even if a configuration file
    for the `temporal` command lies in the home directory.

    Raises:
        MalformedError: what they name cannot be read or says no address. No value is repeated.
        UnavailableError: a file that they name cannot be opened.
    """
    if not (environ.get("TEMPORAL_ADDRESS") or environ.get("TEMPORAL_PROFILE")):
        return None
    try:
        # The library takes a dict and nothing like one; `os.environ` is none.
        config = ClientConfig.load_client_connect_config(override_env_vars=dict(environ))
    except OSError as error:
        raise UnavailableError(
            f"TEMPORAL_…: the file {error.filename} cannot be read: {error.strerror}"
        ) from error
    except (RuntimeError, ValueError) as error:
        # The lines after the first quote the file, and may so repeat a key.
        problem = str(error).split("\n", 1)[0]
        raise MalformedError(f"the configuration of the Temporal client cannot be read: {problem}") from None
    if not config.get("target_host"):
        raise MalformedError("TEMPORAL_PROFILE names a profile without an address; set TEMPORAL_ADDRESS")
    return config


def describe_temporal(environ: Mapping[str, str]) -> TemporalConnection | None:
    """Describe the Temporal server that `external_temporal` finds, or return None.

    Raises: as `external_temporal`.
    """
    config = external_temporal(environ)
    if config is None:
        return None
    return TemporalConnection(
        address=config["target_host"],
        namespace=config.get("namespace", "default"),
        tls=bool(config.get("tls", False)),
        api_key="api_key" in config,
        profile=environ.get("TEMPORAL_PROFILE") or "default",
    )
