import pytest
from django.test import RequestFactory

from branches import client_address


@pytest.mark.parametrize(
    ("proxies", "forwarded", "expected"),
    [
        (0, "1.1.1.1", "127.0.0.1"),  # nobody is trusted
        (1, "", "127.0.0.1"),
        (1, "2.2.2.2", "2.2.2.2"),
        (1, "6.6.6.6, 2.2.2.2", "2.2.2.2"),  # the client wrote the first
        (2, "6.6.6.6, 2.2.2.2, 3.3.3.3", "2.2.2.2"),
        (2, "2.2.2.2", "127.0.0.1"),  # fewer entries than proxies: not from them
    ],
)
def test_only_what_a_trusted_proxy_wrote_is_believed(settings, proxies, forwarded, expected):
    settings.TRUSTED_PROXIES = proxies
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}

    assert client_address.of(RequestFactory().get("/", headers=headers)) == expected
