-- The id of the voucher that one sets right (订正、调整), as it says itself; NULL of one that sets none right.

ALTER TABLE vouchers ADD COLUMN corrects_id text COLLATE "C";

CREATE INDEX vouchers_corrects ON vouchers (book, corrects_id) WHERE corrects_id IS NOT NULL;
CREATE INDEX vouchers_reverses ON vouchers (book, reverses_id) WHERE reverses_id IS NOT NULL;
