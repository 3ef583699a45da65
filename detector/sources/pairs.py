"""A name and a value that stand together, as in `password=...`: whether the value is a secret.

By its name alone much would be one that is none: how many tokens a model may use, where a listing
goes on, what a secret is called, the mask that stands where one stood. To take such a value for a
secret would be worse than noise: all who have the same limit would share one.

References:
    AWS API references ("nextToken", "clientToken", "SecretId"); Google API design guide, "List
    pagination"; HashiCorp Vault documentation, AppRole (`secret_id`) and `client_token`.

Examples:
    >>> is_secret("db_password", "EXAMPLEhunter2"), is_secret("password", "12345678")
    (True, True)
    >>> is_secret("max_tokens", "4096"), is_secret("nextPageToken", "CAEQAA"), is_secret("token", "***")
    (False, False, False)
"""

import re

_LONGEST = 64
_NUMBER = re.compile(r"[\d.,_+-]+(?:[eE]\d+)?")
# What ends in these says something of a secret, and is none. In names without their separators.
_OF_ONE = re.compile(
    r"(?:secret|credential|passw(?:or)?d|pwd|key|token)s?(?:ids?|names?|arns?|types?|kinds?|policy|"
    r"versions?|stages?|expiry|expir(?:es|ation)(?:at|in|time|date)?|counts?|length|status|limit|"
    r"usage|index|url|uri|endpoint|max|min|age)+$"
)
_PLACE = re.compile(
    r"\w*(?:page|pagination|next|continuation|sync|cursor|resume|clientrequest|idempotency)token"
)
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
# Nothing, a mask, a place holder, or the name of a variable that holds the secret.
_EMPTY = re.compile(
    r"(?i:true|false|null|nil|none|undefined|str|string|\W*(?:redacted|masked|hidden|filtered|removed)"
    r"\W*)|<.*|\{\{.*|\$[({].*|\$[A-Z_][A-Z0-9_]*|\W*|(.)\1{2,}"
)


def is_secret(name: str, value: str) -> bool:
    """Whether the value of a pair is a secret. `name` is the whole of it, as it is spelled."""
    value = value.strip("\"'").rstrip(")]\\")
    if _EMPTY.fullmatch(value) is not None:
        return False
    plain = "".join(filter(str.isalnum, name[-_LONGEST:])).lower()
    if "token" in plain and _NUMBER.fullmatch(value) is not None:  # a count
        return False
    if _PLACE.fullmatch(plain) is not None or name.endswith("clientToken"):
        return False
    if name.endswith("secret_id") and _UUID.fullmatch(value) is not None:  # Vault's is a secret
        return True
    return _OF_ONE.search(plain) is None
