"""Log-in through the organisation's identity provider, by OpenID Connect or SAML (docs/decisions/0035).

django-allauth does it; what stands here is what it leaves open: what must hold of an answer, who is meant by it, and
that a provider that hangs makes nobody else wait. Where none is configured only `provider` and `views` are loaded.
"""
