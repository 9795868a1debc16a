"""Diagrams in the hands of their owners: drafts, what is wrong with them, and how they become a version."""
