-- A witness that said it stands at fewer entries of a log than it had cosigned: it has forgotten, as after its folder was
-- restored from a backup, and can no longer be relied upon to see a second history. Never changed or removed.

CREATE TABLE witness_lapses (
    book     text COLLATE "C" NOT NULL,
    vkey     text COLLATE "C" NOT NULL, -- the witness's key
    cosigned bigint      NOT NULL CHECK (cosigned > 0), -- the size that it had cosigned
    seen     bigint      NOT NULL CHECK (seen >= 0 AND seen < cosigned), -- the size at which it said to stand
    at       timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (book, vkey, cosigned, seen)
);

CREATE TRIGGER witness_lapses_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON witness_lapses
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

GRANT SELECT, INSERT ON witness_lapses TO sunledger_web;
