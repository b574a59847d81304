"""What the page and the extension need besides themselves: packing, generated files, a browser, a server.

``python -m scamlint_training.browser --help`` lists the commands. The end-to-end tests and the bench use the same
parts.
"""
