-- The keys of each log: a key signs the checkpoints of more than `added` and at most `ended` entries. Books that are
-- there already have had one key so far.

CREATE TABLE log_keys (
    book   text COLLATE "C" NOT NULL,
    vkey   text COLLATE "C" NOT NULL,
    origin text   NOT NULL,
    added  bigint NOT NULL,
    ended  bigint,
    PRIMARY KEY (book, vkey)
);
INSERT INTO log_keys (book, vkey, origin, added) SELECT book, log_vkey, origin, 0 FROM books;
