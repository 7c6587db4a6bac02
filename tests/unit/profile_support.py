"""For the tests of files on disk: a small site, and files that belong to somebody else."""

from msgspec.structs import replace

from wgwizard import profiles
from wgwizard.profiles import files

SITE = "version: 1\nname: s\nsite: {networks: [192.168.1.0/24]}\nhost: {addresses: [192.168.1.10/24]}\npoints: [{name: a}]\n"


def saved(folder):
    """The path of the site, saved in `folder`."""
    path = folder / "home.yaml"
    path.write_text(SITE)
    path.chmod(0o644)
    return str(path)


def owned_by(uid, monkeypatch):
    """From now on, files read as belonging to `uid` (only root could really give them away)."""
    monkeypatch.setattr(profiles, "read_file", lambda *arguments: replace(files.read_file(*arguments), owner=uid))
