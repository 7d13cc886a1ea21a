-- What was still to be set right when the draft of a closing was made, in the checklist's words: what comes up since then
-- stops its signing.

ALTER TABLE drafts ADD COLUMN despite text[] NOT NULL DEFAULT '{}';
