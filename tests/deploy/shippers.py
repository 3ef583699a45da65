r"""What lies in deploy/shippers/, read as each tool reads it, and what the tools know.

Examples:
    >>> sections("[SERVICE]\n    flush  1\n# no\n[INPUT]\n    name tail\n    tag  a b\n")
    [('SERVICE', {'flush': '1'}), ('INPUT', {'name': 'tail', 'tag': 'a b'})]
    >>> plugins('input { stdin { codec => plain { charset => "x" } } } output { if [a] { file {} } }')
    [('input', 'stdin', {'codec': {'plain': {'charset': 'x'}}}), ('output', 'file', {})]
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.deploy.documents import DEPLOY, merged

SHIPPERS = DEPLOY / "shippers"
VECTOR = sorted((SHIPPERS / "vector").glob("*.yaml"))
COLLECTOR = sorted(p for p in (SHIPPERS / "otelcol").glob("*.yaml") if p.name != "builder.yaml")
FLUENT_BIT = sorted((SHIPPERS / "fluent-bit").glob("*.conf"))
LOGSTASH = sorted((SHIPPERS / "logstash").glob("*.conf"))
CONFIGURATIONS = [*VECTOR, *COLLECTOR, *FLUENT_BIT, *LOGSTASH]

_TOPIC = re.compile(r"\bdetector\.raw\.[\w-]+")
_COMMENT = re.compile(r"^\s*#.*$", re.MULTILINE)
_TOKEN = re.compile(
    r"\s*(?:#[^\n]*\n\s*)*(?P<token>\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'|=>|==|[{}\[\],]|[^\s{}\[\],\"'=]+)"
)

# Options by type, kept by hand from Vector's reference (`generated/*.cue` of its documentation); those of
# aws_kinesis_firehose and remap from memory.
_HTTP = "decoding framing headers host_key keepalive method path path_key query_parameters"
VECTOR_OPTIONS = {
    "aws_s3": "acknowledgements auth compression decoding endpoint force_path_style framing multiline "
    "region sqs strategy tls_options",
    "aws_kinesis_firehose": "access_key access_keys acknowledgements address decoding framing keepalive "
    "record_compression store_access_key tls",
    "exec": "clear_environment command decoding environment framing include_stderr "
    "maximum_buffer_size_bytes mode scheduled streaming working_directory",
    "file": "acknowledgements data_dir encoding exclude file_key fingerprint glob_minimum_cooldown_ms "
    "host_key ignore_checkpoints ignore_not_found ignore_older_secs include line_delimiter "
    "max_line_bytes max_read_bytes multiline offset_key oldest_first read_from remove_after_secs "
    "rotate_wait_secs",
    "gcp_pubsub": "ack_deadline_secs acknowledgements api_key credentials_path decoding endpoint framing "
    "keepalive_secs max_concurrency poll_time_seconds project retry_delay_secs skip_authentication "
    "subscription tls",
    "http_client": "auth decoding endpoint framing headers method query scrape_interval_secs "
    "scrape_timeout_secs tls",
    "http_server": f"acknowledgements address auth response_code strict_path tls {_HTTP}",
    "kafka": "acknowledgements auto_offset_reset bootstrap_servers commit_interval_ms decoding "
    "drain_timeout_ms fetch_wait_max_ms framing group_id headers_key key_field librdkafka_options "
    "metrics offset_key partition_key sasl session_timeout_ms socket_timeout_ms tls topic_key topics",
    "socket": "address decoding framing host_key keepalive max_connection_duration_secs max_length mode "
    "path permit_origin port_key receive_buffer_bytes shutdown_timeout_secs socket_file_mode tls",
    "remap": "drop_on_abort drop_on_error file metric_tag_values reroute_dropped runtime source timezone",
}
VECTOR_SINK = (
    "acknowledgements batch bootstrap_servers buffer compression encoding headers_key healthcheck "
    "healthcheck_topic key_field librdkafka_options message_timeout_ms rate_limit_duration_secs "
    "rate_limit_num sasl socket_timeout_ms tls topic"
)


def topics(path: Path) -> set[str]:
    """The raw topics that a configuration names, outside of comments."""
    return set(_TOPIC.findall(_COMMENT.sub("", path.read_text("utf-8"))))


def document(path: Path) -> dict[str, Any]:
    """A YAML configuration."""
    (found,) = merged(path)
    assert isinstance(found, dict)
    return found


def sections(text: str) -> list[tuple[str, dict[str, str]]]:
    """A configuration in Fluent Bit's own format: its sections in order, keys in lower case."""
    found: list[tuple[str, dict[str, str]]] = []
    for line in text.splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        if head := re.fullmatch(r"\[(\w+)\]", line):
            found.append((head[1], {}))
            continue
        pair = re.fullmatch(r"    (\S+)\s+(\S.*)", line)
        assert pair is not None, f"neither a section nor a key with a value: {line!r}"
        assert pair[1].lower() not in found[-1][1], f"twice: {line!r}"
        found[-1][1][pair[1].lower()] = pair[2].strip()
    return found


def plugins(text: str) -> list[tuple[str, str, dict[str, Any]]]:
    """A Logstash pipeline: every plugin with its stage and its settings, in order."""
    tokens = _tokens(text)
    found: list[tuple[str, str, dict[str, Any]]] = []
    for stage in tokens:
        assert stage in {"input", "filter", "output"}, stage
        assert next(tokens) == "{"
        found += _block(tokens, stage)
    return found


def _tokens(text: str) -> Iterator[str]:
    at, end = 0, len(text.rstrip())
    while at < end:
        match = _TOKEN.match(text, at)
        if match is None:
            assert text[at:].strip().startswith("#"), text[at : at + 40]
            return
        at = match.end()
        yield match["token"]


def _block(tokens: Iterator[str], stage: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Plugins up to the closing brace, those within conditions among them."""
    for token in tokens:
        if token == "}":
            return
        if token in {"if", "else"}:
            while next(tokens) != "{":
                pass
            yield from _block(tokens, stage)
        else:
            assert next(tokens) == "{", token
            yield stage, token, _settings(tokens)


def _settings(tokens: Iterator[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    name = next(tokens)
    while name != "}":
        assert next(tokens) == "=>", name
        found[name.strip("\"'")], name = _value(tokens)
    return found


def _value(tokens: Iterator[str]) -> tuple[Any, str]:
    """A value, and the token behind it."""
    first = next(tokens)
    if first == "[":
        items = []
        while (token := next(tokens)) != "]":
            if token != ",":
                items.append(token.strip("\"'"))
        return items, next(tokens)
    if first == "{":
        return _settings(tokens), next(tokens)
    after = next(tokens)
    if after == "{":  # a codec with settings of its own
        return {first: _settings(tokens)}, next(tokens)
    return first[1:-1] if first[0] in "\"'" else first, after
