-- The ledger: events, the commands that led to them, and the one function that appends.
--
-- The stored form is settled for good: rows that nobody may change, nobody can mend.

-- One row. Whoever appends locks it, so appends happen one after the other and positions are dense.
CREATE TABLE ledger.head (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    position bigint NOT NULL,      -- of the last event
    commands bigint NOT NULL,      -- how many are recorded
    recorded_at timestamptz,       -- the last one given out; null before the first
    rehearsal boolean NOT NULL     -- time is told by the caller, not by the clock
) WITH (fillfactor = 10);

INSERT INTO ledger.head (position, commands, rehearsal)
VALUES (0, 0, current_setting('inspections.rehearsal')::boolean);

-- `entry` is what counts, and `leaf` commits to it. The other columns are an index over it.
-- Names sort by bytes, so that no change of a locale can upset an index that lasts for decades.
CREATE TABLE ledger.events (
    position bigint PRIMARY KEY,
    stream text COLLATE "C" NOT NULL CONSTRAINT stream_name
        CHECK (stream ~ '^[A-Za-z0-9][A-Za-z0-9._-]*$' AND length(stream) <= 100),
    version integer NOT NULL,
    type text COLLATE "C" NOT NULL CONSTRAINT type_name CHECK (type ~ '^[a-z][a-z0-9_]*$'),
    recorded_at timestamptz NOT NULL,
    leaf bytea NOT NULL,
    entry text NOT NULL,
    CONSTRAINT one_event_a_version UNIQUE (stream, version)
);

-- A command without events is one that was refused, or that changed nothing.
CREATE TABLE ledger.commands (
    stream text COLLATE "C" NOT NULL CONSTRAINT stream_name
        CHECK (stream ~ '^[A-Za-z0-9][A-Za-z0-9._-]*$' AND length(stream) <= 100),
    command_id uuid NOT NULL,
    number bigint NOT NULL UNIQUE, -- the order in which commands were recorded, without gaps
    digest bytea NOT NULL CONSTRAINT digest_length CHECK (octet_length(digest) = 32),
    request text NOT NULL CONSTRAINT request_json CHECK (request IS JSON),
    answer text NOT NULL CONSTRAINT answer_json CHECK (answer IS JSON),
    first_position bigint,
    events integer NOT NULL,
    recorded_at timestamptz NOT NULL,
    PRIMARY KEY (stream, command_id),
    CONSTRAINT position_of_events CHECK ((first_position IS NULL) = (events = 0))
);

CREATE FUNCTION ledger.refuse_change() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RAISE EXCEPTION '% on %.% is refused: the ledger is append-only', TG_OP, TG_TABLE_SCHEMA, TG_TABLE_NAME
        USING ERRCODE = 'INS03';
END
$$;

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.events
    FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.commands
    FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER stays_what_it_is BEFORE UPDATE OF only_row, rehearsal OR DELETE OR TRUNCATE ON ledger.head
    FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();

-- ALWAYS: they fire in a session that calls itself a replica, too.
ALTER TABLE ledger.events ENABLE ALWAYS TRIGGER append_only;
ALTER TABLE ledger.commands ENABLE ALWAYS TRIGGER append_only;
ALTER TABLE ledger.head ENABLE ALWAYS TRIGGER stays_what_it_is;

-- Records commands with their events, all in the caller's transaction, and answers each in the order given:
--
--   appended   version of the stream after it, first_position (null without events), recorded_at
--   known      the command as it was first recorded: digest, request, answer, first_position, events, recorded_at
--   conflict   version of the stream as it is; nothing was written for this command
--
-- The arrays run in parallel, one item a command, except `types` and `bodies`: they hold the events of all
-- commands one after the other, `sizes[n]` of them for the n-th. `instants` are null in a live ledger.
--
-- The head is locked by a statement of its own. Only a statement that begins after that has a snapshot
-- that shows what the writer before committed; look-ups within the locking statement would miss it.
CREATE FUNCTION ledger.append(
    streams text[], command_ids uuid[], digests bytea[], expected integer[], requests text[], answers text[],
    instants timestamptz[], sizes integer[], types text[], bodies text[]
) RETURNS TABLE (
    outcome text, version integer, digest bytea, request text, answer text,
    first_position bigint, events integer, recorded_at timestamptz
)
LANGUAGE plpgsql VOLATILE STRICT SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
-- A plan made while the tables were small must not scan them for ever after.
SET enable_seqscan = off
SET plan_cache_mode = force_generic_plan
AS $$
#variable_conflict use_column
DECLARE
    given CONSTANT integer := cardinality(streams);
    latest ledger.head; -- the head, moved on in here and written back at the end
    now_here timestamptz;
    homes integer[];    -- for each command: the first one here of its stream
    twins integer[];    -- for each command: the first one here of its stream and id
    starts integer[];   -- for each command: how many bodies come before its own
    versions integer[]; -- of the streams; only those at `homes` are kept up to date
    known boolean[];
    outcomes text[] := '{}';
    befores integer[] := '{}';
    afters integer[] := '{}';
    -- In full from the start: an array that is first assigned to at 3 begins at 3, and falls out of step.
    firsts bigint[] := array_fill(NULL::bigint, ARRAY[given]);
    numbers bigint[] := array_fill(NULL::bigint, ARRAY[given]);
