"""How many hours of training a step takes: what is missing, how long a qualification is, what access requires."""
