-- What is derived from the ledger for quick reading. All of it can be thrown away and built again.
CREATE TABLE ledger.projections (
    name text COLLATE "C" PRIMARY KEY,
    checkpoint bigint NOT NULL -- the position up to which events are taken in
);

CREATE TABLE ledger.cases (
    inspection text COLLATE "C" PRIMARY KEY,
    area text NOT NULL,
    kind text NOT NULL,
    stage text NOT NULL,
    outcome text,
    version integer NOT NULL,
    notified_on date,
    next_due timestamptz,
    next_due_kind text,
    held text
);

CREATE TABLE ledger.deadlines (
    inspection text COLLATE "C" NOT NULL REFERENCES ledger.cases,
    kind text NOT NULL,
    subject text NOT NULL, -- empty: the deadline has none
    rule text NOT NULL,
    origin_on date,
    due date NOT NULL,
    due_at timestamptz NOT NULL,
    met_on date,
    void boolean NOT NULL,
    lapses boolean NOT NULL,
    missed boolean NOT NULL,
    handbook text NOT NULL,
    calendar text NOT NULL,
    PRIMARY KEY (inspection, kind, subject)
);

GRANT SELECT, INSERT, UPDATE ON ledger.projections TO inspections_app;
GRANT SELECT, INSERT, UPDATE ON ledger.cases TO inspections_app;
GRANT SELECT, INSERT, DELETE ON ledger.deadlines TO inspections_app;
