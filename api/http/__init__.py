"""HTTP: public pages, the log's files, reports, and the door for signed entries."""
