-- The values behind the digests of drafts, while these wait for signatures: encrypted as those of entries are, under a
-- key for each subject. A draft that is changed keeps what its earlier texts had, until it is posted or withdrawn.

CREATE TABLE draft_disclosures (
    book    text COLLATE "C" NOT NULL,
    draft   text COLLATE "C" NOT NULL,
    digest  text COLLATE "C" NOT NULL, -- of the disclosure, as RFC 9901 makes it
    tier    text  NOT NULL CHECK (tier IN ('public', 'members', 'person', 'auditors')),
    subject bytea NOT NULL CHECK (octet_length(subject) = 32), -- a keyed hash of whom it is about
    box     bytea NOT NULL,            -- subject and disclosure, under the subject's key
    PRIMARY KEY (book, draft, digest)
);
CREATE INDEX draft_disclosures_subject ON draft_disclosures (book, subject);

GRANT SELECT, INSERT, DELETE ON draft_disclosures TO sunledger_web;
