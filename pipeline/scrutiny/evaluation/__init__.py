"""Measures of a model against labelled sentences."""
