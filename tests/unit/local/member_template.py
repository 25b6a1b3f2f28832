"""Roles of member.yaml in the IAM of a MiniStack in this process: its CloudFormation works in a server only."""

from typing import Any

from tests.template.documents import member, resources

from .in_process import LocalAws, policy


def make_role(aws: LocalAws, account: str, logical_name: str, parameters: dict[str, Any]) -> str:
    """Its ARN."""
    role = resolved(resources(member(), "AWS::IAM::Role")[logical_name], parameters | {"AWS::AccountId": account})
    arn = aws.role(account, role["RoleName"], *role["AssumeRolePolicyDocument"]["Statement"][:1])
    iam = aws.client("iam", account)
    trust = policy(*role["AssumeRolePolicyDocument"]["Statement"])
    iam.update_assume_role_policy(RoleName=role["RoleName"], PolicyDocument=trust)
    for one in role["Policies"]:
        document = policy(*one["PolicyDocument"]["Statement"])
        iam.put_role_policy(RoleName=role["RoleName"], PolicyName=one["PolicyName"], PolicyDocument=document)
    return arn


def resolved(value: Any, parameters: dict[str, Any]) -> Any:
    """The intrinsic functions that the roles use, carried out."""
    if isinstance(value, list):
        return [resolved(one, parameters) for one in value]
    if not isinstance(value, dict):
        return value
    (name, argument), *others = [*value.items()] or [("", None)]
    if others or name not in _FUNCTIONS:
        return {key: resolved(one, parameters) for key, one in value.items()}
    return _FUNCTIONS[name](resolved(argument, parameters), parameters)


def _sub(argument: Any, parameters: dict[str, Any]) -> str:
    text, more = (argument, {}) if isinstance(argument, str) else argument
    for name, value in (parameters | more).items():
        text = text.replace(f"${{{name}}}", str(value))
    return str(text)


_FUNCTIONS: dict[str, Any] = {
    "Ref": lambda name, parameters: parameters[name],
    "Fn::Sub": _sub,
    "Fn::Join": lambda argument, _: argument[0].join(argument[1]),
    "Fn::Split": lambda argument, _: argument[1].split(argument[0]),
}
