"""The protected list: which pattern covers whom."""

from detector.config import Protected
from detector.respond.protect import protected_by
from tests.respond.findings import ADA, DEPLOY, KEY, SESSION

LIST = Protected(("*break-glass*", "AKIAIOSFODNN7EXAMPLE", "*:USER/ada", "deploy"))


def test_the_first_pattern_that_covers_is_the_answer():
    """Any name of the credential or of its holder will do, in any letter case."""
    asked = ((KEY, ADA), (SESSION, ADA), (None, DEPLOY), (SESSION, None), (None, None))

    assert ["AKIAIOSFODNN7EXAMPLE", "*:USER/ada", "deploy", "", ""] == [
        protected_by(LIST, credential, principal) for credential, principal in asked
    ]
