"""Plan -> Bundle: every file and card as text, one module a syntax."""
