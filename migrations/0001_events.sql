-- The write side: the signed entries themselves, the size of each book, and every checkpoint that was ever signed.
-- Nothing here is ever changed or removed; a trigger and the missing privileges both see to that.

CREATE TABLE events (
    originator_id      text COLLATE "C" NOT NULL, -- the book
    originator_version bigint NOT NULL,           -- the entry's index in the book's log, from 0
    topic              text   NOT NULL,           -- the entry's type, such as voucher.posted/1
    state              bytea  NOT NULL,           -- the signed note, byte for byte
    PRIMARY KEY (originator_id, originator_version),
    CHECK (originator_version >= 0),
    CHECK (octet_length(state) BETWEEN 1 AND 65535)
);

CREATE TABLE heads (
    book text COLLATE "C" PRIMARY KEY,
    size bigint NOT NULL CHECK (size > 0)
);

CREATE TABLE checkpoints (
    book      text COLLATE "C" NOT NULL,
    size      bigint      NOT NULL CHECK (size > 0),
    root      bytea       NOT NULL CHECK (octet_length(root) = 32),
    note      bytea       NOT NULL,
    signed_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (book, size)
);

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% 只能追加，不允许 % / % is append-only: % is refused',
        TG_TABLE_NAME, TG_OP, TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'restrict_violation';
END
$$;

CREATE TRIGGER events_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER checkpoints_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON checkpoints
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER heads_are_kept BEFORE DELETE OR TRUNCATE ON heads
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- The running program takes this role: it may add and read, nothing more. Roles belong to the whole server, so another
-- database of the same server may have made it already.
DO $$
BEGIN
    CREATE ROLE sunledger_web NOLOGIN;
EXCEPTION
    WHEN duplicate_object OR unique_violation THEN NULL;
END
$$;
GRANT USAGE ON SCHEMA public TO sunledger_web;
GRANT SELECT, INSERT ON events, checkpoints TO sunledger_web;
GRANT SELECT, INSERT, UPDATE (size) ON heads TO sunledger_web;
-- SELECT ... FOR UPDATE on the head of a book asks for UPDATE on at least one column, which is `size`.
