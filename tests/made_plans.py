"""Made plan results: a plan with everything a page shows, and a clash; numbers chosen, not computed."""

from autarky.results.plan import (
    Balance,
    Certificate,
    Clash,
    Coverage,
    DayCheck,
    Frontier,
    FrontierPoint,
    Giving,
    KeptImport,
    Limit,
    Livelihood,
    Measure,
    Need,
    PlanResult,
    Robustness,
    RollingHorizon,
    Series,
    SiegeCoverage,
    StageReached,
    Step,
    TargetReached,
    Valuation,
    YearsNeeded,
)

PERIODS = ("2031", "2032", "2033")
SPANS = (*PERIODS, "after")
MONEY = "million ARD"


def tonnes(value: float, *, year: bool = True) -> Measure:
    """Fertiliser: a million ARD are two thousand tonnes."""
    per = " / year" if year else ""
    return Measure(value, MONEY + per, 2000.0 * value, "t" + per)


def made_plan(**changed) -> PlanResult:
    """Three years; people lack grain in the first, fertiliser from coal takes over, naphtha ends."""
    steps = (
        Step(
            "2031",
            "start",
            "coalgas",
            "Fertiliser from coal gas",
            tonnes(12.0),
            ready="2032",
            needs=(Need("Machines", Measure(6.0, MONEY)), Need("work of fitters", Measure(4000.0, "hours"))),
            preceded_by=("Machine works (started 2031)",),
            unlocks=("Fertiliser from coal gas can run", "no more Naphtha from abroad from 2033"),
            why="in 2032 a unit makes Fertiliser worth 40 person-days of basket; it takes mostly Coal",
            delay_cost=1250.0,
            source="Made Handbook (2029), p. 7",
        ),
        Step("2031", "start", "works", "Machine works", Measure(2.0, f"{MONEY} / year"), ready="2032"),
        Step("2031", "keep up", "existing plants", "existing plants", Measure(5.0, f"{MONEY} / year")),
        Step("2031", "stock", "grain", "Grain", Measure(3.0, MONEY), 1.0),
        Step("2031", "import", "ABROAD.naphtha", "Naphtha from abroad", Measure(1.5, f"{MONEY} / year"), 2.0),
        Step("2032", "commission", "coalgas", "Fertiliser from coal gas", tonnes(12.0)),
        Step("2032", "run", "coalgas", "Fertiliser from coal gas", tonnes(10.0), 0.0),
        Step("2033", "start", "coalgas", "Fertiliser from coal gas", tonnes(1.0), ready="after"),
        Step(
            "2033",
            "stop importing",
            "ABROAD.naphtha",
            "Naphtha from abroad",
            Measure(0.0, f"{MONEY} / year"),
            1.0,
        ),
        Step("2033", "stop", "naphtha route", "Fertiliser from naphtha", tonnes(0.0), 4.0),
        Step("after", "commission", "coalgas", "Fertiliser from coal gas", tonnes(1.0)),
    )
    grain = Measure(40.0, f"{MONEY} / year", 8000.0, "t / year")
    shares = (0.8, 0.95, 1.0, 1.0)
    values = {
        "title": "A made plan",
        "economy": "Arden 2030",
        "periods": PERIODS,
        "years": (1.0, 1.0, 1.0),
        "spans": SPANS,
        "persons": 1000.0,
        "stages": (StageReached("worst coverage", "share of the basket", 0.8),),
        "worst_coverage": 0.8,
        "coverages": tuple(
            Coverage(span, group, "Grain", grain, share if group == "towns" else 1.0)
            for span, share in zip(SPANS, shares, strict=True)
            for group in ("towns", "villages")
        ),
        "livelihoods": tuple(
            Livelihood(span, group, share if group == "towns" else 1.0, 0.1 * k)
            for k, (span, share) in enumerate(zip(SPANS, shares, strict=True))
            for group in ("towns", "villages")
        ),
        "steps": steps,
        "activities": (
            Series(
                "coalgas",
                "Fertiliser from coal gas",
                f"{MONEY} / year",
                (0.0, 10.0, 12.0, 12.0),
                (0.0, 12.0, 12.0, 13.0),
                0.0,
                "t / year",
                2000.0,
            ),
            Series(
                "naphtha route",
                "Fertiliser from naphtha",
                f"{MONEY} / year",
                (4.0, 3.0, 0.0, 0.0),
                (4.0, 3.9, 3.8, 3.7),
                4.0,
                "t / year",
                2000.0,
            ),
        ),
        "imports": (
            Series(
                "ABROAD.naphtha",
                "Naphtha from abroad",
                f"{MONEY} / year",
                (1.5, 1.0, 0.0, 0.0),
                (1.5, 1.0, 0.5, 0.5),
                2.0,
            ),
            Series(
                "ABROAD.machines",
                "Machines from abroad",
                f"{MONEY} / year",
                (2.0, 2.0, 2.0, 2.0),
                (float("inf"),) * 4,
                3.0,
            ),
        ),
        "exports": (
            Series("ABROAD.coal", "Coal to abroad", f"{MONEY} / year", (4.0, 4.0, 3.0, 3.0), (5.0,) * 4, 6.0),
        ),
        "balances": tuple(
            Balance(
                span,
                "Fertiliser",
                f"{MONEY} / year",
                (("made by Fertiliser from coal gas", 10.0),),
                (("used by Farms", 9.5),),
            )
            for span in SPANS
        ),
        "targets": (
            TargetReached("less naphtha", "2031", MONEY, 1.0, 0.5, 1, False),
            TargetReached("less naphtha", "2032", MONEY, 1.0, 0.0, 1, False),
            TargetReached("a reserve of grain", "2033", "days", 30.0, 0.0, 2, True),
        ),
        "certificate": Certificate(
            "HiGHS 1.0", 120, 200, 900, 3e-10, "balance[2031, coal]", 2e-9, ("solved by simplex",)
        ),
        "priced": "shortfall",
        "limits": (
            Limit(
                "import ceiling",
                "Naphtha from abroad",
                "2031",
                f"{MONEY} / year",
                900.0,
                0.5,
                0.2,
                13.5,
                ((0.075, 66.0),),
            ),
            Limit(
                "foreign exchange",
                "foreign exchange",
                "2032",
                "million USD / year",
                30.0,
                float("inf"),
                2.0,
                1.5,
            ),
        ),
        "keep": (
            KeptImport(
                "ABROAD.naphtha",
                "Naphtha from abroad",
                "2031",
                Measure(1.5, f"{MONEY} / year"),
                930.0,
                1.0,
                930.0,
            ),
            KeptImport(
                "ABROAD.machines",
                "Machines from abroad",
                "2032",
                Measure(2.0, f"{MONEY} / year"),
                60.0,
                2.0,
                30.0,
            ),
        ),
        "valuations": (
            Valuation(
                "coalgas",
                "Fertiliser from coal gas",
                "2032",
                True,
                (("Fertiliser", 40.0),),
                (("Coal", 25.0), ("plant", 15.0)),
                0.0,
            ),
            Valuation(
                "peat",
                "Fertiliser from peat",
                "2032",
                False,
                (("Fertiliser", 40.0),),
                (("Peat", 70.0),),
                30.0,
            ),
        ),
        "siege": (SiegeCoverage("2032", 0.6, "Grain"), SiegeCoverage("2033", 1.0, "")),
        "frontier": Frontier(
            "million USD",
            50.0,
            (
                FrontierPoint(0.0, 0.0, 0.55, ("coalgas", "peat")),
                FrontierPoint(0.5, 25.0, 0.9, ("coalgas",)),
                FrontierPoint(1.0, 50.0, 1.2, ()),
            ),
            (YearsNeeded(0.5, 0.9, 2.0), YearsNeeded(0.0, 0.9, None)),
        ),
        "rolling": (RollingHorizon(2, 0.75, 4000.0, 0.9, ("begins to build a year later",)),),
        "days": (DayCheck("2032", "Farms", 40.0, 36.0, f"{MONEY} / year", "fertiliser comes too late"),),
        "days_checked": True,
        "days_notes": ("Stocks of fertiliser last nine days.",),
        "robustness": Robustness(
            50,
            42,
            (("2031", "start", "coalgas", 0.96), ("2031", "start", "works", 0.5)),
            (0.7, 0.8, 0.85),
            ("Made Handbook (2029)",),
        ),
        "assumptions": ("Plants last 25 years.",),
        "sources": ("Made Yearbook (2030)",),
        "names": {
            "coalgas": "Fertiliser from coal gas",
            "peat": "Fertiliser from peat",
            "works": "Machine works",
        },
    }
    return PlanResult(**(values | changed))


def made_clash(**changed) -> Clash:
    """Livelihood and import ceilings cannot both hold."""
    values = {
        "title": "A made clash",
        "policies": ("livelihood", "import ceilings"),
        "alone": (
            Giving(
                "livelihood",
                "person-years of basket",
                120.0,
                0.06,
                True,
                (("2031, Grain", Measure(12.0, MONEY)),),
            ),
            Giving("import ceilings", "million USD", float("nan"), float("nan"), False),
        ),
        "repair": (
            Giving("livelihood", "person-years of basket", 40.0, 0.02, True),
            Giving("import ceilings", "million USD", 7.0, 0.3, True),
        ),
        "exchange": ((0.0, 12.0), (40.0, 7.0), (120.0, 0.0)),
        "exchanged": ("livelihood", "import ceilings"),
        "solved": 17,
    }
    return Clash(**(values | changed))
