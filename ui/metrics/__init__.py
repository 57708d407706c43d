"""The views of the page Metrics: one file a view, all of them on one `Choice`.

    importlib.import_module("ui.metrics.age").draw(choice)

`choice` holds what is asked about and asks the questions, `tables` draws what can be taken away, `duel` the
comparison of two models. The page imports a view when it is chosen.
"""
