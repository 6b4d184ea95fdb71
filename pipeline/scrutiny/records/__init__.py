"""Stage 4: records out of classified sentences."""
