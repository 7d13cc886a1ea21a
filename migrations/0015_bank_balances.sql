-- What a bank says stands on the account behind a line, where its statement has it: it tells equal lines of a day apart,
-- and whether a line is missing between two.

ALTER TABLE bank_lines ADD COLUMN balance_fen bigint;

ALTER TABLE bank_columns DROP CONSTRAINT bank_columns_field_check;
ALTER TABLE bank_columns ADD CONSTRAINT bank_columns_field_check
    CHECK (field IN ('date', 'text', 'received', 'paid', 'balance'));
