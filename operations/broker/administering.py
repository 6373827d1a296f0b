"""A connection to the broker for what an administrator does there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from schemas.errors import BrokerUnavailable, ConfigurationError
from schemas.settings import KafkaSettings
from services.kafka.client import KafkaError, kafka_errors, open_admin


@contextmanager
def administering(kafka: KafkaSettings) -> Iterator[Any]:
    """Yield a KafkaAdminClient.

    Args:
        kafka: How to connect.

    Raises:
        BrokerUnavailable: No broker answers, or it cannot do it now.
        ConfigurationError: An option does not fit, or this user may not do that.
    """
    where = ", ".join(kafka.bootstrap_servers)
    admin = open_admin(kafka, kafka.bootstrap_servers)
    try:
        yield admin
    except kafka_errors.SecurityDisabledError as error:
        raise ConfigurationError(
            f"kafka at {where} has no authorizer: everybody may do everything there; set authorizer.class.name and"
            " allow.everyone.if.no.acl.found=false at every broker (docs/kafka.md)"
        ) from error
    except kafka_errors.AuthorizationError as error:
        user = kafka.options.get("sasl_plain_username", "this user")
        raise ConfigurationError(
            f"kafka at {where} does not let {user} do that ({type(error).__name__}); name an administrator of the"
            " broker in kafka.administrator"
        ) from error
    except KafkaError as error:
        raise BrokerUnavailable(f"kafka at {where} does not do what was asked ({error}); try again") from error
    finally:
        admin.close()
