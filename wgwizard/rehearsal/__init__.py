"""The replica: the site, the internet and every point in network namespaces, to measure who really reaches whom (docs/rehearsal.md)."""
