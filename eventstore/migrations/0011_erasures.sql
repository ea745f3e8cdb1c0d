-- Erasing what can be erased, and the record of it: nothing goes without a line here, whoever deletes it.

-- Since when a text is here. Of those that were here before this column: since it came.
ALTER TABLE ledger.sealed ADD COLUMN sealed_at timestamptz NOT NULL DEFAULT clock_timestamp();
ALTER TABLE ledger.people ADD COLUMN left_on date;

-- Samples of names and texts would lie in the planner's statistics, where no erasure reaches them. That a type is
-- set throws away those that were drawn.
ALTER TABLE ledger.sealed ALTER COLUMN content TYPE text;
ALTER TABLE ledger.people ALTER COLUMN name TYPE text, ALTER COLUMN email TYPE text;
ALTER TABLE ledger.sealed
    ALTER COLUMN content SET STATISTICS 0,
    ALTER COLUMN salt SET STATISTICS 0,
    ALTER COLUMN fingerprint SET STATISTICS 0;
ALTER TABLE ledger.people ALTER COLUMN name SET STATISTICS 0, ALTER COLUMN email SET STATISTICS 0;

-- One row for each text and each entry of the directory that was erased, and never a word of it.
CREATE TABLE ledger.erasures (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    what text COLLATE "C" NOT NULL CONSTRAINT erased_once UNIQUE -- a person's reference, or the digest of a text
        CONSTRAINT what_can_be_erased CHECK (what ~ '^(p-[a-z0-9]{1,20}|[0-9a-f]{64})$'),
    sealed_for text COLLATE "C",         -- of a text: its place, which takes no other
    subject text COLLATE "C" NOT NULL    -- what was asked for: a person, a child, a text, a stream
        CONSTRAINT subject_is_no_text CHECK (subject ~ '^[A-Za-z0-9-]{1,64}$'),
    reason text COLLATE "C" NOT NULL CONSTRAINT reason_is_no_text CHECK (reason ~ '^[a-z][a-z_]{0,40}$'),
    rule text COLLATE "C"                -- by which it was due: a rule for how long things are kept, and its version
        CONSTRAINT rule_is_no_text CHECK (rule ~ '^[a-z][a-z_]{0,40} [0-9]{4}-[0-9]{2}-[0-9]{2}$'),
    decided_by text COLLATE "C" NOT NULL CONSTRAINT decided_by_a_person CHECK (decided_by ~ '^p-[a-z0-9]{1,20}$'),
    erased_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE INDEX ON ledger.erasures (sealed_for) WHERE sealed_for IS NOT NULL;

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.erasures
    FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
ALTER TABLE ledger.erasures ENABLE ALWAYS TRIGGER append_only;
GRANT SELECT ON ledger.erasures TO inspections_app;

-- Erases texts and entries of the directory, records each, and returns those that were there.
CREATE FUNCTION ledger.erase(
    texts bytea[], persons text[], subject text, reason text, rule text, decided_by text
) RETURNS TABLE (what text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH unsealed AS (
        DELETE FROM ledger.sealed WHERE digest = ANY (texts) RETURNING encode(digest, 'hex') AS gone, sealed_for
    ), forgotten AS (
        DELETE FROM ledger.people WHERE ref = ANY (persons) RETURNING ref AS gone
    )
    INSERT INTO ledger.erasures (what, sealed_for, subject, reason, rule, decided_by)
    SELECT gone, sealed_for, subject, reason, rule, decided_by
    FROM (SELECT gone, sealed_for FROM unsealed UNION ALL SELECT gone, NULL FROM forgotten) AS all_of_it
    RETURNING ledger.erasures.what;
END
$$;

REVOKE ALL ON FUNCTION ledger.erase FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ledger.erase TO inspections_app;

-- What is sent again must not come back unnoticed. Looked up after the row is there: whoever waited for an
-- erasure that was under way sees it by then.
CREATE FUNCTION ledger.stays_erased() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    was_erased boolean;
    place text;
BEGIN
    IF TG_TABLE_NAME = 'sealed' THEN
        place := NEW.sealed_for;
        was_erased := EXISTS (SELECT FROM ledger.erasures WHERE sealed_for = place);
    ELSE
        place := NEW.ref;
        was_erased := EXISTS (SELECT FROM ledger.erasures WHERE what = place);
    END IF;
    IF was_erased THEN
        RAISE EXCEPTION '% was erased, and takes nothing new', place USING ERRCODE = 'INS04';
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER stays_erased AFTER INSERT ON ledger.sealed
    FOR EACH ROW EXECUTE FUNCTION ledger.stays_erased();
CREATE TRIGGER stays_erased AFTER INSERT OR UPDATE OF ref ON ledger.people
    FOR EACH ROW EXECUTE FUNCTION ledger.stays_erased();
ALTER TABLE ledger.sealed ENABLE ALWAYS TRIGGER stays_erased;
ALTER TABLE ledger.people ENABLE ALWAYS TRIGGER stays_erased;

-- The owner of the database, too, erases on record.
CREATE FUNCTION ledger.goes_on_record() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    gone text;
BEGIN
    IF TG_TABLE_NAME = 'sealed' THEN
        gone := encode(OLD.digest, 'hex');
    ELSE
        gone := OLD.ref;
    END IF;
    IF NOT EXISTS (SELECT FROM ledger.erasures WHERE what = gone) THEN
        RAISE EXCEPTION '% cannot be deleted without a record: use ledger.erase', gone USING ERRCODE = 'INS03';
    END IF;
    RETURN NULL;
END
$$;

REVOKE ALL ON FUNCTION ledger.stays_erased FROM PUBLIC;
REVOKE ALL ON FUNCTION ledger.goes_on_record FROM PUBLIC;

CREATE TRIGGER goes_on_record AFTER DELETE ON ledger.sealed
    FOR EACH ROW EXECUTE FUNCTION ledger.goes_on_record();
CREATE TRIGGER goes_on_record AFTER DELETE ON ledger.people
    FOR EACH ROW EXECUTE FUNCTION ledger.goes_on_record();
CREATE TRIGGER never_all_at_once BEFORE TRUNCATE ON ledger.sealed
    FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER never_all_at_once BEFORE TRUNCATE ON ledger.people
    FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
ALTER TABLE ledger.sealed ENABLE ALWAYS TRIGGER goes_on_record;
ALTER TABLE ledger.people ENABLE ALWAYS TRIGGER goes_on_record;
ALTER TABLE ledger.sealed ENABLE ALWAYS TRIGGER never_all_at_once;
ALTER TABLE ledger.people ENABLE ALWAYS TRIGGER never_all_at_once;
