"""A port that cannot be had is told in words, to whoever starts the server by hand too."""

import socket

import pytest
from django.core.exceptions import ImproperlyConfigured

from outage.project.serving import Supervisor


def test_a_port_that_is_taken_is_told():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(ImproperlyConfigured, match=rf"^Port {port} är upptagen\. Välj en annan: PORT="):
            Supervisor("outage.project.asgi:application", port, 1)


def test_a_number_that_is_no_port_is_told():
    with pytest.raises(ImproperlyConfigured, match=r"^PORT=70000 är ingen port\.$"):
        Supervisor("outage.project.asgi:application", 70_000, 1)
