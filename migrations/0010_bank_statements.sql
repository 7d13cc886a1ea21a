-- What the banks say of a book's accounts, as their statements were read in. It is no evidence and in no log: it is held
-- against the book to find what one of them has and the other has not.

CREATE TABLE bank_lines (
    book       text COLLATE "C" NOT NULL,
    account    text COLLATE "C" NOT NULL,
    number     integer NOT NULL CHECK (number > 0), -- in the order in which the lines were read
    date       date    NOT NULL,
    amount_fen bigint  NOT NULL CHECK (amount_fen <> 0), -- above zero: received
    text       text    NOT NULL,
    file       text    NOT NULL,
    read_at    timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (book, account, number)
);

-- Under which headers an account's statements have what is wanted, where they are not the usual ones.
CREATE TABLE bank_columns (
    book    text COLLATE "C" NOT NULL,
    account text COLLATE "C" NOT NULL,
    field   text COLLATE "C" NOT NULL CHECK (field IN ('date', 'text', 'received', 'paid')),
    header  text NOT NULL,
    PRIMARY KEY (book, account, field)
);

GRANT SELECT, INSERT ON bank_lines TO sunledger_web;
GRANT SELECT, INSERT, DELETE ON bank_columns TO sunledger_web;
