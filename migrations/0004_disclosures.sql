-- What is known of the values behind an entry's digests, encrypted under a key for each subject. The keys lie in files,
-- so that neither this table nor a backup of it can be read without them. What is erased is deleted here.

CREATE TABLE disclosures (
    book      text COLLATE "C" NOT NULL,
    digest    text COLLATE "C" NOT NULL,       -- of the disclosure, as RFC 9901 makes it
    entry     bigint  NOT NULL,                -- the entry where the digest stands, or the roll that has the row
    place     integer NOT NULL,                -- the voucher's line from 1 (0: the entry itself), or the row from 0
    tier      text    NOT NULL CHECK (tier IN ('public', 'members', 'person', 'auditors')),
    subject   bytea   NOT NULL CHECK (octet_length(subject) = 32), -- a keyed hash of whom it is about
    box       bytea   NOT NULL,                -- subject and disclosure, under the subject's key
    stored_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (book, digest)
);
CREATE INDEX disclosures_entry ON disclosures (book, entry, place);
CREATE INDEX disclosures_subject ON disclosures (book, subject);

-- The hashes of all leaves of a roll, 32 bytes each: a row's path can still be made when another row is erased.
CREATE TABLE roll_leaves (
    book   text COLLATE "C" NOT NULL,
    entry  bigint NOT NULL,
    leaves bytea  NOT NULL CHECK (octet_length(leaves) % 32 = 0),
    PRIMARY KEY (book, entry)
);

GRANT SELECT, INSERT, DELETE ON disclosures TO sunledger_web;
GRANT SELECT, INSERT ON roll_leaves TO sunledger_web;

-- The entries from which follows what was erased: few, and looked for whenever a value is shown.
CREATE INDEX events_about_privacy ON events (originator_id, originator_version)
    WHERE topic IN ('roll.committed/1', 'subject.erased/1');
