"""Measures partway beside its peers, and its budgets, in one process and one run.

Run `python -m benchmarks` in the project's folder, with the extra `bench` installed. `documents` makes the texts,
`peers` and `node` drive the packages of today, `ways` says how each kind of them is given a stream, `contenders` holds
them together with partway, `measure` times, `first` watches for the first field, `memory` weighs in processes of their
own, and `suite` says what is measured in a run. `budgets` has the ratios, `readme` what the README states of them,
`page` and `plots` write `docs/benchmarks.md`, where the method is told, `report` prints the rest.
"""
