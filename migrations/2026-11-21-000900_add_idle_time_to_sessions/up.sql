-- How long a session of a browser may rest. An access token has none: it ends by its own clock.
alter table sessions add column idle_seconds integer;
alter table sessions add constraint sessions_idle_seconds_positive check (idle_seconds > 0);
