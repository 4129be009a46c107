"""What takes how long: ``make benchmark``."""
