-- What a bank says stands on the account behind a line, where its statement has it: it tells equal lines of a day apart,
-- and whether a line is missing between two.

ALTER TABLE bank_lines ADD COLUMN balance_fen bigint;

ALTER TABLE bank_columns DROP CONSTRAINT bank_columns_field_check;
ALTER TABLE bank_columns ADD CONSTRAINT bank_columns_field_check
    CHECK (field IN ('date', 'text', 'received', 'paid', 'balance'));

-- Up to which day a bank's statements were read in, where that is said: after the last line there may have been none.
CREATE TABLE bank_reach (
    book    text COLLATE "C" NOT NULL,
    account text COLLATE "C" NOT NULL,
    through date NOT NULL,
    PRIMARY KEY (book, account)
);

GRANT UPDATE (balance_fen) ON bank_lines TO sunledger_web;
GRANT SELECT, INSERT, UPDATE ON bank_reach TO sunledger_web;
