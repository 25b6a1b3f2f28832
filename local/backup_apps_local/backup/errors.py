"""The errors of AWS Backup, in the shapes that its model declares.

BackupError
├── AlreadyExistsException            also Arn, CreatorRequestId
├── ConflictException
├── InvalidParameterValueException
├── InvalidRequestException
├── InvalidResourceStateException
├── LimitExceededException
├── MissingParameterValueException
├── ResourceNotFoundException
└── (common to AWS services, declared by no operation)
    ├── AccessDeniedException         403
    ├── ThrottlingException           more calls than the account may make; botocore tries again
    ├── SerializationException        a body that is not JSON, or of the wrong types
    ├── UnknownOperationException     no operation has this method and path
    └── NotImplementedException       501: AWS has the operation, this service does not yet

https://docs.aws.amazon.com/aws-backup/latest/devguide/API_CreateBackupPlan.html#API_CreateBackupPlan_Errors and
https://docs.aws.amazon.com/aws-backup/latest/devguide/CommonErrors.html
"""

import json
from typing import ClassVar


class BackupError(Exception):
    """An answer that refuses. `code` is AWS's internal number where one was seen in the wild, otherwise absent."""

    status: ClassVar[int] = 400
    is_common: ClassVar[bool] = False
    """Any AWS service may answer with it; no operation declares it."""

    def __init__(self, message: str, *, code: str | None = None, context: str | None = None, **members: str | None):
        super().__init__(message)
        self.message = message
        self.code = code
        self.context = context
        self.members = members

    @property
    def name(self) -> str:
        return type(self).__name__

    def body(self) -> dict[str, str]:
        members = {"Code": self.code, "Message": self.message, "Context": self.context, **self.members}
        return {name: value for name, value in members.items() if value is not None}


class AlreadyExistsException(BackupError):
    pass


class ConflictException(BackupError):
    pass


class InvalidParameterValueException(BackupError):
    pass


class InvalidRequestException(BackupError):
    pass


class InvalidResourceStateException(BackupError):
    pass


class LimitExceededException(BackupError):
    pass


class MissingParameterValueException(BackupError):
    pass


class ResourceNotFoundException(BackupError):
    pass


class AccessDeniedException(BackupError):
    status = 403
    is_common = True


class ThrottlingException(BackupError):
    is_common = True


class SerializationException(BackupError):
    is_common = True


class UnknownOperationException(BackupError):
    status = 404
    is_common = True


class NotImplementedException(BackupError):
    status = 501
    is_common = True


def error_in_rule(name: str, breach: str) -> InvalidParameterValueException:
    """As AWS tells it: https://github.com/lgallard/terraform-aws-backup/issues/40 shows one whole."""
    return InvalidParameterValueException(
        f"Error in rule {name} : {breach}", code="ERROR_3015", context=json.dumps([name, breach])
    )
