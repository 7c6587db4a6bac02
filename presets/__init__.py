"""Scenarios: questions answered in advance, one commented site file each."""
