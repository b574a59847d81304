"""Training for scamlint: the corpus in, models and reports out. Repository-only; imports run towards ``scamlint``."""
