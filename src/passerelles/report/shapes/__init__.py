"""JSON Schemas of every shape that the package writes or reads: written once here, told and checked everywhere."""
