"""Showing a report to a person: in a terminal, as an HTML page."""
