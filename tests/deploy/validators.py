"""`python -m tests.deploy.validators`: the configurations of shippers, checked by the tools' own code.

Builds the OpenTelemetry Collector from `builder.yaml` (Go) and Vector's compiler of its programs (Rust)
into build/shippers, once, in some minutes; after that it takes seconds. What needs a tool that is not
here is said and left out; exits with 1 if a check fails, or if none could be made.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator

from tests.deploy.shippers import COLLECTOR, LOGSTASH, SHIPPERS, VECTOR, document
from tests.shared_data import PROJECT

BUILD = PROJECT / "build" / "shippers"
_BUILDER = "go.opentelemetry.io/collector/cmd/builder@v0.165.0"
_SAMPLE = "sample"


def main() -> int:
    """Every check that can be made here."""
    BUILD.mkdir(parents=True, exist_ok=True)
    made = [found for check in (_collector, _vector, _logstash) if (found := check()) is not None]
    return 0 if made and all(made) else 1


def _collector() -> bool | None:
    if shutil.which("go") is None:
        _left_out("OpenTelemetry Collector", "Go")
        return None
    binary = BUILD / "otelcol" / "otelcol-shippers"
    if not binary.exists():
        _say("building the OpenTelemetry Collector, in some minutes")
        config = SHIPPERS / "otelcol" / "builder.yaml"
        override = f"dist::output_path={binary.parent}"
        words = ["go", "run", _BUILDER, "--config", str(config), "--set", override]
        subprocess.run(words, check=True, cwd=BUILD, env={**os.environ, "GOFLAGS": "-mod=mod"})
    env = {**os.environ, **_samples()}
    return _all(
        (f"otelcol/{path.name}", [str(binary), "validate", "--config", str(path)], None, env)
        for path in COLLECTOR
    )


def _samples() -> dict[str, str]:
    """Values for what configurations ask of the environment; folders must be there."""
    names = ("KAFKA_BROKERS", "KAFKA_USERNAME", "KAFKA_PASSWORD", "KAFKA_CA_FILE", "OTLP_TOKEN_FILE",
             "TLS_CERTIFICATE_FILE", "TLS_KEY_FILE", "KUBERNETES_AUDIT_FILES", "VAULT_AUDIT_FILES",
             "MIXED_FILES")  # fmt: skip
    return {**dict.fromkeys(names, _SAMPLE), "OTELCOL_DATA_DIR": str(BUILD)}


def _vector() -> bool | None:
    if shutil.which("cargo") is None:
        _left_out("Vector's programs", "Rust")
        return None
    target, source = BUILD / "vrl", BUILD / "vrl-source"
    # Built from a copy: Cargo writes beside the sources.
    shutil.copytree(PROJECT / "tests" / "deploy" / "vrl", source, dirs_exist_ok=True)
    words = ["cargo", "build", "--quiet", "--manifest-path", str(source / "Cargo.toml")]
    if not (target / "debug" / "vrl-check").exists():
        _say("building Vector's compiler of its programs, in some minutes")
    subprocess.run([*words, "--target-dir", str(target)], check=True)
    lines = "".join(f"{name}\t{json.dumps(program)}\n" for name, program in programs())
    return _all([("vector programs", [str(target / "debug" / "vrl-check")], lines, None)])


def programs() -> Iterator[tuple[str, str]]:
    """Every program in Vector's configurations, by where it stands."""
    for path in VECTOR:
        found = document(path)
        for name, one in found.get("transforms", {}).items():
            yield f"vector/{path.name} {name}", one["source"]
        for name, one in found.get("sources", {}).items():
            if one.get("auth", {}).get("strategy") == "custom":
                yield f"vector/{path.name} {name}.auth", one["auth"]["source"]
            for key, value in one.get("query", {}).items():
                if isinstance(value, dict):
                    yield f"vector/{path.name} {name}.query.{key}", value["value"]


def _logstash() -> bool | None:
    """A parser of Logstash's grammar; in a process of its own, for it is installed beside us."""
    folder = BUILD / "python"
    if not folder.exists():
        requirements = PROJECT / "requirements" / "shippers.txt"
        words = [sys.executable, "-m", "pip", "install", "--quiet", "--require-hashes", "--target"]
        subprocess.run([*words, str(folder), "--requirement", str(requirements)], check=True)
    program = (
        "import sys; from logstash_pipeline_parser import Pipeline;"
        "Pipeline(open(sys.argv[1], encoding='utf-8').read()).parse()"
    )
    env = {**os.environ, "PYTHONPATH": str(folder)}
    return _all(
        (f"logstash/{path.name}", [sys.executable, "-c", program, str(path)], None, env)
        for path in LOGSTASH
    )


Check = tuple[str, list[str], str | None, dict[str, str] | None]


def _all(checks: Iterator[Check] | list[Check]) -> bool:
    """Run every check, and tell of each."""
    good = True
    for name, words, given, env in checks:
        run = subprocess.run(
            words, input=given, env=env, capture_output=True, text=True, check=False
        )
        _say(f"{'ok    ' if run.returncode == 0 else 'FAILED'} {name}")
        if run.returncode:
            good = False
            _say(run.stdout + run.stderr)
    return good


def _left_out(what: str, tool: str) -> None:
    _say(f"left out: {what}, for {tool} is not installed")


def _say(text: str) -> None:
    sys.stdout.write(text.rstrip() + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
