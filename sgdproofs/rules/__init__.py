"""The rules: one family of identities a file."""
