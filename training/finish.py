"""How a network is compiled, saved and, at the end of a training, finished."""

import json

import keras
from keras import ops

from training import files, networks
from training.losses import AgeLoss, mae


def compiled(model, recipe, steps):
    """Compile a network with its recipe's optimizer, losses and metrics."""
    schedule = keras.optimizers.schedules.CosineDecay(
        initial_learning_rate=0.0,
        warmup_target=recipe.rate,
        warmup_steps=recipe.warmup,
        decay_steps=max(1, steps - recipe.warmup),
        alpha=0.01,
    )
    optimizer = keras.optimizers.AdamW(
        schedule,
        weight_decay=recipe.weight_decay,
        global_clipnorm=recipe.clip or None,
        use_ema=True,
        ema_momentum=recipe.ema,
    )
    optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
    model.compile(
        optimizer,
        loss={
            "age": AgeLoss(recipe.sigma, recipe.l1),
            "sex": keras.losses.BinaryCrossentropy(
                from_logits=True, label_smoothing=recipe.smoothing
            ),
        },
        metrics={
            "age": [mae],
            "sex": [keras.metrics.BinaryAccuracy(name="accuracy", threshold=0.0)],
        },
    )
    return model


def save_aside(model, path):
    """Save under another name, then rename: a crash leaves no half-written file.

    Raises:
        BadModel: the disk is full or may not be written; an older file is unchanged.
    """
    aside = path.with_suffix(".part.keras")
    try:
        model.save(aside)
        aside.replace(path)
    except OSError as error:
        aside.unlink(missing_ok=True)
        raise files.unwritten(path, error) from error


def finish(model, batches, validation, recipe, folder, passes=120):
    """Keep the weights that validation likes best: raw, averaged, or averaged with renewed statistics.

    Averaging weights leaves the running mean and variance of batch normalisation those of the raw
    weights; the third candidate measures them again on training photos (Izmailov et al. 2018,
    “Averaging Weights Leads to Wider Optima and Better Generalization”, section 3.4).

    Args:
        model: the last checkpoint's model, with its optimizer.
        batches: training batches of the final size.
        validation: (photos, targets).
        recipe: a Recipe.
        folder: where `model.keras` and `finish.json` (validation scores of each) are written.
        passes: batches over which the statistics are measured.
    """
    kept = compiled(networks.build(recipe, recipe.size), recipe, 1)
    kept.set_weights(model.get_weights())
    scores, weights = {}, {}

    def try_out(name):
        found = kept.evaluate(*validation, verbose=0, return_dict=True)
        scores[name] = {metric: round(float(value), 5) for metric, value in found.items()}
        weights[name] = kept.get_weights()

    try_out("raw")
    averages = model.optimizer._model_variables_moving_average
    for variable, average in zip(kept.trainable_variables, averages, strict=True):
        variable.assign(average)
    try_out("averaged")
    norms = [v for v in kept.layers if isinstance(v, keras.layers.BatchNormalization)]
    for step in range(min(passes, len(batches))):
        for layer in norms:
            layer.momentum = step / (step + 1)  # a plain mean over the batches
        kept(ops.cast(batches[step][0], "float32"), training=True)
    try_out("averaged, renewed statistics")
    # the two losses without a penalty of the kernels, which would favour small weights
    best = min(scores, key=lambda name: scores[name]["age_loss"] + scores[name]["sex_loss"])
    final = networks.build(recipe, recipe.size)
    final.set_weights(weights[best])
    save_aside(final, folder / "model.keras")
    facts = {"kept": best, "validation": scores}
    files.write(folder / "finish.json", json.dumps(facts, indent=2) + "\n")
