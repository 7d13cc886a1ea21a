-- The read side. Every table here follows from `events` and can be rebuilt from nothing; `rebuild` executes this
-- same file with another schema in front of the search path, so the names below are unqualified.
-- Every table that belongs to a book has the book first in its primary key, so that all can be distributed by book.

CREATE TABLE positions (
    book text COLLATE "C" PRIMARY KEY,
    size bigint NOT NULL
);

CREATE TABLE books (
    book           text COLLATE "C" PRIMARY KEY,
    name           text   NOT NULL,
    division       text   NOT NULL,
    chart          text   NOT NULL,
    first_period   text   NOT NULL,
    closed_through text   NOT NULL DEFAULT '',
    origin         text   NOT NULL,
    log_vkey       text   NOT NULL,
    entries        bigint NOT NULL DEFAULT 0,
    opening_entry  bigint,
    opened_at      text   NOT NULL,
    last_at        text   NOT NULL DEFAULT ''
);

CREATE TABLE accounts (
    book   text COLLATE "C" NOT NULL,
    chart  text COLLATE "C" NOT NULL,
    code   text COLLATE "C" NOT NULL,
    name   text    NOT NULL,
    kind   text    NOT NULL,
    side   text    NOT NULL,
    parent text,
    leaf   boolean NOT NULL DEFAULT true,
    PRIMARY KEY (book, chart, code)
);

CREATE TABLE keys (
    book    text COLLATE "C" NOT NULL,
    name    text COLLATE "C" NOT NULL,
    role    text   NOT NULL,
    holder  text   NOT NULL,
    person  text   NOT NULL,
    vkey    text   NOT NULL,
    granted bigint NOT NULL,
    last    bigint,
    PRIMARY KEY (book, name)
);

CREATE TABLE vouchers (
    book        text COLLATE "C" NOT NULL,
    entry       bigint  NOT NULL,
    id          text COLLATE "C" NOT NULL,
    type        text    NOT NULL,
    period      text COLLATE "C" NOT NULL,
    number      integer NOT NULL,
    date        date    NOT NULL,
    summary     text    NOT NULL,
    amount_fen  bigint  NOT NULL, -- below zero for a red voucher
    attachments integer NOT NULL,
    source      text    NOT NULL,
    resolution  text    NOT NULL,
    reverses_id text,
    reversed_by bigint,
    signers     text[]  NOT NULL,
    at          text    NOT NULL,
    PRIMARY KEY (book, entry)
);
CREATE INDEX vouchers_number ON vouchers (book, period, number);
CREATE INDEX vouchers_id ON vouchers (book, id);

CREATE TABLE journal (
    book       text COLLATE "C" NOT NULL,
    entry      bigint  NOT NULL,
    line       integer NOT NULL,
    period     text COLLATE "C" NOT NULL,
    number     integer NOT NULL,
    date       date,
    account    text COLLATE "C" NOT NULL,
    summary    text    NOT NULL,
    party      text    NOT NULL,
    project    text    NOT NULL,
    debit_fen  bigint  NOT NULL,
    credit_fen bigint  NOT NULL,
    PRIMARY KEY (book, entry, line),
    CHECK ((debit_fen = 0) <> (credit_fen = 0))
);
CREATE INDEX journal_period ON journal (book, period, number);
CREATE INDEX journal_account ON journal (book, account, period);

-- An account has a row for each period from its first turnover to the newest period of the book, so that one period's
-- trial balance is one row an account. Opening balances stand under the period ''.
CREATE TABLE balances (
    book            text COLLATE "C" NOT NULL,
    chart           text COLLATE "C" NOT NULL,
    period          text COLLATE "C" NOT NULL,
    account         text COLLATE "C" NOT NULL,
    opening_fen     bigint NOT NULL, -- debit less credit of all periods before
    debit_fen       bigint NOT NULL,
    credit_fen      bigint NOT NULL,
    year_debit_fen  bigint NOT NULL, -- from January to this period
    year_credit_fen bigint NOT NULL,
    PRIMARY KEY (book, chart, period, account)
);

CREATE TABLE tiles (
    book  text COLLATE "C" NOT NULL,
    level smallint NOT NULL,
    n     bigint   NOT NULL,
    data  bytea    NOT NULL,
    PRIMARY KEY (book, level, n),
    CHECK (octet_length(data) BETWEEN 32 AND 8192 AND octet_length(data) % 32 = 0)
);
