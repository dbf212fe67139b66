"""Words of matrices: their normal form, certificates about them, and the search for these."""
