-- What waits outside the log for signatures, and who is at work. Nothing here is evidence: an entry stands in the log
-- once all have signed its bytes, and until then a draft may be changed or withdrawn.

CREATE TABLE drafts (
    book       text COLLATE "C" NOT NULL,
    id         text COLLATE "C" NOT NULL,       -- the id of the statement, which stays when it is changed
    revision   integer     NOT NULL CHECK (revision > 0),
    text       bytea       NOT NULL,            -- the exact bytes to be signed
    state      text        NOT NULL CHECK (state IN ('open', 'posted', 'withdrawn')),
    entry      bigint      CHECK (entry >= 0),  -- where it stands in the log, once posted
    made_by    text COLLATE "C" NOT NULL,       -- a key's name
    changed_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (book, id),
    CHECK ((state = 'posted') = (entry IS NOT NULL))
);
CREATE INDEX drafts_open ON drafts (book, id) WHERE state = 'open';

CREATE TABLE draft_signatures (
    book      text COLLATE "C" NOT NULL,
    draft     text COLLATE "C" NOT NULL,
    key       text COLLATE "C" NOT NULL,
    key_id    bigint      NOT NULL,
    signature bytea       NOT NULL,
    at        timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (book, draft, key)
);

-- What was done with a draft and by whom, for those who work on it.
CREATE TABLE draft_steps (
    book     text COLLATE "C" NOT NULL,
    draft    text COLLATE "C" NOT NULL,
    number   integer     NOT NULL CHECK (number > 0),
    step     text        NOT NULL CHECK (step IN ('made', 'changed', 'signed', 'dropped', 'refused', 'withdrawn', 'posted')),
    revision integer     NOT NULL,
    key      text COLLATE "C" NOT NULL,         -- whose step it is; of 'dropped', whose signature fell away
    words    text        NOT NULL DEFAULT '',   -- the reason of a refusal
    at       timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (book, draft, number)
);

-- What a key is asked to sign, once, by whoever wants to work with it.
CREATE TABLE challenges (
    book    text COLLATE "C" NOT NULL,
    nonce   text COLLATE "C" NOT NULL,
    expires timestamptz NOT NULL,
    PRIMARY KEY (book, nonce)
);

-- Who is at work: one token, of which only the hash is kept, may stand for keys of several books.
CREATE TABLE sessions (
    book    text COLLATE "C" NOT NULL,
    token   bytea       NOT NULL CHECK (octet_length(token) = 32), -- its SHA-256
    key     text COLLATE "C" NOT NULL,
    expires timestamptz NOT NULL,
    PRIMARY KEY (book, token)
);
CREATE INDEX sessions_token ON sessions (token);

GRANT SELECT, INSERT, UPDATE ON drafts TO sunledger_web;
GRANT SELECT, INSERT, DELETE ON draft_signatures TO sunledger_web;
GRANT SELECT, INSERT ON draft_steps TO sunledger_web;
GRANT SELECT, INSERT, DELETE ON challenges TO sunledger_web;
GRANT SELECT, INSERT, DELETE, UPDATE ON sessions TO sunledger_web;
