"""Reports on the results of ``scamlint batch``: a page to read, SARIF for tools, CSV for spreadsheets."""
