"""Versions of the schema, run by `inforce.stores.opening`; each is a file in `versions`."""
