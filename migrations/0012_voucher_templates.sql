-- What the form for a voucher is filled with: vouchers that are typed often, or come again every month. No evidence
-- either: what is made of one is a draft like any other.

CREATE TABLE voucher_templates (
    book       text COLLATE "C" NOT NULL,
    id         text COLLATE "C" NOT NULL,
    revision   integer     NOT NULL CHECK (revision > 0),
    content    bytea       NOT NULL,             -- JSON: name, how often, from which period, which day, the voucher
    changed_by text COLLATE "C" NOT NULL,        -- a key's name
    changed_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (book, id)
);

-- Which draft was made of a template for which period.
CREATE TABLE voucher_template_uses (
    book     text COLLATE "C" NOT NULL,
    template text COLLATE "C" NOT NULL,
    period   text COLLATE "C" NOT NULL,
    draft    text COLLATE "C" NOT NULL,
    PRIMARY KEY (book, template, draft),
    FOREIGN KEY (book, template) REFERENCES voucher_templates ON DELETE CASCADE,
    FOREIGN KEY (book, draft) REFERENCES drafts
);

GRANT SELECT, INSERT, UPDATE, DELETE ON voucher_templates TO sunledger_web;
GRANT SELECT, INSERT, UPDATE, DELETE ON voucher_template_uses TO sunledger_web;
