"""Rankings: one step from an occupation or a person, or towards a job, each explained."""
