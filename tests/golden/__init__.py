"""A folder a case: site.yaml and, where the host was seen, facts.json; expected/ holds every file, and who reaches whom.

`python -m tests.golden` writes expected/ anew for every case; read the difference before you commit it.
"""
