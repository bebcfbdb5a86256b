"""Every byte that comes in or goes out: text tables, workbooks, folders and zips, and files written whole."""
