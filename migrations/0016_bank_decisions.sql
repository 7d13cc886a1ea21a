-- What accountant and cashier decided of the matches between bank and book, and what was outstanding at the opening.
-- Nothing is deleted: what is taken back says by whom and when.

CREATE TABLE bank_decisions (
    book       text COLLATE "C" NOT NULL,
    account    text COLLATE "C" NOT NULL,
    number     integer NOT NULL CHECK (number > 0),
    accepted   boolean NOT NULL,            -- one transaction, or (false) not to be suggested again
    bank       integer[] NOT NULL,          -- numbers of lines of statements, below zero of openings
    entries    bigint[]  NOT NULL,          -- entries of lines of the book, below zero of openings
    lines      integer[] NOT NULL,          -- their lines, in the same order
    decided_by text COLLATE "C" NOT NULL,   -- a key's name
    decided_at timestamptz NOT NULL DEFAULT now(),
    undone_by  text COLLATE "C",
    undone_at  timestamptz,
    PRIMARY KEY (book, account, number),
    CHECK (cardinality(entries) = cardinality(lines)),
    CHECK ((undone_by IS NULL) = (undone_at IS NULL))
);

CREATE TABLE bank_openings (
    book       text COLLATE "C" NOT NULL,
    account    text COLLATE "C" NOT NULL,
    number     integer NOT NULL CHECK (number < 0),
    side       text NOT NULL CHECK (side IN ('bank', 'book')), -- which of the two had it already
    date       date NOT NULL,
    amount_fen bigint NOT NULL CHECK (amount_fen <> 0),        -- above zero: received
    text       text NOT NULL,
    made_by    text COLLATE "C" NOT NULL,
    made_at    timestamptz NOT NULL DEFAULT now(),
    undone_by  text COLLATE "C",
    undone_at  timestamptz,
    PRIMARY KEY (book, account, number),
    CHECK ((undone_by IS NULL) = (undone_at IS NULL))
);

-- One column of amounts with another that says which way they went.
ALTER TABLE bank_columns DROP CONSTRAINT bank_columns_field_check;
ALTER TABLE bank_columns ADD CONSTRAINT bank_columns_field_check
    CHECK (field IN ('date', 'text', 'received', 'paid', 'balance', 'amount', 'direction'));

GRANT SELECT, INSERT, UPDATE (undone_by, undone_at) ON bank_decisions, bank_openings TO sunledger_web;
