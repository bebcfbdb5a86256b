"""The explorer: pages for people who would rather look than type; the same answers as the command line."""
