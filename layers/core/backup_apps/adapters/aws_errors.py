"""AWS's errors become ours, here and once: by code, never by message.

https://docs.aws.amazon.com/aws-backup/latest/devguide/CommonErrors.html
"""

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import BotoCoreError, ClientError, ConnectionError, HTTPClientError, ParamValidationError

from backup_apps.domain.errors import (
    AccessDeniedError,
    AlreadyExistsError,
    AwsError,
    InvalidError,
    LimitError,
    NotFoundError,
    ThrottledError,
    UnavailableError,
)

_BY_CODE: dict[str, type[AwsError]] = {
    **dict.fromkeys(
        [
            "AccessDenied",
            "AccessDeniedException",
            "UnauthorizedOperation",
            "ExpiredToken",
            "ExpiredTokenException",
            "InvalidClientTokenId",
            "UnrecognizedClientException",
            "AuthorizationErrorException",
            "AuthorizationError",
        ],
        AccessDeniedError,
    ),
    **dict.fromkeys(
        [
            "ResourceNotFoundException",
            "NotFoundException",
            "NoSuchKey",
            "NoSuchVersion",
            "NoSuchBucket",
            "NotFound",
            "404",
            "NoSuchEntity",
            "AccountNotFoundException",
            "AWSOrganizationsNotInUseException",
            "ParentNotFoundException",
            "ParameterNotFound",
        ],
        NotFoundError,
    ),
    **dict.fromkeys(["AlreadyExistsException", "ExecutionAlreadyExists", "PreconditionFailed"], AlreadyExistsError),
    **dict.fromkeys(["LimitExceededException", "LimitExceeded"], LimitError),
    **dict.fromkeys(
        [
            "Throttling",
            "ThrottlingException",
            "ThrottledException",
            "TooManyRequestsException",
            "RequestLimitExceeded",
            "SlowDown",
            "ProvisionedThroughputExceededException",
            "RequestThrottled",
            "ConditionalRequestConflict",
        ],
        ThrottledError,
    ),
    **dict.fromkeys(
        [
            "ServiceUnavailableException",
            "ServiceUnavailable",
            "ServiceException",
            "InternalError",
            "InternalFailure",
            "InternalServerError",
            "DependencyFailureException",
            "500",
            "503",
        ],
        UnavailableError,
    ),
}
_SERVER_FAULT = 500


@contextmanager
def translated() -> Iterator[None]:
    """Around calls of AWS, as `with` or as a decorator."""
    try:
        yield
    except ClientError as error:
        raise translate(error) from error
    except ParamValidationError as error:
        raise InvalidError("request", "ParamValidation", str(error)) from error
    except (ConnectionError, HTTPClientError) as error:
        raise UnavailableError("request", type(error).__name__, str(error)) from error
    except BotoCoreError as error:  # no credentials, no region, an unknown profile ...
        raise InvalidError("AWS settings", type(error).__name__, str(error)) from error


def translate(error: ClientError) -> AwsError:
    """Ours for AWS's. An unknown code is InvalidError, or UnavailableError where AWS blames itself (5xx)."""
    told, facts = error.response.get("Error", {}), error.response.get("ResponseMetadata", {})
    code = told.get("Code", "Unknown")
    by_status = UnavailableError if facts.get("HTTPStatusCode", 0) >= _SERVER_FAULT else InvalidError
    return _BY_CODE.get(code, by_status)(
        error.operation_name,
        code,
        told.get("Message", ""),
        request_id=facts.get("RequestId", ""),
        arn=str(error.response.get("Arn", "")),
    )
