"""Random true statements of each kind are proved; their random false neighbours never are."""