BEGIN
    SELECT array_agg(home ORDER BY n), array_agg(twin ORDER BY n), array_agg(start ORDER BY n)
    INTO homes, twins, starts
    FROM (
        SELECT n,
               min(n) OVER (PARTITION BY stream) AS home,
               min(n) OVER (PARTITION BY stream, command_id) AS twin,
               sum(size) OVER (ORDER BY n) - size AS start
        FROM unnest(streams, command_ids, sizes) WITH ORDINALITY AS command (stream, command_id, size, n)
    ) AS arranged;

    IF (given = ALL (ARRAY[cardinality(command_ids), cardinality(digests), cardinality(expected),
                           cardinality(requests), cardinality(answers), cardinality(instants), cardinality(sizes)])
        AND 0 <= ALL (sizes)
        AND starts[given] + sizes[given] = ALL (ARRAY[cardinality(types), cardinality(bodies)])) IS NOT TRUE THEN
        RAISE EXCEPTION 'the arrays do not fit together' USING ERRCODE = 'INS01';
    END IF;
    -- A whole object: what closed early could bring a position or a stream of its own into the entry.
    IF EXISTS (
        SELECT FROM unnest(bodies, types) AS event (body, type)
        WHERE (body IS JSON OBJECT AND body LIKE '{%'
               AND right(body, length(type) + 11) = ',"type":"' || type || '"}') IS NOT TRUE
    ) THEN
        RAISE EXCEPTION 'a body is not a JSON object that ends with its type' USING ERRCODE = 'INS01';
    END IF;

    SELECT * INTO STRICT latest FROM ledger.head FOR UPDATE;

    IF cardinality(array_remove(instants, NULL)) <> (CASE WHEN latest.rehearsal THEN given ELSE 0 END) THEN
        RAISE EXCEPTION 'a live ledger tells the time itself, a rehearsal is told' USING ERRCODE = 'INS02';
    END IF;

    now_here := clock_timestamp();
    SELECT array_agg((SELECT true FROM ledger.commands AS recorded
                      WHERE recorded.stream = command.stream AND recorded.command_id = command.command_id)
                     ORDER BY n),
           array_agg(coalesce((SELECT max(event.version) FROM ledger.events AS event
                               WHERE event.stream = command.stream), 0)
                     ORDER BY n)
    INTO known, versions
    FROM unnest(streams, command_ids) WITH ORDINALITY AS command (stream, command_id, n);

    FOR n IN 1 .. given LOOP
        befores[n] := versions[homes[n]];
        IF known[twins[n]] THEN
            outcomes[n] := 'known';
        ELSIF befores[n] IS DISTINCT FROM expected[n] THEN
            outcomes[n] := 'conflict';
        ELSE
            outcomes[n] := 'appended';
            known[twins[n]] := true;
            latest.recorded_at := greatest(latest.recorded_at, coalesce(instants[n], now_here));
            latest.commands := latest.commands + 1;
            instants[n] := latest.recorded_at;
            numbers[n] := latest.commands;
            IF sizes[n] > 0 THEN
                firsts[n] := latest.position + 1;
                latest.position := latest.position + sizes[n];
                versions[homes[n]] := befores[n] + sizes[n];
            END IF;
        END IF;
        afters[n] := versions[homes[n]];
    END LOOP;

    INSERT INTO ledger.events (position, stream, version, type, recorded_at, leaf, entry)
    SELECT first + k - 1, stream, before + k, types[start + k], instant,
           sha256('\x00'::bytea || convert_to(entry, 'UTF8')), entry
    FROM unnest(outcomes, streams, befores, firsts, instants, starts, sizes)
             AS command (outcome, stream, before, first, instant, start, size),
         generate_series(1, size) AS k,
         LATERAL (
             SELECT '{"body":' || bodies[start + k]
                    || ',"position":' || first + k - 1
                    || ',"recorded_at":"' || to_char(instant AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
                    || '","stream":"' || stream
                    || '","version":' || before + k || '}' AS entry
             OFFSET 0 -- compose once, not once for the text and once more for the leaf
         ) AS composed
    WHERE outcome = 'appended';

    INSERT INTO ledger.commands
        (stream, command_id, number, digest, request, answer, first_position, events, recorded_at)
    SELECT stream, command_id, number, digest, request, answer, first, size, instant
    FROM unnest(outcomes, streams, command_ids, numbers, digests, requests, answers, firsts, sizes, instants)
             AS command (outcome, stream, command_id, number, digest, request, answer, first, size, instant)
    WHERE outcome = 'appended';

    UPDATE ledger.head
    SET position = latest.position, commands = latest.commands, recorded_at = latest.recorded_at
    WHERE latest.commands > head.commands;

    RETURN QUERY
    SELECT command.outcome, command.after, recorded.digest, recorded.request, recorded.answer,
           CASE command.outcome WHEN 'known' THEN recorded.first_position ELSE command.first END,
           recorded.events,
           CASE command.outcome WHEN 'known' THEN recorded.recorded_at ELSE command.instant END
    FROM unnest(outcomes, streams, command_ids, afters, firsts, instants) WITH ORDINALITY
             AS command (outcome, stream, command_id, after, first, instant, n)
    LEFT JOIN ledger.commands AS recorded
        ON command.outcome = 'known'
        AND recorded.stream = command.stream AND recorded.command_id = command.command_id
    ORDER BY n;
END
$$;

REVOKE ALL ON FUNCTION ledger.append FROM PUBLIC;
REVOKE ALL ON FUNCTION ledger.refuse_change FROM PUBLIC;
GRANT USAGE ON SCHEMA ledger TO inspections_app;
GRANT SELECT ON ledger.schema_migrations TO inspections_app;
GRANT SELECT ON ledger.head TO inspections_app;
GRANT SELECT ON ledger.events TO inspections_app;
GRANT SELECT ON ledger.commands TO inspections_app;
GRANT EXECUTE ON FUNCTION ledger.append TO inspections_app;
