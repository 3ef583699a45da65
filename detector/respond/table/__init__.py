"""The rows of the table of brokers, one module for each family of sources.

A key is a kind of identifier as a source names it (`uid_kind`), or such a kind in a form that ends
otherwise, after a slash: `hmac` where the log has a hash in the id's place, `bound` where the
credential is bound to a pod, `human` where a person holds it, else the credential's type.

Examples:
    >>> from detector.respond.table.identity import ROWS
    >>> ROWS["okta_token_id"].step
    'DELETE /api/v1/api-tokens/{id}'
"""
