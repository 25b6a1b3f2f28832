"""A faithful double of AWS Backup: one engine, reached over HTTP requests or by a real boto3 client.

`service.BackupService` answers, `client.connect` lets boto3 talk to it in-process. Every request and every
response goes through botocore's own model of AWS Backup, so that a wrong member cannot pass.
"""
