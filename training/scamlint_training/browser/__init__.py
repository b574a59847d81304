"""What the web page and the extension need besides themselves: packing, generated files, a browser and a server to try them.

``python -m scamlint_training.browser --help`` lists the commands. The end-to-end tests and the bench use the same parts.
"""
