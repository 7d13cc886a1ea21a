"""The smallest words of the house: money, periods, identifiers, canonical JSON, notes, errors."""
