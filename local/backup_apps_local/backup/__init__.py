"""A faithful double of AWS Backup: one engine, reached over HTTP requests or by a real boto3 client.

`service.BackupService` answers, `client.connect` lets boto3 talk to it in-process. Every request and every
response goes through botocore's own model of AWS Backup, so that a wrong member cannot pass.

    cloud = InMemoryCloud()
    cloud.add("111111111111", "eu-west-1", "arn:aws:s3:::invoices", {"a.pdf": b"..."}, tags={"backup": "daily"})
    service = BackupService(clock, around=Surroundings(resources=cloud, data=cloud))
    backup = client(service, "111111111111", "eu-west-1")       # boto3
    service.event_listeners.append(print)                       # aws.backup and CloudTrail
    service.fault("backup-fails", "arn:aws:s3:::invoices")      # what can go wrong: faults
    service.advance(days=35)                                    # plans run, backups are made, copied and expire
    story = service.dump()                                      # load() starts in the middle of it

How it is made: operations change the `state`; what is to happen later is in the `agenda`, and `engine` lets it happen
in order, on a virtual clock that is as far ahead of the given one as it was advanced. What there is to back up comes
from `resources`, and its bytes from a `data_plane`.
"""
