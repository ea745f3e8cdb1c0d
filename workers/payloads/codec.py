"""The codec between our processes and Temporal: payloads are encrypted before they leave, if there are keys.

AES-256-GCM under a random nonce. The id of the process that a payload belongs to is authenticated with it, so
that whoever can write into Temporal's database cannot give one process what another was sent.
"""

import secrets
from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import replace
from typing import Final, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from temporalio.api.common.v1 import Payload
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.converter import (
    ActivitySerializationContext,
    DataConverter,
    DefaultFailureConverterWithEncodedAttributes,
    PayloadCodec,
    SerializationContext,
    WithSerializationContext,
    WorkflowSerializationContext,
)

from domain.errors import IntegrityError, UnavailableError
from workers.payloads.keys import Keyring

ENCRYPTED: Final = b"binary/encrypted"
KEY_ID: Final = "encryption-key-id"
PROCESS: Final = "encryption-process"
"""Metadata that names the process, for a reader who is not told from where a payload comes."""

_NONCE_BYTES: Final = 12


class MissingKeyError(UnavailableError):
    """What was encrypted cannot be read before its key is set. The message names the key's id."""

    def __init__(self, key_id: str, known: Sequence[str]) -> None:
        """Say which key is missing, and which are there."""
        there = f"known are {', '.join(known)}" if known else "no key is set"
        super().__init__(
            f"a payload was encrypted with key {key_id}, and {there}: add it to INSPECTIONS_PAYLOAD_KEYS"
        )


def key_of(payload: Payload) -> str | None:
    """Say which key a payload was encrypted with, or None if it was not."""
    if payload.metadata.get("encoding") != ENCRYPTED:
        return None
    return payload.metadata.get(KEY_ID, b"").decode(errors="replace")


class EncryptingCodec(PayloadCodec, WithSerializationContext):
    """Encrypts with the first key, decrypts with each, and lets pass what was never encrypted.

    Without keys it encrypts nothing, and says of what it cannot read which key is missing.
    """

    def __init__(self, keys: Keyring | None) -> None:
        """Take the keys. What is encoded has to be told its process with `with_context` first."""
        self._first = keys.first.id if keys else None
        self._ciphers: Mapping[str, AESGCM] = (
            {key.id: AESGCM(key.secret) for key in keys.keys} if keys else {}
        )
        self._process: str | None = None

    def with_context(self, context: SerializationContext) -> Self:
        """Return the codec for the payloads of one process."""
        if not isinstance(context, WorkflowSerializationContext | ActivitySerializationContext):
            return self
        bound = copy(self)
        bound._process = context.workflow_id
        return bound

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Encrypt payloads, if there is a key.

        Raises:
            ValueError: nobody said to which process they belong.
        """
        if self._first is None:
            return list(payloads)
        return [self._encrypt(self._first, payload) for payload in payloads]

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Decrypt those payloads that are encrypted.

        They have to belong to the process that the codec is for. If it is for none, each one is taken for
        what it says of itself: it was encrypted for that process, wherever it was found.

        Raises:
            MissingKeyError: a key is not there.
            IntegrityError: a payload was changed, or belongs to another process.
        """
        return [
            payload if (key_id := key_of(payload)) is None else self._decrypt(key_id, payload)
            for payload in payloads
        ]

    def _encrypt(self, key_id: str, payload: Payload) -> Payload:
        if self._process is None:
            raise ValueError("a payload is encrypted for a process, and none was named")
        nonce, process = secrets.token_bytes(_NONCE_BYTES), self._process.encode()
        sealed = self._ciphers[key_id].encrypt(nonce, payload.SerializeToString(), process)
        told = {"encoding": ENCRYPTED, KEY_ID: key_id.encode(), PROCESS: process}
        return Payload(metadata=told, data=nonce + sealed)

    def _decrypt(self, key_id: str, payload: Payload) -> Payload:
        cipher = self._ciphers.get(key_id)
        if cipher is None:
            raise MissingKeyError(key_id, list(self._ciphers))
        stated = payload.metadata.get(PROCESS, b"")
        process = stated if self._process is None else self._process.encode()
        nonce, sealed = payload.data[:_NONCE_BYTES], payload.data[_NONCE_BYTES:]
        try:
            return Payload.FromString(cipher.decrypt(nonce, sealed, process))
        except (InvalidTag, ValueError):
            whose = process.decode(errors="replace")
            raise IntegrityError(
                f"a payload of {whose} cannot be decrypted with key {key_id}: "
                + (
                    f"it belongs to {stated.decode(errors='replace')}"
                    if stated != process
                    else "it was changed"
                )
            ) from None


def converter_with(keys: Keyring | None) -> DataConverter:
    """Return the converter that every client of ours uses. With keys, what failures say is encrypted too."""
    return replace(
        pydantic_data_converter,
        payload_codec=EncryptingCodec(keys),
        failure_converter_class=DefaultFailureConverterWithEncodedAttributes
        if keys
        else pydantic_data_converter.failure_converter_class,
    )
