"""The words on the screen for the codes in the tables, a module for each noun."""
