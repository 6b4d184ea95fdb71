"""Stage 3: the role of every sentence."""
