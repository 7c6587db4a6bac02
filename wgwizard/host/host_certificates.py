"""Host certificates: whether one that a host shows is by an authority of known_hosts (@cert-authority), for this host, and valid now."""

import base64

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization

from wgwizard.host.known_hosts import KnownKeys

KINDS = tuple(
    f"{kind}-cert-v01@openssh.com"
    for kind in ("ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521", "rsa-sha2-512", "rsa-sha2-256")
)


def is_vouched_for(kind: str, blob: bytes, known: KnownKeys, host: str, now: float) -> bool:
    """Whether the certificate speaks for `host` at `now` (seconds since 1970).

    One that does not is no harm: as for ssh, the plain key is judged then. Without principals it speaks for no host.
    """
    try:
        found = serialization.load_ssh_public_identity(f"{kind} ".encode() + base64.b64encode(blob))
        if not isinstance(found, serialization.SSHCertificate):
            return False
        found.verify_cert_signature()
        authority = _bytes(found.signature_key())
    except (ValueError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return (
        found.type is serialization.SSHCertificateType.HOST
        and not found.critical_options
        and found.valid_after <= now < found.valid_before
        and host.encode() in found.valid_principals
        and known.trusts(authority)
        and not known.revokes(_bytes(found.public_key()))
    )


def authority_of(kind: str, blob: bytes) -> bytes | None:
    """The public key of the authority that a certificate names, `None` where it cannot be read."""
    try:
        found = serialization.load_ssh_public_identity(f"{kind} ".encode() + base64.b64encode(blob))
        return _bytes(found.signature_key()) if isinstance(found, serialization.SSHCertificate) else None
    except (ValueError, UnsupportedAlgorithm):
        return None


def _bytes(key: serialization.SSHCertPublicKeyTypes) -> bytes:
    text = key.public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH)
    return base64.b64decode(text.split()[1])
