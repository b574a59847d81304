"""Evaluation of the served detector: ``python -m scamlint_training.evaluate``."""
