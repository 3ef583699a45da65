"""Mask what looks like a secret, in text that is kept and in samples of records that were not read.

Two strengths. `mask_secrets` masks what is recognisably a secret and leaves identifiers alone: it
runs over every text that an event keeps. `sample` is for dead letters: nobody knows what a broken
record holds, so it shows the record's shape and the values of a few harmless fields, nothing else.

References:
    Token formats as their issuers document them: AWS IAM identifiers, GitHub token prefixes, Slack
    token types, Google API keys, RFC 7519 (JWT), RFC 7468 (PEM), RFC 6750 and RFC 7617 (headers).

Examples:
    >>> mask_secrets("--password=hunter2 --user ada")
    '--password=*** --user ada'
    >>> sample(b'{"eventName": "GetUser", "note": "hunter2"}')
    '{"eventName": "GetUser", "note": "***"}'
"""

import re
from collections.abc import Iterable, Iterator

from detector.sources.pairs import is_secret

MASK = "***"
_SAMPLE = 256
_READ = 4_096

# Each is a secret by its form alone. What stands in a group named `keep_...` is not masked. What
# begins with one of several words looks at the first letter, before it tries one word after another
# (a long s is an s to them).
PATTERNS: dict[str, str] = {
    # Forty characters of base64 with all kinds in them; neither a path nor a hash.
    "aws_secret_key": r"(?<![A-Za-z0-9/+=])(?=[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=]))"
    r"(?=[A-Za-z0-9+]*[a-z])(?=[A-Za-z0-9/+]*[A-Z])(?=[A-Za-z0-9/+]*\d)[A-Za-z0-9/+]{40}",
    "aws_session_token": r"(?:IQoJb3JpZ2lu|FwoGZXIvYXdz|FQoGZXIvYXdz|AQoDYXdz)[\w/+=-]{16,}",
    "jwt": r"\beyJ[\w-]{8,}\.[\w-]{4,}(?:\.[\w-]*)?",
    "github": r"\bgh[pousr]_[A-Za-z0-9]{20,}|\bgithub_pat_\w{20,}",
    "gitlab": r"\bgl(?:pat|rt|dt|cbt|ptt|ft|soat)-[\w-]{16,}",
    "slack": r"(?=[xh])(?:\bxox[abeoprs]-[\w-]{10,}|\bxapp-\d-[\w-]{10,}|hooks\.slack\.com/services/[\w/-]+)",
    "google": r"\bAIza[\w-]{30,}|\bya29\.[\w.-]{16,}|\b1//0[\w-]{20,}|\bGOCSPX-[\w-]{16,}",
    "model_provider": r"\bsk-(?:ant-|proj-|svcacct-|or-)?[\w-]{20,}",
    "stripe": r"\b[rs]k_(?:live|test)_[A-Za-z0-9]{16,}",
    "vault": r"\bhv[sbr]\.[\w-]{16,}",
    "package_registry": r"\bnpm_[A-Za-z0-9]{30,}|\bpypi-[\w-]{30,}",
    "pem": r"-----BEGIN [A-Z ]+-----[\s\S]*?(?:-----END [A-Z ]+-----|$)",
    "authorization": r"(?P<keep_authorization>(?=[BbDdNn])\b(?i:bearer|basic|digest|negotiate)\s+)[\w.~+/=-]{6,}",
    "url_password": r"(?P<keep_url_password>\b[A-Za-z][\w+.-]*://[^\s:/@]*:)[^\s/@]+(?=@)",
    "signed_url": r"(?P<keep_signed_url>(?=[XxSs\u017f])(?i:\b(?:x-amz-(?:signature|security-token)|sig)=))[^&\s\"]+",
    # A colon alone is no pair: ARNs are full of `secret:name`. What stands before the name's telling
    # part is not matched, and what follows it is not given back: either would cost minutes on a text
    # that is made of such parts.
    "pair": r"(?P<keep_pair>(?=[PpSs\u017fTtAaCc])(?i:(?:passw(?:or)?d|pwd|secret|token|api[_-]?key|private[_-]?key|"
    r"access[_-]?key|credential)[\w-]*+)(?:\s*=\s*|[\"']\s*:\s*|:\s+)[\"']?)"
    r"(?!\*\*\*)[^\s\"'&,;}]{3,}",
}
EXAMPLES: dict[str, str] = {
    "aws_secret_key": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    "aws_session_token": "IQoJb3JpZ2luX2VjEXAMPLEEXAMPLEEXAMPLEEXAMPLEEXAMPLE==",
    "jwt": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJlLWV4YW1wbGU",
    "github": "ghp_0123456789abcdefghijABCDEFGHIJexample",
    "gitlab": "glpat-0123456789abcdefEXAM",
    "slack": "xoxb-012345678901-EXAMPLEexample",
    "google": "AIzaSyEXAMPLE0123456789abcdefghijklmnop",
    "model_provider": "sk-proj-EXAMPLE0123456789abcdefghij",
    "stripe": "sk_live_EXAMPLE0123456789abcd",
    "vault": "hvs.EXAMPLE0123456789abcdefghij",
    "package_registry": "npm_EXAMPLE0123456789abcdefghijklmnopqr",
    "pem": "-----BEGIN RSA PRIVATE KEY-----\nMIIEXAMPLE\n-----END RSA PRIVATE KEY-----",
    "authorization": "Authorization: Bearer EXAMPLE0123456789",
    "url_password": "postgres://ada:EXAMPLEhunter2@db.example.com/main",
    "signed_url": "https://b.example.com/k?X-Amz-Signature=EXAMPLE0123456789abcdef",
    "pair": "master_password=EXAMPLEhunter2",
}
# What is a secret by the name or the scheme before it: to look for these takes longest by far.
_BY_NAME = frozenset({"authorization", "signed_url", "pair"})


