-- The append function as 0006 left it, except that it refuses an array that has more than one dimension or
-- does not begin at 1. A subscript read such an array as shifted, and the result could be a conflict.
CREATE OR REPLACE FUNCTION ledger.append(
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
    brought integer := 0; -- how many bodies
    told integer := 0;    -- how many instants
    starts integer[] := array_fill(0, ARRAY[given]); -- for each command: how many bodies come before its own
    ending bytea;
    place bigint;         -- the head, moved on in here and written back at the end
    recorded bigint;
    latest timestamptz;
    before bigint;        -- how many commands the head had
    rehearsal boolean;
    known boolean[];      -- where streams are shared only what is at `twins` is kept up to date
    versions integer[];   -- of the streams; where they are shared only those at `homes` are kept up to date
    alone boolean;        -- every command has a stream to itself
    plain boolean;        -- all of them are to be appended as they stand
    homes integer[];      -- for each command: the first one here of its stream
    twins integer[];      -- for each command: the first one here of its stream and id
    -- In full from the start: an array that is first assigned to at 3 begins at 3, and falls out of step.
    found integer[] := array_fill(NULL::integer, ARRAY[given]); -- the version of the stream when its turn comes
    outcomes text[] := array_fill('appended'::text, ARRAY[given]);
    firsts bigint[] := array_fill(NULL::bigint, ARRAY[given]);
    chosen integer[] := '{}'; -- the commands that are appended
BEGIN
    -- Elsewhere a subscript finds nothing, or what belongs to another command.
    IF (given > 0
        AND '[1:' || given || ']' = ALL (ARRAY[
            array_dims(streams), array_dims(command_ids), array_dims(digests), array_dims(expected),
            array_dims(requests), array_dims(answers), array_dims(instants), array_dims(sizes)
        ])
        AND 0 <= ALL (sizes)) IS NOT TRUE THEN
        RAISE EXCEPTION 'the arrays do not fit together' USING ERRCODE = 'INS01';
    END IF;
    FOR n IN 1 .. given LOOP
        starts[n] := brought;
        brought := brought + sizes[n];
        IF instants[n] IS NOT NULL THEN
            told := told + 1;
        END IF;
    END LOOP;
    IF (CASE brought WHEN 0 THEN '' ELSE '[1:' || brought || ']' END
        = ALL (ARRAY[coalesce(array_dims(types), ''), coalesce(array_dims(bodies), '')])) IS NOT TRUE THEN
        RAISE EXCEPTION 'the arrays do not fit together' USING ERRCODE = 'INS01';
    END IF;
    -- A whole object: what closed early could bring a position or a stream of its own into the entry.
    FOR k IN 1 .. brought LOOP
        ending := convert_to(',"type":"' || types[k] || '"}', 'UTF8');
        -- In bytes: finding the last characters of a text means counting all of them.
        IF (bodies[k] IS JSON OBJECT AND starts_with(bodies[k], '{')
            AND substr(convert_to(bodies[k], 'UTF8'), octet_length(bodies[k]) - octet_length(ending) + 1)
                = ending) IS NOT TRUE THEN
            RAISE EXCEPTION 'a body is not a JSON object that ends with its type' USING ERRCODE = 'INS01';
        END IF;
    END LOOP;

    -- A statement of its own: only what begins after it has a snapshot that shows what the writer before
    -- committed. Look-ups within it would miss that.
    SELECT head.position, head.commands, head.recorded_at, head.rehearsal
    INTO STRICT place, before, latest, rehearsal
    FROM ledger.head FOR UPDATE;

    IF told <> (CASE WHEN rehearsal THEN given ELSE 0 END) THEN
        RAISE EXCEPTION 'a live ledger tells the time itself, a rehearsal is told' USING ERRCODE = 'INS02';
    END IF;

    SELECT array_agg((SELECT true FROM ledger.commands AS one
                      WHERE one.stream = command.stream AND one.command_id = command_ids[n])
                     ORDER BY n),
           array_agg(coalesce((SELECT max(event.version) FROM ledger.events AS event
                               WHERE event.stream = command.stream), 0)
                     ORDER BY n),
           count(DISTINCT stream) = given
    INTO known, versions, alone
    FROM unnest(streams) WITH ORDINALITY AS command (stream, n);

    plain := alone AND versions = expected AND array_position(known, true) IS NULL;
    IF NOT alone THEN
        SELECT array_agg(home ORDER BY n), array_agg(twin ORDER BY n)
        INTO homes, twins
        FROM (
            SELECT n,
                   min(n) OVER (PARTITION BY stream) AS home,
                   min(n) OVER (PARTITION BY stream, command_id) AS twin
            FROM unnest(streams, command_ids) WITH ORDINALITY AS command (stream, command_id, n)
        ) AS arranged;
    END IF;

    recorded := before;
    IF NOT rehearsal THEN
        latest := greatest(latest, clock_timestamp());
    END IF;
    FOR n IN 1 .. given LOOP
        IF NOT plain THEN
            found[n] := versions[coalesce(homes[n], n)];
            IF known[coalesce(twins[n], n)] THEN
                outcomes[n] := 'known';
                CONTINUE;
            ELSIF found[n] IS DISTINCT FROM expected[n] THEN
                outcomes[n] := 'conflict';
                CONTINUE;
            ELSIF NOT alone THEN
                known[twins[n]] := true;
                versions[homes[n]] := found[n] + sizes[n];
            END IF;
        END IF;
        recorded := recorded + 1;
        chosen[recorded - before] := n;
        IF rehearsal THEN
            latest := greatest(latest, instants[n]);
        END IF;
        instants[n] := latest;
        IF sizes[n] > 0 THEN
            firsts[n] := place + 1;
            place := place + sizes[n];
        END IF;
    END LOOP;

    IF recorded > before THEN
        INSERT INTO ledger.events (position, stream, version, type, recorded_at, leaf, entry)
        SELECT position, stream, version, type, instant,
               sha256('\x00'::bytea || convert_to(entry, 'UTF8')), entry
        FROM (
            SELECT position, stream, version, type, instant,
                   '{"body":' || body
                   || (',"position":' || position
                       || ',"recorded_at":"' || to_char(instant AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
                       || '","stream":"' || stream
                       || '","version":' || version || '}') AS entry
            FROM (
                SELECT firsts[n] + k - 1 AS position, streams[n] AS stream, expected[n] + k AS version,
                       types[starts[n] + k] AS type, bodies[starts[n] + k] AS body, instants[n] AS instant
                FROM (SELECT n, generate_series(1, sizes[n]) AS k FROM unnest(chosen) AS n) AS event
            ) AS numbered
            OFFSET 0 -- compose once, not once for the text and once more for the leaf
        ) AS composed;

        INSERT INTO ledger.commands
            (stream, command_id, number, digest, request, answer, first_position, events, recorded_at)
        SELECT streams[n], command_ids[n], before + nth, digests[n], requests[n], answers[n],
               firsts[n], sizes[n], instants[n]
        FROM unnest(chosen) WITH ORDINALITY AS command (n, nth);

        UPDATE ledger.head SET position = place, commands = recorded, recorded_at = latest;
    END IF;

    FOR n IN 1 .. given LOOP
        outcome := outcomes[n];
        IF outcome = 'appended' THEN
            version := expected[n] + sizes[n];
            first_position := firsts[n];
            recorded_at := instants[n];
        ELSE
            version := found[n];
            first_position := NULL;
            recorded_at := NULL;
        END IF;
        IF outcome = 'known' THEN
            SELECT one.digest, one.request, one.answer, one.first_position, one.events, one.recorded_at
            INTO STRICT digest, request, answer, first_position, events, recorded_at
            FROM ledger.commands AS one
            WHERE one.stream = streams[n] AND one.command_id = command_ids[n];
        ELSE
            digest := NULL;
            request := NULL;
            answer := NULL;
            events := NULL;
        END IF;
        RETURN NEXT;
    END LOOP;
END
$$;
