"""Files of other programs, in and out: spreadsheets, hledger journals, the C2SP tiles layout."""
