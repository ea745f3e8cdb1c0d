-- The public keys of those who have cosigned checkpoints, in their text form: by these a cosignature is checked.
CREATE TABLE ledger.cosigner_keys (
    key text COLLATE "C" PRIMARY KEY,
    added_at timestamptz NOT NULL
);

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.cosigner_keys
    FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
ALTER TABLE ledger.cosigner_keys ENABLE ALWAYS TRIGGER append_only;
GRANT SELECT, INSERT ON ledger.cosigner_keys TO inspections_app;

-- What has become of checkpoints that are mailed. The addresses are in the settings; here are their digests.
CREATE TABLE ledger.checkpoint_letters (
    recipient bytea NOT NULL CONSTRAINT digest_length CHECK (octet_length(recipient) = 32),
    number bigint NOT NULL, -- of the checkpoint
    attempts integer NOT NULL DEFAULT 1,
    taken_at timestamptz NOT NULL DEFAULT clock_timestamp(), -- by whoever sends it; may be taken up anew after a while
    settled_at timestamptz, -- sent, or put aside because of a problem that no further attempt can mend
    problem text,
    PRIMARY KEY (recipient, number)
);

GRANT SELECT, INSERT, UPDATE ON ledger.checkpoint_letters TO inspections_app;
