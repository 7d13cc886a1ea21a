-- What a line is measured in (数量、计量单位), in thousandths of the unit; 0 and '' of a line of money alone.

ALTER TABLE journal
    ADD COLUMN quantity_milli bigint NOT NULL DEFAULT 0,
    ADD COLUMN unit text NOT NULL DEFAULT '';

-- Which accounts are measured is asked for each form.
CREATE INDEX journal_units ON journal (book, account) WHERE unit <> '';
