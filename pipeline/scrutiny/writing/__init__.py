"""Stage 5: the files of a run."""
