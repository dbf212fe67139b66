"""What can be said: terms, statements, facts and derivations, all as data."""
