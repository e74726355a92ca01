"""Made planning problem: five products, four years, an import that fades and a substitute to be built."""

import numpy as np

from autarky.planning.problem import (
    Households,
    PlanningProblem,
    Quantity,
    Stocks,
    Trade,
)

PRODUCTS = ("naphtha", "coal", "fertiliser", "grain", "machines")
TECHNIQUES = ("mine", "from naphtha", "from coal", "farm", "works")
PERSONS = 100.0


def fading_naphtha() -> PlanningProblem:
    """Fertiliser is made from imported naphtha, which ends in the third year; from coal it could be.

    A plant for fertiliser from coal takes a year to build, of machines that the works make. Grain can be
    kept, and must be in the last year. Ten units of grain a year feed 100 people.
    """
    n, m, periods = len(PRODUCTS), len(TECHNIQUES), 4
    naphtha, coal, fertiliser, grain, machines = range(n)
    make, use, builds_with = np.zeros((n, m)), np.zeros((n, m)), np.zeros((n, m))
    for technique, product in enumerate((coal, fertiliser, fertiliser, grain, machines)):
        make[product, technique] = 1.0
    use[naphtha, 1] = 0.5
    use[coal, 2] = 1.5
    use[fertiliser, 3] = 0.2
    use[coal, 4] = 0.1
    builds_with[machines, [1, 2, 3]] = 1.0
    basket = np.zeros((1, n))
    basket[0, grain] = 10.0 / PERSONS
    weights = np.zeros((1, n))
    weights[0, grain] = 1.0
    nothing = np.zeros((periods, 0))
    return PlanningProblem(
        "Fading naphtha",
        ("2031", "2032", "2033", "2034"),
        np.ones(periods),
        PRODUCTS,
        ("money",) * n,
        TECHNIQUES,
        ("money",) * m,
        make,
        use,
        np.ones((periods, m)),
        capacity=np.array([10.0, 4.0, 0.0, 14.0, 3.0]),
        arriving=np.zeros((periods, m)),
        retirement=np.array([0.0, 0.0, 0.0, 0.1, 0.0]),
        lag=np.array([1.0, 1.0, 1.0, 1.0, 1.0]),
        most_starts=np.tile([0.0, 0.0, 5.0, 1.3, 0.0], (periods, 1)),
        start_growth=np.zeros(m),
        builds_with=builds_with,
        imports=Trade(
            (("ABROAD", "naphtha"),),
            np.array([naphtha]),
            np.ones((periods, 1)),
            np.array([[1.5], [1.0], [0.0], [0.0]]),
            np.zeros((periods, 1)),
        ),
        exports=Trade((), np.zeros(0, np.int64), nothing, nothing, nothing),
        households=Households(("people",), np.full((periods, 1), PERSONS), basket, weights, basket),
        public_demand=np.zeros((periods, n)),
        stocks=Stocks(
            np.array([grain]),
            np.array([0.5]),
            np.full((periods, 1), 3.0),
            np.zeros(1),
            np.array([[0.0], [0.0], [0.0], [2.0]]),
        ),
        quantities=(Quantity("ammonium sulphate", "fertiliser", "t", 1000.0, "Made Yearbook (2030)"),),
        names={
            "from coal": "Fertiliser from coal",
            "grain": "Grain",
            "ABROAD": "abroad",
            "naphtha": "Naphtha",
        },
    )
