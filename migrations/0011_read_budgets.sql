-- Which entry adopted a year's plan: the last one of a year is in force. It follows from `events`, as all of the read side.

CREATE TABLE budgets (
    book  text COLLATE "C" NOT NULL,
    year  text COLLATE "C" NOT NULL,
    entry bigint NOT NULL,
    PRIMARY KEY (book, year, entry)
);
