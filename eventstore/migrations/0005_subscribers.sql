-- Whoever follows the ledger keeps here how far it has come, and hears when there may be more.

-- All of this is derived from the ledger; what takes its place is derived again.
DROP TABLE ledger.deadlines, ledger.cases, ledger.projections;

CREATE TABLE ledger.subscribers (
    name text COLLATE "C" PRIMARY KEY,
    checkpoint bigint NOT NULL CHECK (checkpoint >= 0) -- the position up to which it has taken events in
);

-- A projection is built anew as a later generation, beside the one that is read.
CREATE TABLE ledger.projections (
    name text COLLATE "C" PRIMARY KEY,
    live integer NOT NULL,  -- the generation that is read
    latest integer NOT NULL -- the one that was begun last
);

-- Streams that a projection could not derive anything from, and why.
CREATE TABLE ledger.unreadable (
    projection text COLLATE "C" NOT NULL,
    generation integer NOT NULL,
    stream text COLLATE "C" NOT NULL,
    problem text NOT NULL,
    PRIMARY KEY (projection, generation, stream)
);

CREATE TABLE ledger.cases (
    generation integer NOT NULL,
    inspection text COLLATE "C" NOT NULL,
    area text NOT NULL,
    kind text NOT NULL,
    stage text NOT NULL,
    outcome text,
    version integer NOT NULL,
    notified_on date,
    next_due timestamptz,
    next_due_kind text,
    held text,
    PRIMARY KEY (generation, inspection)
);

CREATE INDEX ON ledger.cases (generation, stage);

CREATE TABLE ledger.deadlines (
    generation integer NOT NULL,
    inspection text COLLATE "C" NOT NULL,
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
    PRIMARY KEY (generation, inspection, kind, subject)
);

-- What is still owed is little beside what was ever due.
CREATE INDEX ON ledger.deadlines (generation, due_at) WHERE met_on IS NULL AND NOT void;

INSERT INTO ledger.projections (name, live, latest) VALUES ('worklist', 1, 1);
INSERT INTO ledger.subscribers (name, checkpoint) VALUES ('worklist.1', 0);

GRANT SELECT, INSERT, UPDATE, DELETE ON ledger.subscribers TO inspections_app;
GRANT SELECT, UPDATE ON ledger.projections TO inspections_app;
GRANT SELECT, INSERT, DELETE ON ledger.unreadable TO inspections_app;
GRANT SELECT, INSERT, DELETE ON ledger.cases TO inspections_app;
GRANT SELECT, INSERT, DELETE ON ledger.deadlines TO inspections_app;

-- A hint and no more: it is lost on whoever does not listen at that moment, who looks again by himself.
CREATE FUNCTION ledger.tell() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM pg_notify('ledger', '');
    RETURN NULL;
END
$$;

REVOKE ALL ON FUNCTION ledger.tell FROM PUBLIC;

CREATE TRIGGER tell AFTER UPDATE OF position ON ledger.head
    FOR EACH ROW WHEN (OLD.position IS DISTINCT FROM NEW.position) EXECUTE FUNCTION ledger.tell();
