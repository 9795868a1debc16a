"""Running cases move to another version of their process: choose, check, map, move some, move the rest, undo."""
