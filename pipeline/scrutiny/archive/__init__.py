"""Many reports at once: where they come from, and where results go."""
