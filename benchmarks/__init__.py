"""How long a month's rating takes, against the least that the database itself would need."""
