"""Planning: what would it take to do without? An action plan, or the policies that clash.

`section.py` is what a study declares, `problem.py` the same as numbers, `formulation.py` a linear program of
it, `stages.py` solves that program in order, `highs.py` alone speaks to the solver, `plan.py` holds the result.
"""
