"""What every message of ours carries: the product, the OCSF version and whose message it is.

Examples:
    >>> envelope(uid="f1.1", correlation="", tenant="acme").version
    '1.8.0'
"""

from schemas.ocsf import OCSF_VERSION, Metadata, Product

PRODUCT_VERSION = "0.1.0"
"""Equal to the version in pyproject.toml; a test holds them together."""

PRODUCT = Product(
    name="credential-abuse-detector",
    vendor_name="credential-abuse-detector",
    version=PRODUCT_VERSION,
)


def envelope(*, uid: str, correlation: str, tenant: str) -> Metadata:
    """OCSF metadata of the message `uid`."""
    return Metadata(
        product=PRODUCT,
        version=OCSF_VERSION,
        uid=uid,
        correlation_uid=correlation,
        tenant_uid=tenant,
    )