def _any_of(names: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?P<{name}>{PATTERNS[name]})" for name in names))


_SECRETS = _any_of(PATTERNS)
_BY_FORM = _any_of(name for name in PATTERNS if name not in _BY_NAME)
# What a secret cannot do without. To look for these costs a hundredth of looking for all forms.
# Each behind a part that several have, so that most are ruled out together.
_HINTS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("-", ("sk-", "xapp-", "pypi-", "GOCSPX-", "-----BEGIN")),
    ("t-", ("glpat-", "glrt-", "gldt-", "glcbt-", "glptt-", "glft-", "glsoat-")),
    ("_", ("_live_", "_test_", "npm_", "github_pat_")),
    ("gh", ("ghp_", "gho_", "ghu_", "ghs_", "ghr_")),
    ("hv", ("hvs.", "hvb.", "hvr.")),
    (".", ("hooks.slack", "ya29.")),
    ("oG", ("FwoG", "FQoG")),
    ("J", ("eyJ", "IQoJ")),
    ("//", ("1//0",)),
    ("xox", ("xox",)),
    ("AIza", ("AIza",)),
    ("AQoD", ("AQoD",)),
)
_KEY = re.compile(PATTERNS["aws_secret_key"])
_NAME = re.compile(r"[\w-]+")
_AHEAD = re.compile(r"[\w-]+\Z")
_LONGEST_AHEAD = 24
_KEY_ID = re.compile(r"\bAKIA[A-Z0-9]{16}\b")
# Forty such characters in a row, looked for word by word: `search` would begin anew at each character.
_LONG_WORD = re.compile(r"(?:[A-Za-z0-9/+]{0,39}+[^A-Za-z0-9/+]++)*+[A-Za-z0-9/+]{40}")
# Between a name and its value, or a scheme and its token, stands one of these.
_BETWEEN = re.compile(r"[\s=\"']")
_NAMES = ("passw", "pwd", "secret", "token", "key", "credential", "sig")
_SCHEMES = ("basic", "bearer", "digest", "negotiate")
_BEYOND = re.compile(r"[^\w-]")
_BINDS = re.compile(r"[\"']?\s*(?:=|[\"']\s*:|:\s)")
# The same for text beyond ASCII, in which there are letters that equal others only to `re`.
_NAMED = re.compile(
    r"(?i)(?:basic|bearer|digest|negotiate)\s|"
    r"(?:passw|pwd|secret|token|key|credential|sig)[\w-]*+[\"']?\s*(?:=|[\"']\s*:|:\s)"
)

# Fields whose values may be shown in a sample: they name the kind of record, not what is in it.
_SHOWN = frozenset({
    "awsRegion", "errorCode", "eventCategory", "eventID", "eventName", "eventSource", "eventTime",
    "eventType", "eventVersion", "kind", "operation", "requestID", "schema", "service", "source",
    "specversion", "time", "type",
})  # fmt: skip
_PIECE = re.compile(
    r"(?P<string>\"(?:[^\"\\]|\\.)*(?P<closed>\")?)(?P<colon>\s*:\s*)?|(?P<word>\w{2,})"
)
_NUMBER = re.compile(r"[\d.+-]{1,20}$|true$|false$|null$", re.IGNORECASE)
_HARMLESS = re.compile(r"[\w.:@ /-]{1,64}")


