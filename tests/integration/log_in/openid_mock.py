"""oidc-provider-mock on this machine, which can be made to answer what no provider should, late, or not at all."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from threading import Event, Thread
from typing import Any
from unittest.mock import patch

import flask
import jwt
import oidc_provider_mock
from authlib.jose import JsonWebKey, RSAKey
from django.utils import timezone
from werkzeug.serving import BaseWSGIServer, make_server

Claims = dict[str, Any]


@dataclass
class Provider:
    """`described` is what it says of itself otherwise than it is, `claims` are those of whoever logs in. `change` is
    given the claims of a token before it is signed, `key` signs it in the provider's place, `alg` names how.
    `calls` has the path of each request, `asked` the form of each for a token.
    """

    port: int = 0
    claims: Claims = field(default_factory=dict)
    described: Claims = field(default_factory=dict)
    change: Callable[[Claims], Claims] = lambda claims: claims
    key: Any = None
    alg: str = "RS256"
    status: int = 0
    goes_on: Event = field(default_factory=Event)
    reached: Event = field(default_factory=Event)
    asked: list[dict[str, str]] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.goes_on.set()

    @property
    def issuer(self) -> str:
        return f"http://localhost:{self.port}"


@cache
def its_key() -> RSAKey:
    return RSAKey.generate_key(is_private=True)


@contextmanager
def running() -> Iterator[Provider]:
    """In a thread of this process: it has the clock of the tests."""
    # Each would make a key of its own, which takes longer than what most tests do with it.
    with patch.object(RSAKey, "generate_key", return_value=its_key()):
        app = oidc_provider_mock.app(user_claims=[oidc_provider_mock.User(sub="somebody", claims={})])
    provider = Provider()

    @app.before_request
    def _hang() -> flask.Response | None:
        provider.calls.append(flask.request.path)
        provider.reached.set()
        provider.goes_on.wait(30)
        if flask.request.path.endswith("/token"):
            provider.asked.append(flask.request.form.to_dict())
        return flask.Response("", provider.status) if provider.status else None

    @app.after_request
    def _resign(response: flask.Response) -> flask.Response:
        if response.mimetype == "text/html":
            # Its pages fetch their looks from elsewhere.
            response.set_data(re.sub(r"<link\b[^>]*>", "", response.get_data(as_text=True)))
        if flask.request.path.endswith("/openid-configuration") and response.status_code == 200:
            response.set_data(json.dumps(json.loads(response.get_data()) | provider.described))
        if not flask.request.path.endswith("/token") or response.status_code != 200:
            return response
        answer = json.loads(response.get_data())
        claims = jwt.decode(answer["id_token"], options={"verify_signature": False})
        claims |= {"auth_time": int(timezone.now().timestamp())} | provider.claims
        own: JsonWebKey = flask.g.oidc_provider_mock_storage.jwk
        key = provider.key or jwt.PyJWK(own.as_dict(is_private=True)).key
        key = None if provider.alg == "none" else key
        head = {"kid": own.as_dict().get("kid")}
        answer["id_token"] = jwt.encode(provider.change(claims), key, algorithm=provider.alg, headers=head)
        response.set_data(json.dumps(answer))
        return response

    server: BaseWSGIServer = make_server("localhost", 0, app, threaded=True)
    provider.port = server.server_port
    thread = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        provider.goes_on.set()
        server.shutdown()
        thread.join(5)
        server.server_close()
