"""What goes to Temporal and comes from it: encrypted on the way, if keys are set."""
