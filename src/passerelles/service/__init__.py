"""The HTTP service: the same answers as the command line, for programs that ask over the network."""

import os
from typing import Any


def application() -> Any:
    """
    Make the ASGI application from environment variables: what uvicorn, gunicorn and others are pointed at.

    ``uvicorn --factory passerelles.service:application``; docs/operations.md lists the variables.

    Raises
    ------
    PasserellesError
        If the referential, the data, the key or a variable cannot be read.
    """
    from passerelles.service.app import application as make  # noqa: PLC0415 - the package stays light
    from passerelles.service.engine import options_of  # noqa: PLC0415 - as above

    return make(options_of(os.environ))
