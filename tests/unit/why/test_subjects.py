"""What is asked about, by its name."""

import pytest

from backup_apps.domain.desired import Target
from backup_apps.domain.why.subjects import Kind, NoSubjectError, Subject, subject_of

HERE, THERE = Target("111111111111", "eu-west-1"), Target("222222222222", "eu-west-1")
PLACE = "eu-west-1:111111111111"


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        (f"arn:aws:dynamodb:{PLACE}:table/orders", Kind.RESOURCE),
        (f"arn:aws:rds:{PLACE}:db:crm", Kind.RESOURCE),
        (f"arn:aws:ec2:{PLACE}:volume/vol-1", Kind.RESOURCE),
        (f"arn:aws:backup:{PLACE}:recovery-point:1", Kind.POINT),
        (f"arn:aws:dynamodb:{PLACE}:table/orders/backup/0123", Kind.POINT),
        (f"arn:aws:rds:{PLACE}:snapshot:awsbackup:job-1", Kind.POINT),
        (f"arn:aws:rds:{PLACE}:cluster-snapshot:awsbackup:job-1", Kind.POINT),
        (f"arn:aws:fsx:{PLACE}:backup/backup-1", Kind.POINT),
    ],
)
def test_an_arn_says_what_it_is_and_where(name: str, kind: Kind) -> None:
    subject = subject_of(name)
    assert subject == Subject(kind, name, *HERE)
    assert subject.among([THERE]) == (HERE,)


@pytest.mark.parametrize("name", ["arn:aws:ec2:eu-west-1::snapshot/snap-1", "arn:aws:ec2:eu-west-1::image/ami-1"])
def test_some_say_the_region_alone(name: str) -> None:
    subject = subject_of(name)
    assert (subject.kind, subject.region, subject.account) == (Kind.POINT, "eu-west-1", None)
    assert subject.among([THERE, HERE, Target("111111111111", "us-east-1")]) == (HERE, THERE)


def test_a_bucket_may_be_anywhere() -> None:
    assert subject_of("arn:aws:s3:::invoices").among([THERE, HERE]) == (HERE, THERE)


@pytest.mark.parametrize("kind", ["backup", "copy", "restore"])
def test_jobs(kind: str) -> None:
    identity = "0A1B2C3D-1111-2222-3333-444455556666"
    assert subject_of(identity) == Subject(Kind.JOB, identity)
    assert subject_of(f"arn:aws:backup:{PLACE}:{kind}-job:{identity}") == Subject(Kind.JOB, identity, *HERE)


@pytest.mark.parametrize("name", ["", "orders", "orders table", "arn:aws", "arn:aws:s3", "arn:aws:dynamodb:x:y:table"])
def test_what_is_none_of_them_says_what_would_be(name: str) -> None:
    with pytest.raises(NoSubjectError, match="write arn:aws:dynamodb:eu-west-1:111111111111:table/orders"):
        subject_of(name)
