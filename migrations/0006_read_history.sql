-- The history of a figure: an account's lines in the order of their dates, with their amounts in the index, so that a
-- page and the balance carried to it are read from the index alone. It begins as the index that it replaces did.

CREATE INDEX journal_history ON journal (book, account, period, date, entry) INCLUDE (debit_fen, credit_fen);
DROP INDEX journal_account;
