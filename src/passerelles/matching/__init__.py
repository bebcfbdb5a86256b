"""Free text to codes: job titles and competency labels as people write them, and lists of codes of an older version."""
