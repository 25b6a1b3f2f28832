"""What all adapters of a DynamoDB table do: read to the last page, and write on a condition."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from boto3.dynamodb.conditions import ConditionBase
from botocore.exceptions import ClientError


def rows(table: Any, condition: ConditionBase, **asked: Any) -> Iterator[Mapping[str, Any]]:
    """The items of a consistent query, page by page as they are taken.

    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Query.html
    """
    while True:
        answer = table.query(KeyConditionExpression=condition, ConsistentRead=True, **asked)
        yield from answer["Items"]
        if "LastEvaluatedKey" not in answer:
            return
        asked["ExclusiveStartKey"] = answer["LastEvaluatedKey"]


def is_written(write: Callable[..., Any], **arguments: Any) -> bool:
    """Whether the condition of the write held. If not, nothing was written."""
    try:
        write(**arguments)
    except ClientError as error:
        if error.response["Error"]["Code"] == "ConditionalCheckFailedException":
            return False
        raise
    return True
