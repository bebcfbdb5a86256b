"""What access to an occupation takes: credentials, selection, level, and what somebody holds of it already."""
