-- What witnesses said of the books' checkpoints. Like the checkpoints themselves it can never be made again, so nothing
-- here is ever changed or removed.

CREATE TABLE cosignatures (
    book      text COLLATE "C" NOT NULL,
    vkey      text COLLATE "C" NOT NULL, -- the witness's key
    size      bigint      NOT NULL CHECK (size > 0),
    time_s    bigint      NOT NULL CHECK (time_s > 0), -- POSIX seconds, by the witness's clock
    line      bytea       NOT NULL, -- the signature line of a note, byte for byte, without its newline
    stored_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (book, vkey, size, time_s)
);
CREATE INDEX cosignatures_size ON cosignatures (book, size, vkey, time_s);

-- A witness that has seen more than the log has, or another history. `evidence` is the checkpoint that it showed, if it
-- showed one that the log's key signed.
CREATE TABLE witness_alarms (
    book     text COLLATE "C" NOT NULL,
    vkey     text COLLATE "C" NOT NULL,
    kind     text        NOT NULL CHECK (kind IN ('ahead', 'other')),
    seen     bigint      NOT NULL CHECK (seen >= 0), -- the size that the witness has cosigned
    size     bigint      NOT NULL CHECK (size >= 0), -- the size of the log's newest checkpoint
    evidence bytea       NOT NULL,
    at       timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (book, vkey, kind, seen, size)
);

CREATE TRIGGER cosignatures_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON cosignatures
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER witness_alarms_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON witness_alarms
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

GRANT SELECT, INSERT ON cosignatures, witness_alarms TO sunledger_web;
