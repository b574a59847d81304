"""The HTTP API: ``scamlint serve``. Needs the extra ``api``."""
