def declare() -> None:
    """Register this app's duties."""
