"""Keys agree with `wg`, are made once, and do not fit where they do not belong (inputs 61 to 72)."""

import subprocess
from base64 import b64decode, b64encode

import pytest
from msgspec.structs import replace

from wgwizard import keys
from wgwizard.keys import Keyring
from wgwizard.lock import Lock
from wgwizard.secret import Secret
from wgwizard.site import Host, Point, Site

SITE = Site(name="s", networks=(), host=Host(), points=(Point("a"), Point("b", preshared_key=False)))


def wg(*arguments, given=""):
    return subprocess.run(["wg", *arguments], input=given, capture_output=True, text=True, check=False)


def test_the_public_key_is_the_one_that_wg_makes():
    for _ in range(20):
        private = keys.generate_private()
        assert keys.public_of(private) == wg("pubkey", given=private.reveal()).stdout.strip()
        assert keys.key_problem(private.reveal()) is None


def test_keys_of_wg_are_good_keys():
    for _ in range(20):
        private = wg("genkey").stdout.strip()
        assert keys.key_problem(private) is None
        assert keys.key_problem(wg("genpsk").stdout.strip()) is None
        assert keys.public_of(Secret(private)) == wg("pubkey", given=private).stdout.strip()


def test_a_private_key_is_clamped_and_random():
    made = {keys.generate_private().reveal() for _ in range(50)}
    assert len(made) == 50
    for private in made:
        raw = b64decode(private)
        assert (raw[0] & 7, raw[31] & 192) == (0, 64)


def test_an_unclamped_private_key_is_normalised():
    """67: the same key to WireGuard, and the same public key."""
    loose = Secret(b64encode(b"\xff" * 32).decode())
    tight = keys.clamped(loose)
    assert tight.reveal() == b64encode(b"\xf8" + b"\xff" * 30 + b"\x7f").decode()
    assert keys.public_of(loose) == keys.public_of(tight) == wg("pubkey", given=loose.reveal()).stdout.strip()


def test_every_last_letter_is_judged_as_wg_judges_it():
    """62: of the 64 last letters wg takes the 16 that leave no bits over."""
    stem = wg("genkey").stdout.strip()[:42]
    for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/":
        text = f"{stem}{letter}="
        assert (keys.key_problem(text) is None) == (wg("pubkey", given=text).returncode == 0)


@pytest.mark.parametrize("text", ["", "A" * 43 + "=", "x" * 44, "short", "A" * 42 + "=="])
def test_what_is_no_private_key_is_refused_without_showing_it(text):
    with pytest.raises(ValueError) as caught:
        keys.public_of(Secret(text))
    assert not text or text not in str(caught.value)


def test_missing_keys_are_made_once():
    first = keys.complete_keyring(SITE, Keyring(), Lock())
    assert set(first.private) == set(first.public) == {"host", "a", "b"}
    assert set(first.preshared) == {"a"}
    assert all(first.public[node] == keys.public_of(private) for node, private in first.private.items())
    assert keys.complete_keyring(SITE, first, keys.remember(Lock(), first)) == first


def test_a_new_point_gets_keys_and_the_others_keep_theirs():
    first = keys.complete_keyring(SITE, Keyring(), Lock())
    larger = replace(SITE, points=(*SITE.points, Point("c")))
    second = keys.complete_keyring(larger, first, keys.remember(Lock(), first))
    assert set(second.private) - set(first.private) == {"c"}
    assert {node: second.private[node] for node in first.private} == first.private
    assert "c" in second.preshared


def test_a_colleague_without_the_secrets_replaces_no_key():
    lock = keys.remember(Lock(), keys.complete_keyring(SITE, Keyring(), Lock()))
    theirs = keys.complete_keyring(SITE, Keyring(), lock)
    assert (theirs.public, theirs.private, theirs.preshared) == ({}, {}, {})


def test_what_a_node_keeps_to_itself_is_not_made_here():
    own = keys.public_of(keys.generate_private())
    site = replace(SITE, host=Host(ssh="h", keys_on_host=True), points=(Point("a", public_key=own, preshared_key=True),))
    keyring = keys.complete_keyring(site, Keyring(), Lock())
    assert (dict(keyring.public), dict(keyring.private), set(keyring.preshared)) == ({"a": own}, {}, {"a"})
    known = keys.complete_keyring(site, Keyring(), Lock(public_keys={"host": "H"}))
    assert known.public["host"] == "H"


def problems_of(site, keyring, lock=None):
    return {(problem.code, problem.field) for problem in keys.keyring_problems(site, keyring, lock or Lock())}


def test_keys_that_fit_make_no_problem():
    keyring = keys.complete_keyring(SITE, Keyring(), Lock())
    assert problems_of(SITE, keyring, keys.remember(Lock(), keyring)) == set()


def test_a_point_with_the_hosts_own_key():
    """68 and 69: WireGuard drops a peer that has its own key, and keeps one of two peers with the same key."""
    keyring = keys.complete_keyring(SITE, Keyring(), Lock())
    site = replace(SITE, points=(Point("a", public_key=keyring.public["host"]), Point("b")))
    assert problems_of(site, keys.complete_keyring(site, keyring, Lock())) == {("duplicate-key-pair", "points[0].public_key")}


