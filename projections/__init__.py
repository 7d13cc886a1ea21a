"""The read side: each folder is a read model, a fold from entries to rows and the queries on them."""
