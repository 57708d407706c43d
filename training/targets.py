"""What the released model is meant to reach, as data, and how far a card is from it.

    print(table(model.read_card("mobile")).to_string(index=False))

`training.evaluate` prints this for every model of models/. The goals were set before the model was
trained; the published ages-21–60 figures to beat are those of VOLO-D1 (MiVOLO: 4.23 years, CS@5
69.78 %, sex 97.69 %).
"""

import pandas as pd

from agesex import findings

HEADLINE = (  # part of the card's figures, metric, comparison, goal, moonshot
    ("test_21_60_clamped", "mae", "≤", 4.20, 4.0),
    ("test_21_60", "mae", "≤", 4.40, None),
    ("test_21_60_clamped", "cs5", "≥", 0.69, 0.72),
    ("test_21_60", "sex_accuracy", "≥", 0.979, 0.984),
    ("test", "mae", "≤", 4.15, 3.9),
    ("test", "rmse", "≤", 6.1, None),
    ("test", "sex_accuracy", "≥", 0.943, None),
    ("test_10_and_over", "sex_accuracy", "≥", 0.975, None),
    ("test", "coverage", "≥", 0.88, None),
    ("test", "coverage", "≤", 0.92, None),
    ("test", "width", "≤", 18.0, None),
)
GROUPS = (  # grouping, metric, comparison, goal for the worst group
    ("age band", "mae", "≤", 6.8),
    ("age band", "bias", "≤", 2.0),
    ("predicted age band", "coverage", "≥", 0.85),
)
CALIBRATION_ERROR, ANSWERED, ANSWERED_RIGHT = 0.015, 0.92, 0.975


def table(card):
    """Every goal beside what was reached on test.

    Args:
        card: dict as in card.json.

    Returns:
        DataFrame: figure, goal, moonshot, reached (text with its 95 % interval and n), met (bool).
    """
    rows = []

    def add(name, metric, row, sign, goal, moonshot=None):
        if row["value"] is None:
            rows.append({"figure": name, "goal": "", "moonshot": "", "reached": "no face", "met": False})
            return
        value = abs(row["value"]) if metric == "bias" else row["value"]
        met = value <= goal if sign == "≤" else value >= goal
        known = {end: float("nan") if row[end] is None else row[end] for end in ("low", "high")}
        rows.append(
            {
                "figure": name,
                "goal": f"{sign} {_text(metric, goal)}",
                "moonshot": "" if moonshot is None else f"{sign} {_text(metric, moonshot)}",
                "reached": findings.described(metric, row | known, digits=2),
                "met": bool(met),
            }
        )

    for part, metric, sign, goal, moonshot in HEADLINE:
        add(f"{part}: {metric}", metric, card["figures"][part][metric], sign, goal, moonshot)
    groups = pd.DataFrame(card["groups"])
    for by, metric, sign, goal in GROUPS:
        here = groups[(groups.by == by) & (groups.metric == metric) & groups.low.notna()]
        if here.empty:
            continue
        size = here.value.abs() if metric == "bias" else here.value
        worst = here.loc[size.idxmax() if sign == "≤" else size.idxmin()]
        add(f"worst {by}, {worst.group}: {metric}", metric, worst.to_dict(), sign, goal)
    sex = card["sex"]
    error, answered = sex["calibration"], sex["answered"]
    if error["value"] is None:
        return pd.DataFrame(rows)
    rows.append(
        {
            "figure": "test: expected calibration error of sex",
            "goal": f"≤ {CALIBRATION_ERROR}",
            "moonshot": "",
            "reached": f"{error['value']} ({error['low']}–{error['high']}; n = {error['n']:,}); chance "
            f"alone leaves {error['floor']}, up to {error['floor_high']}",
            "met": error["value"] <= CALIBRATION_ERROR,
        }
    )
    for metric, goal in (("share", ANSWERED), ("accuracy", ANSWERED_RIGHT)):
        row = answered[metric]
        if row["low"] is None:  # too few faces for an interval
            continue
        rows.append(
            {
                "figure": f"test, {answered['ages']}: sex answered, {metric}",
                "goal": f"≥ {findings.percent(goal)}",
                "moonshot": "",
                "reached": f"{findings.percent(row['value'])} ({100 * row['low']:.1f}–"
                f"{100 * row['high']:.1f}; n = {row['n']:,})",
                "met": row["value"] >= goal,
            }
        )
    return pd.DataFrame(rows)


def undercovered(card):
    """Groups of at least 100 test faces whose coverage is clearly under the promise; list of str."""
    return [
        f"{row['by']} {row['group']}: {findings.described('coverage', row)}"
        for row in card["groups"]
        if row["metric"] == "coverage" and row["n"] >= 100 and row["high"] < findings.LEVEL
    ]


def _text(metric, value):
    return findings.amount(metric, value, 2).lstrip("+")
