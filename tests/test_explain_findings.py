"""Sentences about curves, rankings, sanity, stability and regions, on figures worked out by hand."""

from types import SimpleNamespace

import numpy as np
import pandas as pd

from agesex.explain import findings
from agesex.explain.curves import Curves, Evidence

NAN = float("nan")


def straight(at_fifth):
    """Deletion loses `at_fifth` of the score at a fifth of the photo, insertion wins it; straight between."""
    shares = np.array([0, 0.2, 1.0])
    return Curves(shares, np.array([1, 1 - at_fifth, 0]), np.array([0, at_fifth, 1]))


def evidence(own=0.6, random=0.2, blob=0.4, denominator=10.0):
    return Evidence("older", denominator, straight(own), straight(random), straight(blob))


def ranking(*rows):
    """(title, over random, low, high, over blob low, random weights) of each method."""
    names = ["title", "over_random", "over_random_low", "over_random_high", "over_blob_low", "random_weights"]
    return pd.DataFrame(rows, columns=names).assign(n=150)


def regions(eyes, mouth):
    rows = [("eyes", eyes, 0.1, eyes / 0.1), ("mouth", mouth, 0.2, mouth / 0.2)]
    return pd.DataFrame(rows, columns=["region", "share", "area", "density"])


def test_what_a_fifth_costs_is_in_years():
    assert findings.deletion(evidence()) == (
        "Blurring the hottest fifth first costs 6.0 of 10.0 years; random order costs 2.0, from the centre "
        "outwards 4.0"
    )
    assert findings.insertion(evidence(random=-0.004)).endswith(
        "gives 6.0 of 10.0 years; random order gives 0.0, from the centre outwards 4.0"
    )


def test_an_order_is_held_against_chance_and_the_centre():
    # area of insertion at `a`: 0.1 a + 0.4 (1 + a) = 0.4 + a / 2; of deletion 0.6 - a / 2; gain a - 0.2
    assert findings.order(evidence()).endswith(
        "beats random order and the centre of the photo (gain 0.40; random order 0.00, centre 0.20)"
    )
    assert "which needs no map, does as well or better" in findings.order(evidence(blob=0.7))
    assert "no better than random order" in findings.order(evidence(own=0.1))


def test_the_areas_are_named_for_each_order():
    text = findings.areas(evidence())
    assert "hottest first 0.30 and 0.70; random order 0.50 and 0.50;" in text


def test_a_photo_too_close_to_its_blurred_copy_is_said_to_be():
    text = findings.untestable(-1.24, 2.0, "younger")
    assert "moves the answer by only 1.2 years, and under 2 years" in text
    assert "under 0.5 logits" in findings.untestable(0.1, 0.5, "male")


def test_a_map_that_random_weights_keep_is_called_out():
    steps = [SimpleNamespace(rank_correlation=value) for value in (0.9, 0.62)]
    assert "A warning: with all weights random the map still correlates 0.62" in findings.sanity(steps, 0.5)
    steps[-1].rank_correlation = 0.5
    assert "not over 0.5: the photo alone does not make it" in findings.sanity(steps, 0.5)
    steps[-1].rank_correlation = NAN
    assert "nothing is left of the map" in findings.sanity(steps, 0.5)


def test_the_change_that_moves_a_map_most_is_named_and_what_is_given_is_left_out():
    values = {"shifted up 2 px": 0.95, "mirrored": 0.4, "light noise": 0.92}
    assert "lowest correlation is 0.40 (mirrored)" in findings.stability(values)
    assert findings.stability(values, ("mirrored",)) == (
        "The map holds still when the photo hardly changes: the lowest correlation is 0.92 (light noise)"
    )
    assert "moves a little" in findings.stability({"a": 0.75})
    assert findings.stability({"a": 0.95, "b": NAN}).endswith("; 1 of the maps were the same everywhere")
    assert "nothing to compare" in findings.stability({"a": NAN, "mirrored": 1.0}, ("mirrored",))


def test_the_best_method_is_named_with_its_interval_and_its_rival():
    rows = ranking(("Occlusion", 0.3, 0.25, 0.35, 0.1, 0.1), ("Grad-CAM", 0.2, 0.15, 0.24, -0.1, 0.2))
    assert findings.ranking(rows, "age") == (
        "For age, Occlusion orders the photo best: 0.30 better than random order (0.25 to 0.35; n = 150)"
    )
    rows.loc[1, "over_random_high"] = 0.26
    assert findings.ranking(rows, "age").endswith("; its interval overlaps that of Grad-CAM")


def test_methods_that_beat_nothing_are_named():
    rows = ranking(("Occlusion", 0.3, 0.25, 0.35, 0.1, 0.1), ("Saliency", 0.01, -0.1, 0.1, -0.2, 0.7))
    assert findings.losers(rows) == (
        "Not clearly better than random order: Saliency. Not clearly better than going from the centre "
        "outwards: Saliency."
    )
    assert findings.called_out(rows, 0.5).startswith(
        "With random weights these maps still correlate over 0.5 on average: Saliency (0.70)."
    )
    assert findings.losers(rows[:1]).count("Every method clearly beats") == 2
    assert findings.losers(rows[1:]).count("No method clearly beats") == 2
    assert "no method's map" in findings.called_out(rows[:1], 0.5)
    assert "was not made" in findings.called_out(rows.assign(random_weights=NAN), 0.5)


def test_regions_are_named_by_how_much_they_get_for_their_area():
    assert findings.regions(regions(0.3, 0.1), "older") == (
        "Towards “older” the map lies most on the eyes: 3.0 times what the area alone would get, 30 % of the "
        "map; least on the mouth, 0.5 times"
    )
    assert "empty" in findings.regions(regions(NAN, NAN), "older")


def test_the_youngest_and_the_oldest_band_are_compared():
    young, old = regions(0.3, 0.1).assign(band="0–12"), regions(0.05, 0.5).assign(band="60+")
    text = findings.bands(pd.concat([young, old]), "older")
    assert "ages 0–12 lies most on the eyes for its area (3.0 times), that of ages 60+ on the mouth" in text
    same = pd.concat([young, young.assign(band="60+")])
    assert "and so does that of ages 60+" in findings.bands(same, "older")
    assert "are empty" in findings.bands(regions(NAN, NAN).assign(band="60+"), "older")


def test_two_groups_differ_in_the_region_with_the_largest_gap():
    text = findings.differ(regions(0.3, 0.5), regions(0.4, 0.1))
    assert text == "Most unlike on the mouth: 50 % of A's map lies there, and 10 % of B's"
    assert "half a per cent" in findings.differ(regions(0.3, 0.5), regions(0.3, 0.5))
    assert "empty" in findings.differ(regions(0.3, 0.5), regions(NAN, NAN))


def test_agreement_is_said_in_words_with_a_real_minus():
    values = (0.8, 0.51, 0.5, 0.3, 0.26, 0.1, -0.24, -0.26, -0.4)
    said = {value: findings.agreement(value, 0.5) for value in values}
    assert said[-0.24] == "Rank correlation of the two: −0.24; the two maps do not agree at all"
    assert "much alike" in said[0.8] and "much alike" in said[0.51]
    assert "agree a little" in said[0.5] and "agree a little" in said[0.3]
    assert all("do not agree at all" in said[value] for value in (0.26, 0.1, -0.26))
    assert "contradict each other" in said[-0.4]
    assert "empty" in findings.agreement(NAN, 0.5)
