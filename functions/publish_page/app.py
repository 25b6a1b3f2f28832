"""PublishPage: something has changed, or was looked at again."""

import time
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from backup_apps.domain.page.occasions import Occasion
from backup_apps.usecases.publish_page import publish_page
from backup_apps.wiring import now, page_parts, page_sources

logger = Logger()


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Write the page of the bundle that changed, or of every bundle whose page is out of date."""
    pages = publish_page(page_sources(), page_parts, Occasion.model_validate(event), now(), time.sleep)
    logger.info("published", pages=pages)
    return {"pages": pages}
