-- fragment: stands
-- Whether a message's agreement stands as it did when the message was written.
exists (
    select
    from agreements as agreement
    inner join agreement_versions as version
        on version.agreement_id = agreement.agreement_id and version.version = agreement.active_version
    where
        agreement.agreement_id = message.agreement_id
        and agreement.ended_at is null
        and agreement.active_version = (message.release ->> 'version')::integer
        and clock_timestamp() >= version.starts_at
        and clock_timestamp() < version.ends_at
        and clock_timestamp() < (message.release ->> 'until')::timestamptz
)
