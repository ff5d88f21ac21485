alter table sessions drop column idle_seconds;
