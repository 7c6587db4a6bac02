"""The known_hosts files on this machine: read, judged, and appended to by one line."""

import os
import time
from pathlib import Path

import paramiko
from msgspec import Struct

from wgwizard.errors import RemoteError
from wgwizard.host import host_certificates, known_hosts, revoked
from wgwizard.host.known_hosts import KnownKeys, Verdict
from wgwizard.host.ssh_config import Login
from wgwizard.target import Target


class HostKeyFiles(Struct, frozen=True):
    """What the files know of one host, and the file that new keys are appended to (`None` where ssh's configuration says none).

    `host` is the host's name without a port, `revoked` the file of RevokedHostKeys, `hash_names` HashKnownHosts.
    """

    known: KnownKeys
    host: str
    own: Path | None
    revoked: Path | None = None
    hash_names: bool = False

    @classmethod
    def of(cls, target: Target, login: Login) -> "HostKeyFiles":
        """The file of --known-hosts alone, or those of ssh's configuration, the user's and the machine's."""
        own = (target.known_hosts,) if target.known_hosts is not None else login.known_hosts
        every = own if target.known_hosts is not None else (*own, *login.global_known_hosts)
        files = [Path(name).expanduser() for name in every]
        entries = tuple(entry for file in files for entry in known_hosts.parse(_text(file), str(file)))
        unwanted = Path(login.revoked_keys).expanduser() if login.revoked_keys is not None else None
        known = KnownKeys(entries, login.known_hosts_name)
        return cls(known, login.key_host, files[0] if own else None, unwanted, login.hash_names)

    def kinds(self) -> tuple[str, ...]:
        """The key types to ask for first: certificates, where an authority may vouch for the host, and those that are known."""
        return (*(host_certificates.KINDS if self.known.authorities else ()), *self.known.kinds())

    def check(self, key: paramiko.PKey) -> Verdict:
        """KNOWN or UNKNOWN; raises RemoteError for a changed or revoked key."""
        certificate = key.public_blob
        self._refuse_revoked(key)
        if certificate is not None and host_certificates.is_vouched_for(
            certificate.key_type, certificate.key_blob, self.known, self.host, time.time()
        ):
            return Verdict.KNOWN
        verdict, entry = self.known.judge(key.asbytes())
        if verdict is Verdict.UNKNOWN and KnownKeys(self.known.entries, self.host).judge(key.asbytes())[0] is Verdict.KNOWN:
            return Verdict.KNOWN  # the same key is known for the usual port; ssh takes it, too
        print_ = known_hosts.fingerprint(key.asbytes())
        if entry is not None and verdict is Verdict.REVOKED:
            raise RemoteError(
                f"The host shows the key {print_}, which {entry.file} line {entry.line} marks as revoked.",
                "Do not go on: whoever has this key may pretend to be the host.",
            )
        if entry is not None and verdict is Verdict.CHANGED:
            raise RemoteError(
                f"The host key of {self.known.name} changed: it shows {print_} ({key.get_name()}), "
                f"and {entry.file} line {entry.line} knows {known_hosts.fingerprint(entry.key)} ({entry.kind}).",
                f"Someone may be listening in. Only if the host was installed anew: ssh-keygen -R '{self.known.name}' -f {entry.file}",
            )
        return verdict

    def _refuse_revoked(self, key: paramiko.PKey) -> None:
        """By ssh's RevokedHostKeys: the key, its certificate, or the authority that signed that."""
        if self.revoked is None:
            return
        shown = [key.asbytes()]
        if key.public_blob is not None:
            blob = key.public_blob.key_blob
            shown += [blob, *filter(None, [host_certificates.authority_of(key.public_blob.key_type, blob)])]
        if revoked.is_revoked(self.revoked, tuple(shown)):
            raise RemoteError(
                f"The host shows the key {known_hosts.fingerprint(key.asbytes())}, which {self.revoked} (RevokedHostKeys) revokes.",
                "Do not go on: whoever has this key may pretend to be the host.",
            )

    def remember(self, key: paramiko.PKey) -> None:
        """Append the accepted key as one line; everything else in the file stays as it is, byte for byte."""
        if self.own is None:
            return
        try:
            self.own.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            before = self.own.read_bytes() if self.own.exists() else b""
            name = known_hosts.hashed(self.known.name, os.urandom(20)) if self.hash_names else self.known.name
            line = known_hosts.new_line(name, key.get_name(), key.asbytes(), after=before)
            descriptor = os.open(self.own, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            with os.fdopen(descriptor, "ab") as file:
                file.write(line)
        except OSError as error:
            raise RemoteError(
                f"The accepted host key cannot be written to {self.own}: {error.strerror}.", "Name another file with --known-hosts."
            ) from error


def _text(file: Path) -> str:
    try:
        return file.read_bytes().decode("utf-8", "replace")
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise RemoteError(f"{file} cannot be read: {error.strerror}.", "Without it no host key can be checked.") from error
