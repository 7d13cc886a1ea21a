CREATE TABLE events (originator_id text COLLATE "C" NOT NULL, originator_version bigint NOT NULL, topic text NOT NULL, state bytea NOT NULL, PRIMARY KEY (originator_id, originator_version));
CREATE TABLE heads (book text COLLATE "C" PRIMARY KEY, size bigint NOT NULL);
CREATE TABLE checkpoints (book text COLLATE "C" NOT NULL, size bigint NOT NULL, root bytea NOT NULL, note bytea NOT NULL, signed_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (book, size));
DO $$ BEGIN CREATE ROLE sunledger_web NOLOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
GRANT SELECT, INSERT ON events, checkpoints TO sunledger_web;
GRANT SELECT, INSERT, UPDATE ON heads TO sunledger_web;
