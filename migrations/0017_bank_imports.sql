-- Which files were read in, by whom and when, and which lines each had, with the balance that it said: a line stands as
-- long as one of its imports does. Nothing is deleted: an import that is undone says by whom and when.

CREATE TABLE bank_imports (
    book      text COLLATE "C" NOT NULL,
    account   text COLLATE "C" NOT NULL,
    number    integer NOT NULL CHECK (number > 0),
    file      text NOT NULL,
    sha256    text CHECK (sha256 ~ '^[0-9a-f]{64}$'), -- of the file; NULL of those that were read before this was kept
    through   date,                                   -- up to which day it goes, where that is said
    read_by   text COLLATE "C",                       -- a key's name; NULL: at the server, without a key
    read_at   timestamptz NOT NULL DEFAULT now(),
    undone_by text COLLATE "C",
    undone_at timestamptz,
    PRIMARY KEY (book, account, number),
    CHECK ((undone_by IS NULL) = (undone_at IS NULL))
);

CREATE TABLE bank_import_lines (
    book        text COLLATE "C" NOT NULL,
    account     text COLLATE "C" NOT NULL,
    import      integer NOT NULL,
    line        integer NOT NULL,
    balance_fen bigint,
    PRIMARY KEY (book, account, line, import),
    FOREIGN KEY (book, account, import) REFERENCES bank_imports,
    FOREIGN KEY (book, account, line) REFERENCES bank_lines
);

-- Of what was read before, each line is known from the first import that had it; which others had it was not kept.
INSERT INTO bank_imports (book, account, number, file, read_at)
SELECT book, account, row_number() OVER (PARTITION BY book, account ORDER BY min(number)), file, read_at
FROM bank_lines GROUP BY book, account, file, read_at;

INSERT INTO bank_import_lines (book, account, import, line, balance_fen)
SELECT book, account, bank_imports.number, bank_lines.number, balance_fen
FROM bank_lines JOIN bank_imports USING (book, account, file, read_at);

UPDATE bank_imports SET through = bank_reach.through
FROM bank_reach
WHERE (bank_reach.book, bank_reach.account) = (bank_imports.book, bank_imports.account)
  AND number = (SELECT max(number) FROM bank_imports AS other
                WHERE (other.book, other.account) = (bank_imports.book, bank_imports.account));

DROP TABLE bank_reach;
ALTER TABLE bank_lines DROP COLUMN balance_fen, DROP COLUMN file, DROP COLUMN read_at;

-- The lines that stand, with the balance that the latest of their imports says.
CREATE VIEW bank_standing AS
SELECT book, account, bank_lines.number, date, amount_fen, text,
       (array_agg(balance_fen ORDER BY import DESC) FILTER (WHERE balance_fen IS NOT NULL))[1] AS balance_fen
FROM bank_lines
JOIN bank_import_lines AS said USING (book, account)
JOIN bank_imports USING (book, account)
WHERE said.line = bank_lines.number AND said.import = bank_imports.number AND undone_at IS NULL
GROUP BY book, account, bank_lines.number;

GRANT SELECT, INSERT, UPDATE (undone_by, undone_at) ON bank_imports TO sunledger_web;
GRANT SELECT, INSERT ON bank_import_lines TO sunledger_web;
GRANT SELECT ON bank_standing TO sunledger_web;
