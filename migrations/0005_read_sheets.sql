-- Which entry published a sheet. It follows from `events`, as all of the read side.

CREATE TABLE sheets (
    book   text COLLATE "C" NOT NULL,
    sheet  text COLLATE "C" NOT NULL,
    period text COLLATE "C" NOT NULL,
    entry  bigint NOT NULL,
    PRIMARY KEY (book, sheet, period)
);
