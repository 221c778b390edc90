"""Measures the budgets of the design against four yardsticks, in one process and one run.

Run `python -m benchmarks` in the project's folder, with the extra `bench` installed. `documents` makes the
texts, `contenders` says what is timed, `measure` times it, `memory` weighs it in a process of its own,
`budgets` judges, `report` prints.

The method: a document is cut into deltas before the clock starts. Everyone gets the same deltas in the same
order, from the first delta to the result, the making of the parser included. The contenders take turns, so that a
slow moment of the machine does not hit one alone; each has as many turns as its share of the time allows, and its
best one counts. What is counted is the processor's time, so that other processes cannot make a long turn look
slower than a short one. The garbage collector runs before each turn and is off during it, for all alike.
"""
