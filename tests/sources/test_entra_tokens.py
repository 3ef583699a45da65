"""Entra's sign-ins and Azure's activities know one token by one id: what leads to it and what is done
with it meet."""

import json

from detector.sources.microsoft.entra_signin import SOURCE
from tests.sources.cases import CONTEXT, FOLDER, decode

SIGN_IN = FOLDER / "entra_signin" / "row.raw.json"
ACTIVITY = FOLDER / "azure_activity" / "row.raw.json"


def test_a_sign_in_and_what_is_done_with_its_token_share_a_fingerprint() -> None:
    """`uniqueTokenIdentifier` of a sign-in is `uti` among the claims of an activity."""
    (signed_in,), (done,) = decode(SIGN_IN), decode(ACTIVITY)

    assert signed_in.credential is not None
    assert done.credential is not None
    assert "entra_token_id" == signed_in.credential.uid_kind == done.credential.uid_kind
    assert signed_in.credential.fingerprint == done.credential.fingerprint
    assert signed_in.principal.uid == done.principal.uid


def test_a_refused_sign_in_leads_to_no_token() -> None:
    """The log gives an id all the same, but nobody holds a token of that id."""
    row = json.loads(SIGN_IN.read_bytes()) | {"ResultType": "50126", "Status": {"errorCode": 50126}}
    [refused] = SOURCE.decode(json.dumps(row).encode(), CONTEXT, 1)

    assert refused.outcome is not None
    assert "denied" == refused.outcome.status
    assert refused.credential is None
