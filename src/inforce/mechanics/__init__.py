"""Contract arithmetic: every rule of a contract, once, in whole numbers.

Imports nothing of ours from above, no NumPy, no Numba, no dates. The same text is run by CPython (ledger),
watched (`inforce.explain`) and compiled (`inforce.projection.compiled`).
"""
