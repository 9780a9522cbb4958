import pytest
from branches.models import Regulation, AuditEntry


@pytest.mark.django_db(transaction=True)
def test_a(committee, branch_a, person):
    assert AuditEntry.objects.count() == 2
    c = person("SECRETARY", branch_a)


@pytest.mark.django_db
def test_b():
    assert Regulation.objects.count() > 5
    assert AuditEntry.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_c():
    assert Regulation.objects.count() > 5
