"""What every front end of the wizard shares: the draft, what follows from it, opening, saving, and the words; no terminal in here."""
