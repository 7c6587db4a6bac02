"""The pages of docs/ that the program makes: `python -m tests.docs`."""
