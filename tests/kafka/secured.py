"""A broker that trusts nobody: TLS, SASL, client certificates, and rights that are granted one by one.

Its plain listener is the administrator's, who may do everything.
"""

import base64
import json
import shlex
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.kafka.broker import Broker, NoBrokerError, free_ports

PASSWORD = "planted-kafka-password"
_SCRAM = "org.apache.kafka.common.security.scram.ScramLoginModule required;"
_OAUTH = (
    "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required "
    'unsecuredLoginStringClaim_sub="broker";'
)


class Secured:
    """The broker, and how each kind of client connects to it, as environment variables."""

    def __init__(self, broker: Broker, folder: Path, ports: tuple[int, int]) -> None:
        self.broker = broker
        self._folder = folder
        self._sasl, self._tls = (f"127.0.0.1:{port}" for port in ports)

    def administrator(self) -> dict[str, str]:
        """Who may do everything."""
        return {"DETECTOR_KAFKA__BOOTSTRAP": self.broker.bootstrap}

    def _over(self, bootstrap: str, protocol: str, **more: object) -> dict[str, str]:
        given = {"bootstrap": bootstrap, "protocol": protocol, "ca_file": self._folder / "ca.pem"}
        return {f"DETECTOR_KAFKA__{k.upper()}": str(v) for k, v in {**given, **more}.items()}

    def by_password(self, user: str, password: str = PASSWORD) -> dict[str, str]:
        """SCRAM over TLS; the password stands in a file."""
        path = self._folder / f"{user}.password"
        path.write_text(f"{password}\n", "utf-8")
        return self._over(self._sasl, "SASL_SSL", username=user, password_file=path)

    def by_token(self, user: str) -> dict[str, str]:
        """A bearer token over TLS; it stands in a file. Unsigned: this broker takes it."""
        now = int(time.time())
        claims = {"sub": user, "iat": now - 60, "exp": now + 3_600}
        path = self._folder / f"{user}.token"
        path.write_text(f"{_part({'alg': 'none'})}.{_part(claims)}.", "utf-8")
        return self._over(self._sasl, "SASL_SSL", mechanism="OAUTHBEARER", token_file=path)

    def by_certificate(self, user: str) -> dict[str, str]:
        """A certificate of our own."""
        certificate, key = _issued(self._folder, user)
        return self._over(self._tls, "SSL", certificate_file=certificate, key_file=key)

    def grant(self, commands: str) -> None:
        """Run `kafka-acls` commands as they were printed."""
        for line in commands.replace("\\\n", " ").splitlines():
            if line.startswith("kafka-acls "):
                self.broker.tool("org.apache.kafka.tools.AclCommand", *shlex.split(line)[1:])


def _part(claims: Mapping[str, object]) -> str:
    return base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")


@contextmanager
def secured(users: tuple[str, ...]) -> Iterator[Secured]:
    """Such a broker for as long as the block; `users` have the password."""
    with tempfile.TemporaryDirectory(prefix="kafka-", ignore_cleanup_errors=True) as place:
        folder = Path(place)
        _authority(folder)
        sasl, tls, plain, controller = free_ports(4)
        settings = _settings(folder, sasl, tls, plain, controller)
        broker = Broker(folder, plain, settings, dict.fromkeys(users, PASSWORD), controller)
        broker.start()
        try:
            yield Secured(broker, folder, (sasl, tls))
        finally:
            broker.keep_log()
            broker.stop()


def _settings(folder: Path, sasl: int, tls: int, plain: int, controller: int) -> dict[str, str]:
    certificate, key = _issued(folder, "broker")
    (folder / "broker.store.pem").write_bytes(key.read_bytes() + certificate.read_bytes())
    clients = f"PLAINTEXT://127.0.0.1:{plain},SASL://127.0.0.1:{sasl},TLS://127.0.0.1:{tls}"
    return {
        "listeners": f"{clients},CONTROLLER://127.0.0.1:{controller}",
        "advertised.listeners": clients,
        "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,"
        "SASL:SASL_SSL,TLS:SSL",
        "inter.broker.listener.name": "PLAINTEXT",
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "super.users": "User:ANONYMOUS",
        "listener.name.sasl.sasl.enabled.mechanisms": "SCRAM-SHA-512,OAUTHBEARER",
        "listener.name.sasl.scram-sha-512.sasl.jaas.config": _SCRAM,
        "listener.name.sasl.oauthbearer.sasl.jaas.config": _OAUTH,
        "listener.name.tls.ssl.client.auth": "required",
        "ssl.principal.mapping.rules": "RULE:^CN=([^,]+).*$/$1/",
        "ssl.keystore.type": "PEM",
        "ssl.keystore.location": str(folder / "broker.store.pem"),
        "ssl.truststore.type": "PEM",
        "ssl.truststore.location": str(folder / "ca.pem"),
    }


def _authority(folder: Path) -> None:
    _openssl(
        *("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=test-ca"),
        *("-keyout", folder / "ca.key", "-out", folder / "ca.pem"),
    )


def _issued(folder: Path, name: str) -> tuple[Path, Path]:
    """A certificate and its key."""
    certificate, key, asked = (folder / f"{name}.{end}" for end in ("pem", "key", "csr"))
    _openssl(
        *("req", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={name}"),
        *("-keyout", key, "-out", asked),
    )
    names = folder / "names"
    names.write_text("subjectAltName=IP:127.0.0.1\n", "utf-8")
    _openssl(
        *("x509", "-req", "-days", "2", "-in", asked, "-out", certificate, "-extfile", names),
        *("-CA", folder / "ca.pem", "-CAkey", folder / "ca.key", "-CAcreateserial"),
    )
    return certificate, key


def _openssl(*arguments: str | Path) -> None:
    run = subprocess.run(["openssl", *arguments], capture_output=True, text=True, check=False)
    if run.returncode:
        raise NoBrokerError(f"openssl {arguments[0]} failed: {run.stderr[-300:]}")
