"""A Temporal server of one's own: said with the variables and the file that the `temporal` command reads."""

from collections.abc import Mapping

from temporalio.envconfig import ClientConfig, ClientConnectConfig

from domain.errors import MalformedError


def external_temporal(environ: Mapping[str, str]) -> ClientConnectConfig | None:
    """Say how to reach the Temporal server that `TEMPORAL_ADDRESS` or `TEMPORAL_PROFILE` name.

    Returns None when neither is set: then the embedded server is meant, even if a configuration file
    for the `temporal` command lies in the home directory.

    Raises:
        MalformedError: what they name cannot be read or says no address.
    """
    if not (environ.get("TEMPORAL_ADDRESS") or environ.get("TEMPORAL_PROFILE")):
        return None
    try:
        config = ClientConfig.load_client_connect_config(override_env_vars=environ)
    except (RuntimeError, ValueError) as error:
        raise MalformedError(f"the configuration of the Temporal client cannot be read: {error}") from error
    if not config.get("target_host"):
        raise MalformedError("TEMPORAL_PROFILE names a profile without an address; set TEMPORAL_ADDRESS")
    return config