def mask_secrets(text: str) -> str:
    """`text` with every recognisable secret replaced by `***`."""
    forms = _possible(text)
    return text if forms is None else forms.sub(_masked, text)


def found_secrets(text: str) -> Iterable[tuple[str, str]]:
    """Kind and text of every secret in `text`. A secret key of a cloud is named by the id beside it,
    which is what its owner must end.

    Examples:
        >>> list(found_secrets("mysql --password=EXAMPLEhunter2 --user ada"))
        [('pair', 'EXAMPLEhunter2')]
    """
    forms = _possible(text)
    return () if forms is None else _found(text, forms)


def _found(text: str, forms: re.Pattern[str]) -> Iterator[tuple[str, str]]:
    at = 0
    while (match := forms.search(text, at)) is not None:
        kind = str(match.lastgroup)
        before = match.groupdict().get(f"keep_{kind}") or ""
        secret = match[0][len(before) :].strip()
        at = match.end()
        if kind == "pair" and not is_secret(_name_at(text, match, before), secret):
            at = match.start() + len(before)  # the value may still be one by its form
        elif _KEY.fullmatch(secret) is not None and (found := _KEY_ID.search(text)) is not None:
            yield "access_key_id", found[0]
        else:
            yield kind, secret


def _name_at(text: str, match: re.Match[str], before: str) -> str:
    """The name of a pair, of which the match has what follows its telling part."""
    ahead = _AHEAD.search(text, max(0, match.start() - _LONGEST_AHEAD), match.start())
    named = _NAME.match(before)
    return (ahead[0] if ahead else "") + (named[0] if named else "")


def _possible(text: str) -> re.Pattern[str] | None:
    """The forms of secrets that may stand in a text; None if there can be none."""
    if _BETWEEN.search(text) is not None and _may_name_one(text):
        return _SECRETS
    return _BY_FORM if _has_hint(text) else None


def _has_hint(text: str) -> bool:
    for part, hints in _HINTS:  # loops, not `any`: a generator would double what the hints cost
        if part in text:
            for hint in hints:
                if hint in text:
                    return True
    if "@" in text and "://" in text:
        return True
    # Most long words are hashes.
    return _LONG_WORD.match(text) is not None and _KEY.search(text) is not None


def _may_name_one(text: str) -> bool:
    if not text.isascii():
        return _NAMED.search(text) is not None
    lower = text.lower()
    for name in _NAMES:
        at = lower.find(name)
        while at >= 0:
            # Another name in the same word ends where this one does: the word is done with.
            at = _word_end(text, at)
            if _BINDS.match(text, at) is not None:
                return True
            at = lower.find(name, at)
    for name in _SCHEMES:
        at = lower.find(name)
        while at >= 0:
            at += len(name)
            if text[at : at + 1].isspace():
                return True
            at = lower.find(name, at)
    return False


def _word_end(text: str, at: int) -> int:
    beyond = _BEYOND.search(text, at)
    return len(text) if beyond is None else beyond.start()


def _masked(match: re.Match[str]) -> str:
    kept = match.groupdict().get(f"keep_{match.lastgroup}") if match.lastgroup else None
    return (kept or "") + MASK


def sample(raw: bytes) -> str:
    """At most 256 characters of a record that could not be read, fit for a dead letter.

    Strings are masked unless they are keys or values of a few harmless fields; loose words are
    masked too, because a record that was cut may begin in the middle of a string.
    """
    text = raw[:_READ].decode("utf-8", "replace")
    shown: list[str] = []
    key, end, length = "", 0, 0
    for piece in _PIECE.finditer(text):
        between = text[end : piece.start()]
        part = _shape(piece, key)
        key = piece["string"][1:-1] if piece["colon"] else ""
        shown += (between, part)
        length += len(between) + len(part)
        end = piece.end()
        if length > _SAMPLE:
            break
    else:
        shown.append(text[end:])
    return mask_secrets(_printable("".join(shown)))[:_SAMPLE]


def _shape(piece: re.Match[str], key: str) -> str:
    if piece["word"] is not None:
        return piece[0] if _NUMBER.match(piece[0]) else MASK
    if piece["closed"] is None:
        return f'"{MASK}'
    content = piece["string"][1:-1]
    if piece["colon"]:
        return f'"{content}"{piece["colon"]}' if _is_name(content) else f'"{MASK}"{piece["colon"]}'
    return piece[0] if key in _SHOWN and _HARMLESS.fullmatch(content) else f'"{MASK}"'


def _is_name(key: str) -> bool:
    return key.replace("-", "").replace("_", "").isalnum() and len(key) <= 48


def _printable(text: str) -> str:
    return "".join(char if char.isprintable() else " " for char in text)
