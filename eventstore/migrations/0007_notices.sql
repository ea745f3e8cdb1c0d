-- The outbox: who is to hear of what, and what has become of it. It holds references and no names: to whom
-- a reference belongs, and where it reaches them, is looked up when a notice is sent.
CREATE TABLE ledger.notices (
    position bigint NOT NULL,            -- of the event
    recipient text COLLATE "C" NOT NULL, -- a person's reference, or a part in the inspection
    reason text COLLATE "C" NOT NULL,
    inspection text COLLATE "C" NOT NULL,
    state text COLLATE "C" NOT NULL DEFAULT 'waiting' CONSTRAINT known_state
        CHECK (state IN ('waiting', 'addressed', 'sent', 'failed')),
    attempts integer NOT NULL DEFAULT 0, -- how often it was taken up; tells an attempt from those before it
    next_try timestamptz NOT NULL DEFAULT clock_timestamp(), -- not before; while it is taken up: when it counts as given up
    problem text,                        -- why it waits, failed, or went to nobody
    sent_at timestamptz,
    digest bytea CONSTRAINT digest_length CHECK (octet_length(digest) = 32), -- of what was sent
    PRIMARY KEY (position, recipient, reason),
    CONSTRAINT sent_is_told CHECK ((state = 'sent') = (sent_at IS NOT NULL AND digest IS NOT NULL))
);

CREATE INDEX ON ledger.notices (next_try) WHERE state = 'waiting';

GRANT SELECT, INSERT, UPDATE ON ledger.notices TO inspections_app;
