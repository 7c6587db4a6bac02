"""The wizard's screens (Textual); they show values and return typed results, and hold no rules."""
