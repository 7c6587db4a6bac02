"""The texts of the two files beside a site file: the public lock file, and what lies sealed in the secrets file."""

import json
from typing import Annotated

import msgspec
from msgspec import Meta, Struct, field

from wgwizard import keys
from wgwizard.keys import Keyring
from wgwizard.lock import Lock
from wgwizard.problems import Problem, error
from wgwizard.secret import Secret
from wgwizard.sitefile import yamltext
from wgwizard.sitefile.addresses import read_address, read_network
from wgwizard.sitefile.draft import Draft
from wgwizard.sitefile.reading import read_each
from wgwizard.sitefile.shape import fit
from wgwizard.sitefile.sitewrite import dump
from wgwizard.sitefile.values import read_name

FORMAT_VERSION = 1
_LOCK_HEADER = "# Made by wgwizard: addresses and public keys that were given out. Nothing here is secret; keep it with the site file.\n"


class _LockFile(Struct, forbid_unknown_fields=True):
    version: int = FORMAT_VERSION
    networks: list[str] = field(default_factory=list)
    addresses: dict[str, list[str]] = field(default_factory=dict)
    public_keys: dict[str, str] = field(default_factory=dict)
    preshared: list[str] = field(default_factory=list)


class _SecretsFile(Struct, forbid_unknown_fields=True):
    version: Annotated[int, Meta(ge=FORMAT_VERSION, le=FORMAT_VERSION)]
    public: dict[str, str]
    private: dict[str, str]
    preshared: dict[str, str]


def read_lock(content: bytes) -> tuple[Lock | None, tuple[Problem, ...]]:
    """The lock in a lock file's text, or every problem with it. Never raises."""
    document, problems = yamltext.parse(content)
    if document is None:
        return None, problems
    file, misfits = fit(document, _LockFile, {})
    draft = Draft(problems=misfits)
    found = draft.problems
    if file.version != FORMAT_VERSION:
        found.append(error("newer-version", "version", f"version {file.version} is not known to this program", "update wgwizard"))
    read_each(file.networks, "networks", read_network, draft, draft.tunnel_networks)
    addresses = {}
    for node, texts in file.addresses.items():
        read_name(node, f"addresses.{node}", found)
        addresses[node] = read_each(texts, f"addresses.{node}", read_address, draft, draft.point_addresses)
    for node, key in file.public_keys.items():
        fault = keys.key_problem(key)
        if fault is not None:
            found.append(error("bad-key", f"public_keys.{node}", f"the key {key[:60]!r} {fault}", "remove the line, or restore the file"))
    for index, node in enumerate(file.preshared):
        read_name(node, f"preshared[{index}]", found)
    problems = tuple(problem for problem in found if problem.is_error)
    networks = tuple(network for _, network in draft.tunnel_networks)
    return (None if problems else Lock(networks, addresses, file.public_keys, frozenset(file.preshared))), problems


def lock_text(lock: Lock) -> str:
    """The lock file's text: one node a line, sorted, so that versions of it merge well."""
    document = {
        "version": FORMAT_VERSION,
        "networks": [str(network) for network in lock.networks],
        "addresses": {node: [str(address) for address in lock.addresses[node]] for node in sorted(lock.addresses)},
        "public_keys": {node: lock.public_keys[node] for node in sorted(lock.public_keys)},
        "preshared": sorted(lock.preshared),
    }
    return _LOCK_HEADER + dump(document)


def keyring_text(keyring: Keyring) -> Secret:
    """The keyring as the text that is sealed."""
    document = {
        "version": FORMAT_VERSION,
        "public": dict(keyring.public),
        "private": {node: private.reveal() for node, private in keyring.private.items()},
        "preshared": {node: preshared.reveal() for node, preshared in keyring.preshared.items()},
    }
    return Secret(json.dumps(document))


def read_keyring(text: Secret) -> Keyring | None:
    """The keyring in an unsealed text; `None` where it is not one. Private keys come out clamped."""
    try:
        file = msgspec.json.decode(text.reveal().encode(), type=_SecretsFile)
    except msgspec.DecodeError:
        return None
    if any(keys.key_problem(key) is not None for kind in (file.public, file.private, file.preshared) for key in kind.values()):
        return None
    private = {node: keys.clamped(Secret(key)) for node, key in file.private.items()}
    return Keyring(file.public, private, {node: Secret(key) for node, key in file.preshared.items()})
