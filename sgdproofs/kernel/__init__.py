"""The kernel: the normal form, the conditions, and the few rules that make a theorem."""
