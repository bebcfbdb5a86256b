"""What is made of several results together: the report of a territory, JSON objects, schemas, duties, look-ups."""
