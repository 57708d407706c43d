"""The words of a card that no number changes: names of its parts, uses, labels, upkeep."""

from agesex import labels

PARTS = {
    "test": "Test, all ages",
    "test_10_and_over": "Test, ages 10 and over",
    "test_21_60": "Published test list, ages 21–60",
    "test_21_60_clamped": "The same list, ages cut to 21–60",
    "validation": "Validation",
    "train": "Training",
}
BASELINES = {
    "mae": "always the median age",
    "rmse": "always the median age",
    "bias": "always the median age",
    "cs5": "always the median age",
    "sex_accuracy": "always the larger sex",
}
OF = {"occlusion": " of the width, a square"}  # what a strength of the stress test is a part of
SITE = "https://susanqq.github.io/UTKFace/"  # of the authors of the data
LICENSE = "models/LICENSE"  # in the repository
FIGURES, GROUPS = "All figures", "By group, worst first"
USES = """The model is for teaching and research about face-based estimation: to see how such a model is
built, how good it is, for whom, and where it looks. It must **not** be used

- as an age gate: to check anybody's age, or to let somebody in or keep somebody out;
- to verify documents or identities, or for security: to identify, watch or track people;
- for advertising, or to sort people into groups;
- to decide anything about a person, or to tell a person what sex or gender they are;
- on people who did not agree to it;
- commercially: the weights come from research data (`models/LICENSE`)."""
LABELS = f"""- {labels.ORIGIN} The errors above are
  distances from those labels, not from birthdays.
- Sex is 0 or 1. It is not what a person would say of themselves, and people who are neither have no right
  answer here.
- Race is one of five coarse codes. The model never predicts it; it is used only to compare errors between
  groups."""
UPKEEP = """For new photos, or a new idea, in this order:

1. `python -m training.prepare DATASET` extends the split manifest; no old photo changes its split.
2. `python -m training.train --recipe …` trains a candidate.
3. `python -m training.stress --run …` measures what poor photos do to it.
4. `python -m training.promote RUN` compares it with the present model on the same validation faces,
   overall and per group, and refuses where a group of 100 or more gets worse beyond its interval, or
   where nothing is gained.
5. `python -m training.evaluate --run …` calibrates it and measures it on test, once.
6. `make figures` rebuilds what is derived from it; a test fails where figures and weights differ."""
