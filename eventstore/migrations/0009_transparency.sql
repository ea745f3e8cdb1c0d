-- The ledger as a transparency log: what it was at some size, signed by the log's key. Whoever keeps one of these
-- elsewhere can show later that nothing before it was changed, by whomever.
CREATE TABLE ledger.checkpoints (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    size bigint NOT NULL CONSTRAINT size_of_a_tree CHECK (size >= 0),
    root bytea NOT NULL CONSTRAINT root_length CHECK (octet_length(root) = 32),
    note text NOT NULL, -- as it is given away, with its signatures
    issued_at timestamptz NOT NULL
);

-- The public keys with which the log has signed, in their text form.
CREATE TABLE ledger.log_keys (
    key text COLLATE "C" PRIMARY KEY,
    added_at timestamptz NOT NULL
);

-- What was done with the record and changes no stream: who exported it, verified it, read it as an auditor.
CREATE TABLE ledger.acts (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    act text COLLATE "C" NOT NULL CONSTRAINT act_name CHECK (act ~ '^[a-z][a-z0-9_]*$'),
    by_whom text COLLATE "C" NOT NULL, -- a person's reference, or the account under which it was done
    detail text NOT NULL CONSTRAINT detail_json CHECK (detail IS JSON OBJECT),
    done_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.checkpoints
    FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.log_keys
    FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.acts
    FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
ALTER TABLE ledger.checkpoints ENABLE ALWAYS TRIGGER append_only;
ALTER TABLE ledger.log_keys ENABLE ALWAYS TRIGGER append_only;
ALTER TABLE ledger.acts ENABLE ALWAYS TRIGGER append_only;

GRANT SELECT, INSERT ON ledger.checkpoints TO inspections_app;
GRANT SELECT, INSERT ON ledger.log_keys TO inspections_app;
GRANT SELECT, INSERT ON ledger.acts TO inspections_app;
