"""The broker that alerts are sent to."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from schemas.settings.section import FilePath, Section

User = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._@-]{0,126}$")]
"""Who logs in at a broker."""


class TopicSettings(Section):
    """Topics that Platewatch makes."""

    partitions: Annotated[int, Field(ge=1, le=1000)] = 3
    """Partitions of a topic; fewest that `platewatch topics check` takes."""
    reads_partitions: Annotated[int, Field(ge=1, le=1000)] = 12
    """Partitions of the topic of reads: most matchers that can work side by side."""
    replication_factor: Annotated[int, Field(ge=1, le=15)] | None = None
    """Brokers that keep each message; default: 3, or as many as there are."""
    min_insync_replicas: Annotated[int, Field(ge=1, le=15)] | None = None
    """Brokers that have a message before it counts as published; default: 2 where three keep it, else 1."""


class RightsSettings(Section):
    """Who may do what at the broker (`platewatch agreements acl`)."""

    apply: bool = False
    """Take the rights of members away at the broker at once where an agreement is ended, and where its day is over."""
    member_users: dict[str, User] = Field(default_factory=dict)
    """Members of agreements that log in under another name than their short one."""
    relay_users: tuple[User, ...] = ()
    """Who publishes alerts; default: the user of `kafka.options`."""
    recognizer_users: tuple[User, ...] = ()
    """Machines that publish reads and nothing else (`platewatch recognize`); default: the user of `kafka.options`."""
    matcher_users: tuple[User, ...] = ()
    """Who reads the topic of reads (`platewatch matcher`); default: the user of `kafka.options`."""


class AdministratorSettings(Section):
    """Who makes topics and gives rights, where that is another user than the one who publishes."""

    options: dict[str, Any] = Field(default_factory=dict)
    """kafka-python's own option names; they win over `kafka.options`."""
    password_file: FilePath | None = None
    """File that holds this user's password."""


class KafkaSettings(Section):
    """Kafka. With neither `bootstrap_servers` nor `local`, alerts wait in the outbox."""

    bootstrap_servers: tuple[str, ...] = ()
    """External Kafka, as host:port."""
    local: bool = False
    """Run a real Apache Kafka on loopback under Platewatch's own supervisor."""
    options: dict[str, Any] = Field(default_factory=dict)
    """kafka-python's own option names, passed through to every client (security_protocol, sasl_mechanism, ...)."""
    password_file: FilePath | None = None
    """File that holds the password (`sasl_plain_password`), read for every new connection."""
    allow_unencrypted: bool = False
    """Permit brokers on another machine without TLS."""
    max_message_bytes: Annotated[int, Field(ge=1024)] = 900_000
    """Larger alerts go to the dead letters instead of to the broker."""
    delivery_timeout_seconds: Annotated[float, Field(gt=0)] = 20.0
    """How long a message may take before it is tried again."""
    reads_topic: Annotated[str, Field(pattern=r"^[a-zA-Z0-9._-]{1,240}$")] = "platewatch.reads.v1"
    """The topic by which the agency's machines hand reads from `platewatch recognize` to `platewatch matcher`."""
    matcher_group: Annotated[str, Field(min_length=1, max_length=200)] = "platewatch-matcher"
    """The consumer group whose members share the reads of that topic."""
    cache_dir: FilePath | None = None
    """Where the local broker's jars are kept; default: those of the installation, else the user's cache folder."""
    topics: TopicSettings = TopicSettings()
    rights: RightsSettings = RightsSettings()
    administrator: AdministratorSettings = AdministratorSettings()

    @property
    def dead_reads_topic(self) -> str:
        """The topic of messages that a matcher cannot use, each with the reason."""
        return f"{self.reads_topic}.dead-letters"

    @property
    def as_administrator(self) -> KafkaSettings:
        """The same broker, for the user who makes topics and gives rights."""
        own = self.administrator
        if not own.options and own.password_file is None:
            return self
        # A password of the publishing user is none of the administrator's.
        password = own.password_file or (None if "sasl_plain_password" in own.options else self.password_file)
        return self.model_copy(update={"options": {**self.options, **own.options}, "password_file": password})
