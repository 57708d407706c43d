"""Gradient × input (Shrikumar et al. 2016): the gradient times the pixel, counted from black."""


def gradient_input(seam, photo, target):
    """One fine map with a sign.

    Args:
        seam: see `agesex.explain.seam`.
        photo: float32 (s, s, 3), 0…255.
        target: a name of `TARGETS`.

    Returns:
        float32 (s, s): summed over the three channels, in the units of the score; positive where the
        pixel's brightness speaks for the target.
    """
    return (seam.pixels(photo[None], target).gradient[0] * photo).sum(axis=-1)
