"""Planning: what would it take to do without? An action plan, or the policies that clash.

``posing`` makes a problem of what a study declares and a table knows (``problem``). ``formulation`` makes a
linear program of it (``linear_program``), ``stages`` solves that in order, ``highs`` alone speaks to the
solver, and a ``plan`` comes out, or why not (``unbounded``, ``magnitudes``). ``checking`` holds the plan
against its problem, ``pricing`` says what scarce things are worth in it, ``telling`` puts it into steps, and
``questions`` are asked beyond it: why there is none, how far one could get, what foresight is worth.
"""
