"""A fictional company, 青峰矿业: the same arguments always give the same rows.

Everything but ``seeding`` is pure: no clock, no database, no settings.
"""
