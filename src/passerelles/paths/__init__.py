"""Paths: several steps with their credentials, hours of training and legal frame, the best ones proven best."""
