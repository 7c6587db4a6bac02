"""The words of each kind of router, one module for each; kinds.py has them all."""
