"""The views of the page Explain: one file a view, all of them on one `Scene`.

    VIEWS = {"map": (title, draw), ...}      # draw(scene)
"""
