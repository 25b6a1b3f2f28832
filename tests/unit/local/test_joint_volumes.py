"""Volumes and snapshots say which key they are encrypted with."""

from .in_process import MEMBER, LocalAws

KEY = f"arn:aws:kms:eu-west-1:{MEMBER}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
ZONE = {"AvailabilityZone": "eu-west-1a"}


def test_a_key_that_was_asked_for_is_shown_and_goes_on_to_snapshots_and_their_volumes(aws: LocalAws) -> None:
    ec2 = aws.client("ec2", MEMBER)
    made = ec2.create_volume(**ZONE, Size=3, KmsKeyId=KEY, Encrypted=True)
    assert (made["KmsKeyId"], made["Encrypted"]) == (KEY, True)
    (volume,) = ec2.describe_volumes(VolumeIds=[made["VolumeId"]])["Volumes"]
    snapshot = ec2.create_snapshot(VolumeId=made["VolumeId"])
    (found,) = ec2.describe_snapshots(SnapshotIds=[snapshot["SnapshotId"]])["Snapshots"]
    restored = ec2.create_volume(**ZONE, SnapshotId=snapshot["SnapshotId"])
    assert [each["KmsKeyId"] for each in (volume, snapshot, found, restored)] == [KEY] * 4
    assert restored["Encrypted"]


def test_without_a_key_none_is_shown(aws: LocalAws) -> None:
    ec2 = aws.client("ec2", MEMBER)
    made = ec2.create_volume(**ZONE, Size=3)
    snapshot = ec2.create_snapshot(VolumeId=made["VolumeId"])
    assert "KmsKeyId" not in made
    assert "KmsKeyId" not in snapshot
    assert not ec2.create_volume(**ZONE, SnapshotId=snapshot["SnapshotId"])["Encrypted"]
