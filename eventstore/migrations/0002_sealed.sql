-- Free text, apart from the ledger that refers to it by digest. Deleting a row erases the text; what the
-- digest covered is then beyond recovery, because the salt goes too.
CREATE TABLE ledger.sealed (
    digest bytea PRIMARY KEY,
    sealed_for text COLLATE "C" NOT NULL, -- the place that it was sealed for: a command and a field of it
    fingerprint bytea NOT NULL,           -- SHA-256 of the text: the same text for one place is sealed once
    salt bytea NOT NULL CONSTRAINT salt_length CHECK (octet_length(salt) = 32),
    content text NOT NULL,
    CONSTRAINT sealed_once UNIQUE (sealed_for, fingerprint),
    CONSTRAINT digest_fits CHECK (digest = sha256(salt || convert_to(content, 'UTF8'))),
    CONSTRAINT fingerprint_fits CHECK (fingerprint = sha256(convert_to(content, 'UTF8')))
);

GRANT SELECT, INSERT ON ledger.sealed TO inspections_app;
