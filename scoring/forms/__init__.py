"""Forms of rating."""
