"""A face cut out by hand, where the detector finds none."""

import numpy as np
import streamlit as st

import ui.photo
from agesex import images

HOW = "Move the square until the eyes lie a little above its middle and the chin near its lower edge."


def draw(photo):
    """Three sliders and the square that they give; a button takes it for the face.

    Args:
        photo: a `ui.photo.Photo` that can be decoded.
    """
    with st.expander("Cut the face out by hand", icon=":material/crop:"):
        picture = ui.photo.kept(photo, "small", lambda: small(images.decode(ui.photo.source(photo))))
        height, width = picture.shape[:2]
        left, right = st.columns([2, 3], gap="large")
        with left:
            st.caption(HOW)
            size = st.slider("Size, % of the shorter side", 5, 100, 60, key="crop_size")
            x = st.slider("Middle, % from the left", 0, 100, 50, key="crop_x")
            y = st.slider("Middle, % from the top", 0, 100, 50, key="crop_y")
        box = square(width, height, size / 100, x / 100, y / 100)
        x0, y0, side = (round(value) for value in (box[0] * width, box[1] * height, box[2] * width))
        with right:
            with st.container(horizontal=True):
                st.image(
                    marked(picture, x0, y0, side), alt="The photo, darkened outside the square", width=300,
                    output_format="JPEG",
                )  # fmt: skip
                st.image(
                    picture[y0 : y0 + side, x0 : x0 + side], alt="The part of the photo inside the square",
                    width=150, output_format="JPEG",
                )  # fmt: skip
            st.button(
                "Take this for the face", key="take_crop", type="primary", on_click=ui.photo.take_crop,
                args=(photo, box),
            )  # fmt: skip


def square(width, height, size, x, y):
    """A square inside a picture.

    Args:
        width: of the picture, px.
        height: of the picture, px.
        size: side of the square, share of the shorter side of the picture.
        x: its middle, share of the width; moved inwards where the square would reach beyond the picture.
        y: its middle, share of the height; the same.

    Returns:
        (left, top, side): left and side as shares of the width, top as a share of the height.
    """
    side = max(size * min(width, height), 1)
    left = float(np.clip(x * width - side / 2, 0, width - side))
    top = float(np.clip(y * height - side / 2, 0, height - side))
    return left / width, top / height, side / width


def marked(picture, x, y, side):
    """The picture, darkened outside a square: uint8 (H, W, 3), all in pixels of it."""
    dark = (picture * 0.35).astype(np.uint8)
    dark[y : y + side, x : x + side] = picture[y : y + side, x : x + side]
    return dark


def small(picture, longest=800):
    """A reduced copy for the screen: (H, W, 3) -> (h, w, 3)."""
    import cv2

    scale = min(1, longest / max(picture.shape[:2]))
    size = [max(1, round(scale * length)) for length in picture.shape[1::-1]]
    return cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
