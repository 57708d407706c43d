"""What every network ends with: a hidden layer and the two outputs."""

import keras
from keras import layers

AGES = 101  # 0…100 years; the few older labels count as 100
HEADS = ("hidden", "age", "sex")  # layers with weights above the backbone


def heads(photo, x, recipe, *, name):
    """Dropout, one hidden layer, dropout, and the two outputs.

    Args:
        photo: the network's input.
        x: (n, c) features.
        recipe: for hidden, dropout and l2.
        name: of the network.

    Returns:
        keras.Model: photo -> {"age": (n, 101) logits, "sex": (n, 1) logit}.
    """
    x = hidden(x, recipe)
    age = layers.Dense(AGES, name="age", kernel_regularizer=penalty(recipe))(x)  # -> (n, 101)
    sex = layers.Dense(1, name="sex", kernel_regularizer=penalty(recipe))(x)  # -> (n, 1)
    return keras.Model(photo, {"age": age, "sex": sex}, name=name)


def hidden(x, recipe, prefix=""):
    """Dropout, dense, dropout: (n, c) -> (n, recipe.hidden)."""
    x = layers.Dropout(recipe.dropout, name=f"{prefix}pool_dropout")(x)
    x = layers.Dense(
        recipe.hidden, activation="relu", name=f"{prefix}hidden", kernel_regularizer=penalty(recipe)
    )(x)
    return layers.Dropout(recipe.dropout, name=f"{prefix}hidden_dropout")(x)


def penalty(recipe):
    """The L2 penalty of a recipe's kernels, or None."""
    return keras.regularizers.L2(recipe.l2) if recipe.l2 else None
