"""Signed notes and checkpoints: what others have signed, what we sign, and what is refused."""

from datetime import UTC, datetime
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proof.checkpoints import Checkpoint, CheckpointError, TreeHead
from proof.merkle import root_of
from proof.notes import KeyType, Note, NoteError, PublicKey, SecretKey
from tests.proof.test_merkle import leaves

ORIGIN: Final = "send.example/ledger"
LOG: Final = SecretKey.generate(ORIGIN, KeyType.LOG)
WITNESS: Final = SecretKey.generate("auditor.example/w1", KeyType.COSIGNER)
STRANGER: Final = SecretKey.generate(ORIGIN, KeyType.LOG)
AT: Final = datetime(2026, 11, 27, 9, 30, tzinfo=UTC)
HEAD: Final = TreeHead(ORIGIN, 5, root_of(leaves(5)))

PUBLISHED_KEY: Final = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
PUBLISHED: Final = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
    "\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNX"
    "gKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
"""A note of the Go project's own tests."""


def test_a_note_that_others_have_published_is_read_and_checked() -> None:
    """Same format, same key ids, same signatures."""
    key = PublicKey.read(PUBLISHED_KEY)
    note = Note.read(PUBLISHED)
    assert note.signed_by([key]) == {key: None}
    assert (str(note), str(key)) == (PUBLISHED, PUBLISHED_KEY)


def test_a_checkpoint_says_who_signed_it_and_when_it_was_checked() -> None:
    """The log signs, an auditor cosigns with the time; both are read back from the text."""
    signed = Checkpoint.sign(HEAD, [LOG], AT).cosign(WITNESS, AT)
    read = Checkpoint.read(str(signed))
    assert (read, read.head) == (signed, HEAD)
    assert read.check(ORIGIN, [LOG.public, WITNESS.public]) == {LOG.public: None, WITNESS.public: AT}
    assert read.cosign(WITNESS, AT) == signed, "once is enough"


def test_a_signature_of_an_unknown_key_is_no_signature() -> None:
    """Also of one that goes by the log's own name."""
    forged = Checkpoint.sign(HEAD, [STRANGER], AT)
    for keys in ([LOG.public], [WITNESS.public], []):
        with pytest.raises(CheckpointError, match=r"no key of send\.example"):
            forged.check(ORIGIN, keys)
    with pytest.raises(CheckpointError, match=r"not of elsewhere\.example"):
        Checkpoint.sign(HEAD, [LOG], AT).check("elsewhere.example", [LOG.public])


def test_a_cosigner_alone_does_not_make_a_checkpoint() -> None:
    """It says that a log has grown, and not that it is the log."""
    alone = Checkpoint(Note(HEAD.text, (WITNESS.sign(HEAD.text, AT),)), HEAD)
    with pytest.raises(CheckpointError):
        alone.check(ORIGIN, [LOG.public, WITNESS.public])


@given(st.integers(0, 10_000))
def test_a_signed_text_that_was_changed_is_refused(seed: int) -> None:
    """Any character of the text: it is no checkpoint any more, or its signature is not under it."""
    whole = str(Checkpoint.sign(HEAD, [LOG], AT).cosign(WITNESS, AT))
    place = seed % len(HEAD.text)
    changed = whole[:place] + chr((ord(whole[place]) ^ 1) or 1) + whole[place + 1 :]
    with pytest.raises(NoteError):
        Checkpoint.read(changed).check(ORIGIN, [LOG.public, WITNESS.public])


def test_the_time_of_a_cosignature_is_signed_too() -> None:
    """An auditor who checked in November has not checked in December."""
    (_, cosignature) = Checkpoint.sign(HEAD, [LOG], AT).cosign(WITNESS, AT).note.signatures
    later = (int.from_bytes(cosignature.given[:8], "big") + 86_400).to_bytes(8, "big")
    with pytest.raises(NoteError, match=r"auditor\.example/w1 is not under this text"):
        WITNESS.public.check(HEAD.text, later + cosignature.given[8:])


def test_keys_go_by_text_and_secret_ones_are_not_shown() -> None:
    """What is printed or raised never holds the secret."""
    assert SecretKey.read(LOG.text) == LOG
    assert PublicKey.read(str(WITNESS.public)) == WITNESS.public
    secret = LOG.text.rpartition("+")[2]
    assert secret not in repr(LOG) + str(LOG.public)
    broken = LOG.text.replace(LOG.public.id.hex(), "00000000")
    with pytest.raises(NoteError) as error:
        SecretKey.read(broken)
    assert secret not in str(error.value)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "send.example/ledger",
        "a+b+c",
        "a b+00000000+AQ==",
        "x+00000000+AQ==",
        PUBLISHED_KEY.replace("c74f20a3", "c74f20a4"),
        LOG.text,
    ],
)
def test_what_is_no_key_is_refused(text: str) -> None:
    """A digest that does not fit, a wrong length, a secret where a public one is asked for."""
    with pytest.raises(NoteError):
        PublicKey.read(text)


@pytest.mark.parametrize(
    "whole",
    [
        "",
        "a\n",
        "a\n\n",
        "a\n\nb\n",
        "a\n\n— b\n",
        "a\n\n— b c\n",
        "a\x00\n\n— b AAAAAAA=\n",
        "a\n\n— b AAAAAAA=",
        "a\n\n" + "— b AAAAAAA=\n" * 65,
    ],
)
def test_what_is_no_note_is_refused(whole: str) -> None:
    """No signatures, broken ones, too many, control characters."""
    with pytest.raises(NoteError):
        Note.read(whole)


@pytest.mark.parametrize(
    "text", ["a\n1\n", "a\n01\nAA==\n", "a\n-1\nAA==\n", "a\n1\nAA==\n", f"\n5\n{'A' * 43}=\n", "a\n5\n\n"]
)
def test_what_is_no_tree_head_is_refused(text: str) -> None:
    """An origin, a size without leading zeros, and 32 bytes."""
    with pytest.raises(CheckpointError):
        TreeHead.read(text)