def test_a_secret_where_a_public_key_belongs():
    """70 and 72."""
    keyring = keys.complete_keyring(SITE, Keyring(), Lock())
    for secret in (keyring.private["host"], keyring.preshared["a"]):
        site = replace(SITE, points=(Point("a", public_key=secret.reveal()), Point("b")))
        found = keys.keyring_problems(site, keys.complete_keyring(site, keyring, Lock()), Lock())
        assert [(problem.code, problem.field) for problem in found] == [("secret-as-public", "points[0].public_key")]
        assert secret.reveal() not in repr(found)


def test_a_lock_of_other_keys():
    """71: the private key does not belong to the public key that is remembered."""
    keyring = keys.complete_keyring(SITE, Keyring(), Lock())
    other = keys.public_of(keys.generate_private())
    assert problems_of(SITE, keyring, Lock(public_keys={**keyring.public, "b": other})) == {("wrong-key", "")}


def test_a_public_key_that_is_not_remembered_is_made_from_the_private_one():
    first = keys.complete_keyring(SITE, Keyring(), Lock())
    assert keys.complete_keyring(SITE, replace(first, public={}), Lock()) == first


def colleague_adds(site, lock, *, times=3):
    """Somebody with site and lock only, who looks at the files several times: each time with what was made before."""
    keyring = Keyring()
    for _ in range(times):
        keyring = keys.complete_keyring(site, keyring, lock)
        assert keys.keyring_problems(site, keyring, lock) == ()
        lock = keys.remember(lock, keyring)
    return keyring, lock


def test_a_colleague_who_adds_a_point_makes_only_its_keys_and_the_founder_goes_on():
    founder = keys.complete_keyring(SITE, Keyring(), Lock())
    larger = replace(SITE, points=(*SITE.points, Point("c")))
    theirs, lock = colleague_adds(larger, keys.remember(Lock(), founder))
    assert (set(theirs.private), set(theirs.preshared), set(theirs.public)) == ({"c"}, {"c"}, {"c"})
    assert keys.made_elsewhere(larger, theirs, lock) == ("a", "b")
    again = keys.complete_keyring(larger, founder, lock)
    assert (again, keys.keyring_problems(larger, founder, lock)) == (founder, ())
    assert keys.made_elsewhere(larger, founder, lock) == ("c",)
    assert keys.remember(lock, again).public_keys == {**founder.public, **theirs.public}
    both = keys.joined(founder, theirs)
    assert keys.complete_keyring(larger, both, lock) == both
    assert keys.made_elsewhere(larger, both, lock) == ()


def test_preshared_keys_of_points_with_keys_of_their_own_are_not_made_anew_elsewhere():
    own = {name: keys.public_of(keys.generate_private()) for name in "ab"}
    site = replace(SITE, points=tuple(Point(name, public_key=key, preshared_key=True) for name, key in own.items()))
    founder = keys.complete_keyring(site, Keyring(), Lock())
    assert set(founder.preshared) == {"a", "b"}
    larger = replace(site, points=(*site.points, Point("c")))
    theirs, lock = colleague_adds(larger, keys.remember(Lock(), founder))
    assert set(theirs.preshared) == {"c"}
    assert keys.complete_keyring(larger, founder, lock).preshared == founder.preshared


def test_new_keys_are_made_for_a_node_that_was_taken_out_of_the_lock():
    lock = keys.remember(Lock(), keys.complete_keyring(SITE, Keyring(), Lock()))
    without = replace(lock, public_keys={node: key for node, key in lock.public_keys.items() if node != "a"})
    made = keys.complete_keyring(SITE, Keyring(), without)
    assert (set(made.private), set(made.preshared)) == ({"a"}, {"a"})


def test_a_point_that_no_longer_brings_its_key_gets_a_pair_and_takes_back_the_one_it_had():
    own = keys.public_of(keys.generate_private())
    brings = replace(SITE, points=(Point("a", public_key=own), Point("b")))
    first = keys.complete_keyring(brings, Keyring(), Lock())
    lock = keys.remember(Lock(), first)
    second = keys.complete_keyring(SITE, first, lock)
    assert second.public["a"] == keys.public_of(second.private["a"]) != own
    lock = keys.remember(lock, second)
    third = keys.complete_keyring(brings, second, lock)
    lock = keys.remember(lock, third)
    assert third.public["a"] == own
    fourth = keys.complete_keyring(SITE, third, lock)
    assert (fourth.public["a"], keys.keyring_problems(SITE, third, lock)) == (second.public["a"], ())
    assert keys.joined(third, fourth) == fourth


def test_joining_replaces_no_sealed_key():
    sealed, made = (keys.complete_keyring(SITE, Keyring(), Lock()) for _ in range(2))
    assert keys.joined(sealed, made) == sealed
