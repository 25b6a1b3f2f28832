"""AWS Organizations backup policies: how they are admitted, inherited and judged, and what plans they become.

https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_backup.html
"""
