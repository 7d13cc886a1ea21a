"""What a village ledger is: values, rules and events, all of it pure but for `domain.ledger`."""
