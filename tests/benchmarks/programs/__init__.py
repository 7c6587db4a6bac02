"""The smallest programs that do what ours does: the floors."""
