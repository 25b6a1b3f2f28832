"""Events of other services than AWS Backup that the product reacts to, beside AWS's samples of them.

https://docs.aws.amazon.com/kms/latest/developerguide/understanding-kms-entries.html
https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
"""

from typing import Any

import pytest

from tests.conformance.samples import SAMPLES, differences, shape

from .in_process import MEMBER, LocalAws
from .test_joint_backup_events import queue_of_rule, told

BUCKET = "policies"


def differing(name: str, event: dict[str, Any]) -> list[str]:
    """Answers of calls are not compared: those of the samples are cut short. An id or etag may be all digits."""
    expected, actual = ({**each["detail"], "responseElements": None} for each in (SAMPLES[name], event))
    found = differences(shape(expected), shape(actual))
    return [
        each
        for each in found
        if not each.endswith(("number as text instead of text", "text instead of number as text"))
    ]


@pytest.mark.parametrize(
    ("name", "call", "members"),
    [
        ("ct-kms-disable-key-rotation", "disable_key_rotation", {}),
        ("ct-kms-schedule-key-deletion", "schedule_key_deletion", {"PendingWindowInDays": 7}),
    ],
)
def test_keys(aws: LocalAws, name: str, call: str, members: dict[str, Any]) -> None:
    """By a session; CloudTrail names the key in `resources` besides, as on the pages of KMS."""
    role = aws.role(MEMBER, "admin", {"AWS": MEMBER}, {"Effect": "Allow", "Action": "kms:*", "Resource": "*"})
    key = aws.client("kms", MEMBER).create_key()["KeyMetadata"]["Arn"]
    url = queue_of_rule(aws, MEMBER, {"source": ["aws.kms"]})
    getattr(aws.session("kms", role, caller=MEMBER), call)(KeyId=key, **members)
    (event,) = told(aws, MEMBER, url, 1)
    assert (event["source"], event["detail-type"]) == (SAMPLES[name]["source"], SAMPLES[name]["detail-type"])
    assert differing(name, event) == [".resources is too much"]
    assert event["detail"]["eventName"] == SAMPLES[name]["detail"]["eventName"]


@pytest.fixture
def bucket(aws: LocalAws) -> Any:
    s3 = aws.client("s3", MEMBER)
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    s3.put_bucket_notification_configuration(Bucket=BUCKET, NotificationConfiguration={"EventBridgeConfiguration": {}})
    return s3


def test_objects_that_are_put(aws: LocalAws, bucket: Any) -> None:
    """The requester is an account, never a role."""
    url = queue_of_rule(aws, MEMBER, {"source": ["aws.s3"]})
    bucket.put_object(Bucket=BUCKET, Key="a.yaml", Body=b"a")
    (event,) = told(aws, MEMBER, url, 1)
    assert differing("s3-object-created", event) == [".event-version is too much"]
    assert (event["detail"]["requester"], event["detail"]["reason"]) == (MEMBER, "PutObject")


def test_objects_of_several_parts(aws: LocalAws, bucket: Any) -> None:
    url = queue_of_rule(aws, MEMBER, {"source": ["aws.s3"]})
    upload = {"Bucket": BUCKET, "Key": "a.yaml"}
    upload["UploadId"] = bucket.create_multipart_upload(**upload)["UploadId"]
    part = {"PartNumber": 1, "ETag": bucket.upload_part(**upload, PartNumber=1, Body=b"a")["ETag"]}
    bucket.complete_multipart_upload(**upload, MultipartUpload={"Parts": [part]})
    (event,) = told(aws, MEMBER, url, 1)
    assert differing("s3-object-created-service", event) == []
    assert event["detail"]["reason"] == "CompleteMultipartUpload"
