"""A disposable Host β for the tests: a real Debian with systemd, sshd and sudo in its own namespaces.

`base` builds the file trees once, `inside` makes the private namespaces of a test run, `host` boots a host in a network
namespace, `snapshot` tells what differs on it. `tests/system/run` is the way in.
"""
