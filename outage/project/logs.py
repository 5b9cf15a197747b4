"""What the log says of an address: which page it was. Somebody may have typed a patient's name into it."""

import logging
from contextlib import suppress

from django.core.exceptions import DisallowedHost
from django.http import HttpRequest


class PageNotAddress(logging.Filter):
    """Puts the pattern of the page in the place of the path that was asked for."""

    def filter(self, record: logging.LogRecord) -> bool:
        request = getattr(record, "request", None)
        if isinstance(request, HttpRequest) and isinstance(record.args, tuple):
            match = request.resolver_match
            page = f"/{match.route}" if match else "en adress som inte finns"
            typed = {request.path, request.path_info, request.get_full_path()}
            # Of a host that is not ours there is no whole address.
            with suppress(DisallowedHost):
                typed.add(request.build_absolute_uri())
            record.args = tuple(page if arg in typed else arg for arg in record.args)
        return True
