"""Planning: what would it take to do without? An action plan, or the policies that clash.

The rooms, in the order in which a plan goes through them:

declared   ``section``, ``packaged`` (sets of techniques that come with autarky)
set out    ``from_table``, ``reading``, ``technology``, ``trading``, ``wanting``, ``assembly`` → ``problem``
solved     ``linear_program``, ``formulation``, ``stages``, ``highs`` (alone speaks to the solver) → ``plan``
checked    ``checking`` (by arithmetic of its own), ``unbounded``
priced     ``prices``, ``valuation``, ``delays``
told       ``balances``, ``siege``, ``steps``, ``telling`` → ``results.plan``
asked on   ``clash``, ``frontier``, ``rolling``, ``coefficients`` (other values for what has a range)
"""
