"""Secret keys lie in files of their owner alone, and nothing of them is repeated."""

from pathlib import Path

import pytest

from audit.keys import read_secret_key, write_secret_key
from domain.errors import MalformedError, UnavailableError
from proof.notes import KeyType, SecretKey

LOG = SecretKey.generate("send.example/ledger", KeyType.LOG)


def test_a_key_lies_in_a_file_of_its_owner_and_is_never_written_over(tmp_path: Path) -> None:
    file = tmp_path / "log.key"
    write_secret_key(file, LOG)
    assert file.stat().st_mode & 0o777 == 0o600
    assert read_secret_key(file, KeyType.LOG) == LOG
    with pytest.raises(MalformedError, match="is there already"):
        write_secret_key(file, SecretKey.generate("other.example", KeyType.LOG))
    assert read_secret_key(file, KeyType.LOG) == LOG


def test_a_key_of_the_other_kind_and_what_is_none_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "log.key"
    write_secret_key(file, LOG)
    with pytest.raises(MalformedError, match="holds a log's key; accepted is a cosigner's"):
        read_secret_key(file, KeyType.COSIGNER)
    damaged = tmp_path / "damaged"
    damaged.write_text(LOG.text[:-4])
    with pytest.raises(MalformedError, match="holds no secret key") as refused:
        read_secret_key(damaged, KeyType.LOG)
    assert LOG.text[-20:-4] not in str(refused.value)
    with pytest.raises(UnavailableError):
        read_secret_key(tmp_path / "nowhere", KeyType.LOG)
