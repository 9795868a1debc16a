"""The terminal: flask deploy | work | ..."""
