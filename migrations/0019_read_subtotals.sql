-- Which entry laid down the sub-totals of the statement of income from a year on: the last one is in force.
-- It follows from `events`, as all of the read side.

CREATE TABLE subtotals (
    book  text COLLATE "C" NOT NULL,
    year  text COLLATE "C" NOT NULL,
    entry bigint NOT NULL,
    PRIMARY KEY (book, year, entry)
);
