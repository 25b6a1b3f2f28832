"""Continuous backups by the ARNs of their recovery points.

https://docs.aws.amazon.com/aws-backup/latest/devguide/point-in-time-recovery.html
"""


def is_continuous(recovery_point: str) -> bool:
    return ":continuous:" in recovery_point or ":auto-backup:" in recovery_point
