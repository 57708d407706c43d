"""Mutated pictures, archives and tables, and processes that try them: see `benchmarks/fuzz.py`.

    kind, data = mutants.make(seed=0, number=17)       # always the same bytes
    answers = targets.try_out(kind, data, 17, folder)  # [("images.decode_with_notes", "BadImage", ""), …]
"""
