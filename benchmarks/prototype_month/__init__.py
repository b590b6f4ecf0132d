"""The reference month: the pattern that this project's compiled rules were measured with before they were written.

An annuity month in exact integers (account values, maintenance charge, lifetime withdrawal rider, withdrawals,
surrender charge by payment layer, death benefits), frozen as it was measured and never changed for speed.
`benchmarks/run.py` runs it beside the month of `inforce.mechanics`, so that a figure is a ratio and not a property of
the machine. It stands apart: it imports nothing of Inforce.
"""
