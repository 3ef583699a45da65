"""Keyed fingerprints: the only form in which a secret leaves its decoding.

One key per tenant is derived from the key in the settings, so fingerprints of two tenants never
match and a leaked tenant key opens nothing else. The same secret, or the same public identifier of
the same kind, has the same fingerprint in every source: that joins one credential across systems.

References:
    RFC 2104 (HMAC); RFC 5869 (why keys are derived, not reused).

Examples:
    >>> prints = Fingerprints("a key of at least sixteen characters")
    >>> prints.of_public("acme", "access_key_id", "AKIAIOSFODNN7EXAMPLE")[:8]
    '40c04863'
    >>> prints.of_public("other", "access_key_id", "AKIAIOSFODNN7EXAMPLE")[:8] == '40c04863'
    False
"""

from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Callable
from functools import lru_cache
from hashlib import sha256
from hmac import HMAC, digest, new

from detector.sources.text import kept

_SHORTEST_KEY = 16
_TENANTS = 4_096
_CREDENTIALS = 32_768
_LENGTH = 32  # hex characters: 128 bits
_DIGEST = 32  # bytes of a SHA-256


class Fingerprints:
    """Makes fingerprints under one settings key. Caches are bounded and never hold a secret.

    Raises:
        ValueError: the key is shorter than 16 characters, so it could be guessed.
    """

    __slots__ = ("_master", "_of_public", "_tenant_key")

    def __init__(self, key: str | bytes) -> None:
        master = key.encode() if isinstance(key, str) else key
        if len(master) < _SHORTEST_KEY:
            raise ValueError(
                f"fingerprint key: expected at least {_SHORTEST_KEY} characters, got {len(master)};"
                " generate one and keep it, or fingerprints will not match over time"
            )

        @lru_cache(_TENANTS)
        def tenant_key(tenant: str) -> HMAC:
            named = b"tenant\0" + tenant.encode("utf-8", "surrogatepass")
            return new(digest(master, named, "sha256"), digestmod="sha256")

        @lru_cache(_CREDENTIALS)
        def of_public(tenant: str, kind: str, uid: str) -> str:
            return _mac(tenant_key(tenant), "public", f"{kind}\0{uid}")

        self._master = master
        self._tenant_key: Callable[[str], HMAC] = tenant_key
        self._of_public: Callable[[str, str, str], str] = of_public

    def __reduce__(self) -> tuple[type["Fingerprints"], tuple[bytes]]:
        """For a process that decodes beside this one: the key goes to it over a pipe."""
        return Fingerprints, (self._master,)

    def of_public(self, tenant: str, kind: str, uid: str) -> str:
        """The fingerprint of a credential that is known by a public identifier of some kind."""
        if kept(uid) != uid:  # a secret where its public id belongs
            return self.of_secret(tenant, uid)
        return self._of_public(tenant, kind, uid)

    def of_secret(self, tenant: str, secret: str) -> str:
        """The fingerprint of the secret itself. Not cached: a cache would keep the secret."""
        return self.of_digest(tenant, sha256(secret.encode("utf-8", "surrogatepass")).digest())

    def of_digest(self, tenant: str, digest: bytes) -> str:
        """The same, of a secret of which only the SHA-256 is known: many logs write that."""
        return _mac(self._tenant_key(tenant), "secret", digest.hex())


def sha256_in(text: str) -> bytes | None:
    """The SHA-256 that a text is, in hex or base64; None if it is something else.

    Examples:
        >>> sha256_in("sha256:" + "ab" * 32) == bytes.fromhex("ab" * 32), sha256_in("key_01")
        (True, None)
    """
    text = text.strip().removeprefix("sha256:")
    try:
        found = bytes.fromhex(text) if len(text) == 2 * _DIGEST else b64decode(text, validate=True)
    except (ValueError, Base64Error):
        return None
    return found if len(found) == _DIGEST else None


def _mac(key: HMAC, domain: str, text: str) -> str:
    code = key.copy()  # what depends on the key alone has been hashed
    code.update(f"{domain}\0{text}".encode("utf-8", "surrogatepass"))
    return code.hexdigest()[:_LENGTH]
