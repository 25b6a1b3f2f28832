"""The errors of AWS Backup, in the shapes that its model declares.

BackupError
├── AlreadyExistsException            also Arn, CreatorRequestId
├── InvalidParameterValueException
├── InvalidRequestException
├── LimitExceededException
├── MissingParameterValueException
├── ResourceNotFoundException
└── (common to AWS services, declared by no operation)
    ├── AccessDeniedException         403
    ├── SerializationException        a body that is not JSON, or of the wrong types
    ├── UnknownOperationException     no operation has this method and path
    └── NotImplementedException       501: AWS has the operation, this service does not yet

https://docs.aws.amazon.com/aws-backup/latest/devguide/API_CreateBackupPlan.html#API_CreateBackupPlan_Errors and
https://docs.aws.amazon.com/aws-backup/latest/devguide/CommonErrors.html
"""

from typing import ClassVar


class BackupError(Exception):
    """An answer that refuses. `code` is AWS's internal number where one was seen in the wild, otherwise absent."""

    status: ClassVar[int] = 400

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


class InvalidParameterValueException(BackupError):
    pass


class InvalidRequestException(BackupError):
    pass


class LimitExceededException(BackupError):
    pass


class MissingParameterValueException(BackupError):
    pass


class ResourceNotFoundException(BackupError):
    pass


class AccessDeniedException(BackupError):
    status = 403


class SerializationException(BackupError):
    pass


class UnknownOperationException(BackupError):
    status = 404


class NotImplementedException(BackupError):
    status = 501
