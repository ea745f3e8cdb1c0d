-- Who the references in the ledger stand for. Mutable on purpose: names change and people leave.
CREATE TABLE ledger.people (
    ref text COLLATE "C" PRIMARY KEY,
    name text NOT NULL,
    role text NOT NULL,
    organisation text NOT NULL,
    email text
);

CREATE TABLE ledger.bodies (
    ref text COLLATE "C" PRIMARY KEY,
    name text NOT NULL
);

GRANT SELECT, INSERT, UPDATE ON ledger.people TO inspections_app;
GRANT SELECT, INSERT, UPDATE ON ledger.bodies TO inspections_app;
